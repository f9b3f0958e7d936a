/**
 * Delivery: an attempt travels to its node (service.ts says what happens there), its answer travels back or is lost, and its
 * client learns how it ended. A timeout exists only for an attempt that is late or lost.
 */

import { ATTEMPT, MISSED, PROMISE, PURPOSE } from './attempts.ts';
import { EVENT } from './clock.ts';
import { Connections } from './connections.ts';
import { LawError } from './errors.ts';
import { Experience } from './experience.ts';
import type { ExpressLane } from './express-lane.ts';
import { NONE, OP, type Op, OUTCOME, type Outcome } from './strategy.ts';
import type { World } from './world.ts';

/** A fill or a copy that nobody waits for. */
export const NO_TASK = -1;

export class Delivery {
  readonly #world: World;
  readonly #nodeCount: number;
  readonly #timeoutNs: number;
  /** From a request's arrival; Infinity for none. */
  readonly #deadlineNs: number;
  /** Further tries go to any primary, which sends the client on; not where clients place keys on several shards themselves. */
  readonly retriesAnywhere: boolean;
  /** Null where connections are always there. */
  readonly #connections: Connections | null;
  readonly #tasks: ((outcome: Outcome) => void)[] = [];
  readonly experience: Experience;
  /** Attempts clients wait for. */
  waitingAttempts = 0;
  /** How a request's own attempt ended. */
  onRequestSettled: (attempt: number, outcome: Outcome) => void = () => {};
  /** A copy's write ended. */
  onCopySettled: (request: number) => void = () => {};
  /** Requests that nothing happens to; null where there are none. */
  express: ExpressLane | null = null;

  constructor(world: World) {
    const { setup } = world;
    this.#world = world;
    this.#nodeCount = world.infos.length;
    this.#timeoutNs = setup.clients.timeoutNs;
    this.#deadlineNs = setup.clients.deadlineNs;
    const { candidates } = setup.strategy.selection.module;
    this.retriesAnywhere = setup.clients.retriesAnywhere && candidates !== 'preference';
    const { pool } = setup.clients;
    this.#connections = pool && new Connections(world, pool, this);
    world.connections = this.#connections;
    this.experience = new Experience(world, this);
  }

  create(purpose: number, owner: number, client: number, node: number, shard: number): number {
    const { attempts } = this.#world;
    const attempt = attempts.take();
    attempts.purpose[attempt] = purpose;
    attempts.owner[attempt] = owner;
    attempts.client[attempt] = client;
    attempts.node[attempt] = node;
    attempts.shard[attempt] = shard;
    return attempt;
  }

  describe(attempt: number, key: number, op: number, valueBytes: number): void {
    const { attempts } = this.#world;
    attempts.key[attempt] = key;
    attempts.op[attempt] = op;
    attempts.valueBytes[attempt] = valueBytes;
  }

  send(attempt: number, outFactor: number, backFactor: number): void {
    const { attempts, clock, recorder } = this.#world;
    attempts.sentNs[attempt] = clock.nowNs;
    attempts.outFactor[attempt] = outFactor;
    attempts.backFactor[attempt] = backFactor;
    this.waitFor(attempts.client[attempt]!, attempts.node[attempt]!);
    recorder.counters.attempts++;
    if (this.#connections === null || this.#connections.admit(attempt)) this.write(attempt);
  }

  /** It leaves its client. */
  write(attempt: number): void {
    const { attempts, clock, network, queue } = this.#world;
    const node = attempts.node[attempt]!;
    if (this.#world.truth !== null) this.#world.truth.sent(node);
    const arrivesNs = network.out(attempts.client[attempt]!, node, clock.nowNs, attempts.outFactor[attempt]!);
    queue.push(arrivesNs, EVENT.arrive, attempt);
    if (arrivesNs > this.endsNs(attempt)) this.giveUpInTime(attempt);
  }

  /** When its client gives it up: after its own timeout, or with its request. */
  endsNs(attempt: number): number {
    const ownNs = this.#world.attempts.sentNs[attempt]! + this.#timeoutNs;
    return this.#deadlineNs === Infinity ? ownNs : Math.min(ownNs, this.#deadlineOf(attempt));
  }

  #deadlineOf(attempt: number): number {
    const { attempts, requests } = this.#world;
    if (attempts.purpose[attempt] === PURPOSE.internal) return Infinity;
    return requests.arrivedNs[attempts.owner[attempt]!]! + this.#deadlineNs;
  }

  /** It waits for a connection of its own: its timeout has yet to begin, but its request may end. */
  endWithRequest(attempt: number): void {
    if (this.#deadlineNs < Infinity) this.#giveUpAt(attempt, this.#deadlineOf(attempt));
  }

  /** It has waited, and is written now; its timeout, which may come before its request's deadline, begins. */
  beginTimeout(attempt: number): void {
    const { attempts, clock } = this.#world;
    attempts.sentNs[attempt] = clock.nowNs;
    if (this.#deadlineNs < Infinity) this.#giveUpAt(attempt, clock.nowNs + this.#timeoutNs);
  }

  #giveUpAt(attempt: number, atNs: number): void {
    const { attempts, queue, clock } = this.#world;
    if (atNs === Infinity) return;
    attempts.refs[attempt] = attempts.refs[attempt]! + 1;
    queue.push(Math.max(atNs, clock.nowNs), EVENT.timeout, attempt);
  }

  /** It cannot be sent; its client hears at once. */
  failSoon(attempt: number): void {
    const { queue, clock } = this.#world;
    queue.push(clock.nowNs, EVENT.reset, attempt);
  }

  /** COLD. A connection is no more: who waits for an answer on it hears that. */
  cutOff(connection: number): void {
    const { attempts } = this.#world;
    for (let attempt = 0; attempt < attempts.capacity; attempt++) {
      if (attempts.refs[attempt] === 0 || !attempts.isWaiting(attempt)) continue;
      if (attempts.connection[attempt] !== connection) continue;
      // What is adrift has no event that would name it but this one.
      if (attempts.adrift[attempt] === 0) attempts.refs[attempt] = attempts.refs[attempt]! + 1;
      this.conclude(attempt, OUTCOME.refused);
    }
  }

  /** The client waits for one more answer of the node. */
  waitFor(client: number, node: number): void {
    const { inFlight } = this.#world.clients;
    const link = client * this.#nodeCount + node;
    inFlight[link] = inFlight[link]! + 1;
    this.waitingAttempts++;
  }

  /** The client waits for one answer less. */
  heard(client: number, node: number): void {
    const { inFlight } = this.#world.clients;
    const link = client * this.#nodeCount + node;
    const left = inFlight[link]! - 1;
    if (left < 0)
      throw new LawError('in-flight', `client ${client} has ${left} requests in flight on node ${node}`);
    inFlight[link] = left;
    this.waitingAttempts--;
  }

  /** COLD. An attempt that is nobody's request; `done` hears how it ended. */
  task(
    client: number,
    node: number,
    shard: number,
    key: number,
    op: Op,
    valueBytes: number,
    done: (outcome: Outcome) => void,
  ): void {
    const index = this.#tasks.length;
    this.#tasks.push(done);
    this.internal(client, node, shard, key, op, valueBytes, index, this.#world.expiry?.ttlOf(key) ?? 0);
  }

  internal(
    client: number,
    node: number,
    shard: number,
    key: number,
    op: Op,
    valueBytes: number,
    task: number,
    ttlNs: number,
  ): void {
    const attempt = this.create(PURPOSE.internal, task, client, node, shard);
    this.describe(attempt, key, op, valueBytes);
    this.#world.attempts.serviceFactor[attempt] = 1;
    this.#world.attempts.ttlNs[attempt] = ttlNs;
    this.send(attempt, 1, 1);
  }

  /** A request's read was answered. */
  #countRead(attempt: number): void {
    const { recorder, attempts } = this.#world;
    recorder.counters.gets++;
    const staleForNs = attempts.staleForNs[attempt]!;
    if (staleForNs < 0) return;
    recorder.staleRead(staleForNs);
    recorder.outages.staleRead(attempts.shard[attempt]!, staleForNs);
  }

  /** An answer leaves the node at `departNs`; if it comes too late, a timeout comes first. Returns when it comes. */
  answer(attempt: number, outcome: Outcome, departNs: number): number {
    const { attempts, network, queue } = this.#world;
    attempts.outcome[attempt] = outcome;
    const client = attempts.client[attempt]!;
    const leavesNs = this.#leavesNs(attempt, outcome, departNs);
    const repliesNs = network.back(client, attempts.node[attempt]!, leavesNs, attempts.backFactor[attempt]!);
    queue.push(repliesNs, EVENT.reply, attempt);
    if (repliesNs > this.endsNs(attempt)) this.giveUpInTime(attempt);
    return repliesNs;
  }

  /** When the answer, which is ready then, is through the node's network interface. */
  #leavesNs(attempt: number, outcome: Outcome, readyNs: number): number {
    const { attempts, egress } = this.#world;
    if (egress === null || outcome !== OUTCOME.ok) return readyNs;
    const hasValue = attempts.op[attempt] === OP.get && attempts.missed[attempt] === 0;
    const bytes = hasValue ? attempts.valueBytes[attempt]! : 0;
    const leavesNs = egress.send(attempts.node[attempt]!, readyNs, bytes);
    attempts.departNs[attempt] = leavesNs;
    return leavesNs;
  }

  /** The answer will be late: the client gives up before, unless that is settled already. */
  giveUpInTime(attempt: number): void {
    const { attempts } = this.#world;
    if (!attempts.isCarriedOnly(attempt) || !attempts.isWaiting(attempt)) return;
    this.#giveUpAt(attempt, this.endsNs(attempt));
  }

  /** Nobody will answer: only the timeout is left. Without one the client waits for ever. */
  lose(attempt: number): void {
    const { attempts } = this.#world;
    this.#connections?.unacknowledged(attempt);
    if (attempts.isWaiting(attempt) && this.endsNs(attempt) === Infinity) {
      attempts.adrift[attempt] = 1;
      return;
    }
    this.giveUpInTime(attempt);
    attempts.unref(attempt);
  }

  reply(attempt: number): void {
    const { attempts } = this.#world;
    if (attempts.promise[attempt] !== PROMISE.kept) {
      if (attempts.promise[attempt] === PROMISE.broken) attempts.unref(attempt);
      else this.#replyLater(attempt);
      return;
    }
    attempts.atNode[attempt] = 0;
    this.conclude(attempt, attempts.outcome[attempt]! as Outcome);
  }

  /** A reply that a pause moved: it comes so much later, and perhaps too late. */
  #replyLater(attempt: number): void {
    const { attempts, clock, queue } = this.#world;
    const repliesNs = clock.nowNs + attempts.lateNs[attempt]!;
    attempts.promise[attempt] = PROMISE.kept;
    attempts.lateNs[attempt] = 0;
    queue.push(repliesNs, EVENT.reply, attempt);
    if (repliesNs > this.endsNs(attempt)) this.giveUpInTime(attempt);
  }

  /** The first conclusion counts; a reply after the timeout, or a timeout after the reply, only frees. */
  conclude(attempt: number, outcome: Outcome): void {
    const { attempts } = this.#world;
    if (attempts.state[attempt] === ATTEMPT.waiting) {
      attempts.state[attempt] = ATTEMPT.settled;
      this.#settle(attempt, outcome);
    }
    attempts.unref(attempt);
  }

  /** The client learns how the attempt ended. */
  #settle(attempt: number, outcome: Outcome): void {
    const { attempts } = this.#world;
    this.heard(attempts.client[attempt]!, attempts.node[attempt]!);
    this.#connections?.released(attempt, outcome);
    this.experience.ended(attempt, outcome);
    switch (attempts.purpose[attempt]) {
      case PURPOSE.request:
        if (
          outcome === OUTCOME.ok &&
          attempts.op[attempt] === OP.get &&
          attempts.missed[attempt] !== MISSED.wait
        )
          this.#countRead(attempt);
        this.onRequestSettled(attempt, outcome);
        break;
      case PURPOSE.copyWrite:
        this.onCopySettled(attempts.owner[attempt]!);
        break;
      default: {
        const task = attempts.owner[attempt]!;
        if (task !== NO_TASK) this.#tasks[task]!(outcome);
        else if (attempts.op[attempt] !== OP.get && attempts.redirect[attempt] !== NONE)
          this.#fillElsewhere(attempt, outcome);
      }
    }
  }

  /** A fill follows its redirection, as the request before it. */
  #fillElsewhere(attempt: number, outcome: Outcome): void {
    const { attempts, clients } = this.#world;
    const client = attempts.client[attempt]!;
    const shard = attempts.redirect[attempt]!;
    const next = this.create(PURPOSE.internal, NO_TASK, client, clients.writer(client, shard), shard);
    this.describe(next, attempts.key[attempt]!, attempts.op[attempt]!, attempts.valueBytes[attempt]!);
    attempts.serviceFactor[next] = 1;
    attempts.ttlNs[next] = attempts.ttlNs[attempt]!;
    attempts.asking[next] = outcome === OUTCOME.ask ? 1 : 0;
    this.send(next, 1, 1);
  }

  /** Its request has its answer from elsewhere; the node works on it all the same. */
  disown(attempt: number): void {
    const { attempts } = this.#world;
    attempts.purpose[attempt] = PURPOSE.internal;
    attempts.owner[attempt] = NO_TASK;
  }
}
