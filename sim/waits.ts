/**
 * WAIT: a client is answered when enough replicas have acknowledged its write, or the time for that is over; then it is
 * told of how many did, and the write stands all the same. The primary goes on with other clients meanwhile.
 *
 * All clients wait for as many, so writes of a primary that wait are a line in order of their positions: those who are
 * done are its first ones, be it that replicas have them or that their time, from execution on, is over. (With several
 * threads, which Redis has not for commands, a time may be over by a service time late.) A hung primary looks when it
 * is awake. One that is demoted lets all go, short of replicas (networking.c, disconnectAllBlockedClients).
 */
import type { Delivery } from './delivery.ts';
import { NODE_STATE } from './nodes.ts';
import type { Acknowledgements } from './replication/acknowledgements.ts';
import type { WaitSetup } from './setup.ts';
import { type NodeId, OUTCOME } from './strategy.ts';
import { WaitLine } from './wait-line.ts';
import type { World } from './world.ts';

export class Waits {
  readonly #world: World;
  readonly #setup: WaitSetup;
  readonly #delivery: Delivery;
  readonly #acknowledgements: Acknowledgements;
  /** [node] */
  readonly #lines: readonly WaitLine[];
  /** [node] 1 while a time-out is on the clock */
  readonly #isTimed: Uint8Array;
  /** Writes that wait. */
  count = 0;

  constructor(world: World, setup: WaitSetup, delivery: Delivery, acknowledgements: Acknowledgements) {
    this.#world = world;
    this.#setup = setup;
    this.#delivery = delivery;
    this.#acknowledgements = acknowledgements;
    this.#lines = world.infos.map(() => new WaitLine());
    this.#isTimed = new Uint8Array(world.infos.length);
    acknowledgements.onRead = (primary) => this.#look(primary);
  }

  /** HOT. The attempt's write, the primary's last one, will have been executed at `executedNs`. */
  begin(attempt: number, node: NodeId, executedNs: number): void {
    const { attempts, replication } = this.#world;
    attempts.atNode[attempt] = 0;
    this.#lines[node]!.push(attempt, replication.positionOf(node) - 1, executedNs);
    this.count++;
    if (this.#isTimed[node] === 0) this.#time(node);
    this.#delivery.giveUpInTime(attempt);
  }

  #time(node: NodeId): void {
    const { clock, nodes } = this.#world;
    const overNs = this.#lines[node]!.executedNs + this.#setup.timeoutNs;
    if (overNs === Infinity) return;
    this.#isTimed[node] = 1;
    clock.at(Math.max(overNs, nodes.hungUntilNs[node]!), () => {
      this.#isTimed[node] = 0;
      this.#expire(node);
    });
  }

  #expire(node: NodeId): void {
    const { clock, nodes } = this.#world;
    const line = this.#lines[node]!;
    const isAwake = nodes.hungUntilNs[node]! <= clock.nowNs;
    while (isAwake && line.count > 0 && line.executedNs + this.#setup.timeoutNs <= clock.nowNs)
      this.#end(node, true);
    if (line.count > 0) this.#time(node);
  }

  /** The primary knows more of its replicas. */
  #look(primary: NodeId): void {
    const line = this.#lines[primary]!;
    if (line.count === 0) return;
    const reached = this.#acknowledgements.reachedBy(this.#setup.replicas, primary);
    while (line.count > 0 && line.position < reached) this.#end(primary, false);
  }

  /** The first in line is answered. */
  #end(node: NodeId, isShort: boolean): void {
    const { attempts, replication, recorder, clock } = this.#world;
    const line = this.#lines[node]!;
    const { attempt, position, executedNs } = line;
    line.shift();
    this.count--;
    const departNs = Math.max(clock.nowNs, executedNs);
    attempts.atNode[attempt] = 1;
    attempts.departNs[attempt] = departNs;
    attempts.short[attempt] = isShort ? 1 : 0;
    const isAwaited = attempts.isWaiting(attempt);
    if (isAwaited) recorder.waited(departNs - executedNs, isShort);
    const endsNs = this.#delivery.endsNs(attempt);
    const repliesNs = this.#delivery.answer(attempt, OUTCOME.ok, departNs);
    if (isAwaited) replication.answeredAt(node, position, repliesNs, endsNs, isShort);
  }

  /** COLD. The node stands still for so long: what it has not executed is so much later. */
  postpone(node: NodeId, nowNs: number, byNs: number): void {
    this.#lines[node]!.postpone(nowNs, byNs);
  }

  /** COLD. The node is no primary any more. */
  demoted(node: NodeId): void {
    while (this.#lines[node]!.count > 0) this.#end(node, true);
  }

  /** COLD. The node died: its clients lose their connections, or hear nothing. */
  crashed(node: NodeId): void {
    const { nodes, clock } = this.#world;
    const line = this.#lines[node]!;
    while (line.count > 0) {
      const { attempt } = line;
      line.shift();
      this.count--;
      if (nodes.state[node] === NODE_STATE.processDown)
        this.#delivery.answer(attempt, OUTCOME.refused, clock.nowNs);
      else this.#delivery.lose(attempt);
    }
  }
}
