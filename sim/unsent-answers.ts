/**
 * Answers that have not left their nodes when something strikes: a pause moves them, a crash takes them, a fault of the network
 * meets them.
 */
import { ATTEMPT, PROMISE } from './attempts.ts';
import { EVENT } from './clock.ts';
import type { Delivery } from './delivery.ts';
import { NODE_STATE } from './nodes.ts';
import type { Service } from './service.ts';
import type { World } from './world.ts';

/** COLD. */
export class UnsentAnswers {
  readonly #world: World;
  readonly #delivery: Delivery;
  readonly #service: Service;

  constructor(world: World, delivery: Delivery, service: Service) {
    this.#world = world;
    this.#delivery = delivery;
    this.#service = service;
  }

  /** The node stands still for so long: its unfinished answers leave so much later. */
  postpone(node: number, byNs: number): void {
    this.#delivery.express?.clear();
    const { attempts, clock, waits } = this.#world;
    waits?.postpone(node, clock.nowNs, byNs);
    for (let attempt = 0; attempt < attempts.capacity; attempt++) {
      if (attempts.atNode[attempt] === 0 || attempts.node[attempt] !== node) continue;
      if (attempts.departNs[attempt]! <= clock.nowNs) continue;
      attempts.departNs[attempt] = attempts.departNs[attempt]! + byNs;
      attempts.lateNs[attempt] = attempts.lateNs[attempt]! + byNs;
      attempts.promise[attempt] = PROMISE.postponed;
    }
  }

  /** The network has changed: answers that have not left meet it. */
  reroute(): void {
    const { attempts, clock, network } = this.#world;
    for (let attempt = 0; attempt < attempts.capacity; attempt++) {
      const departNs = attempts.departNs[attempt]!;
      // What hangs for good never meets it.
      if (attempts.atNode[attempt] === 0 || departNs <= clock.nowNs || departNs === Infinity) continue;
      const [client, node] = [attempts.client[attempt]!, attempts.node[attempt]!];
      const lateNs = network.detourNs(client, node, departNs);
      if (lateNs === 0) continue;
      attempts.lateNs[attempt] = attempts.lateNs[attempt]! + lateNs;
      attempts.promise[attempt] = PROMISE.postponed;
    }
  }

  /** The node died: its unfinished answers never leave. */
  abandon(node: number): void {
    this.#delivery.express?.clear();
    this.#service.release(node);
    const { attempts, nodes, network, queue, clock, connections, waits } = this.#world;
    waits?.crashed(node);
    const nowNs = clock.nowNs;
    for (const attempt of this.#unfinished(node)) {
      attempts.atNode[attempt] = 0;
      attempts.promise[attempt] = PROMISE.broken;
      if (attempts.state[attempt] !== ATTEMPT.waiting) continue;
      if (nodes.state[node] === NODE_STATE.processDown) {
        attempts.refs[attempt] = attempts.refs[attempt]! + 1;
        queue.push(network.back(attempts.client[attempt]!, node, nowNs, 1), EVENT.reset, attempt);
      } else if (connections !== null && this.#delivery.endsNs(attempt) === Infinity) {
        attempts.refs[attempt] = attempts.refs[attempt]! + 1;
        attempts.adrift[attempt] = 1;
      } else this.#delivery.giveUpInTime(attempt);
    }
    connections?.crashed(node);
  }

  /** Attempts at the node whose answers have not left, in the order in which they were sent, wherever they stand in the arena. */
  #unfinished(node: number): number[] {
    const { attempts, clock } = this.#world;
    const found: number[] = [];
    for (let attempt = 0; attempt < attempts.capacity; attempt++) {
      if (attempts.atNode[attempt] === 0 || attempts.node[attempt] !== node) continue;
      if (attempts.departNs[attempt]! > clock.nowNs) found.push(attempt);
    }
    return found.sort((a, b) => attempts.sentNs[a]! - attempts.sentNs[b]!);
  }
}
