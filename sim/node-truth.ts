/**
 * What no client can know, for modules that declare `needs: ['oracle']`: the work left at every node, with what is
 * still on its way there taken at the mean service time of a read.
 */
import type { Clock } from './clock.ts';
import type { Nodes } from './nodes.ts';
import type { NodeId, Oracle } from './strategy.ts';

export class NodeTruth implements Oracle {
  readonly #nodes: Nodes;
  readonly #clock: Clock;
  readonly #meanServiceNs: number;
  /** [node] attempts sent and not arrived */
  readonly #onTheWay: Int32Array;

  constructor(nodes: Nodes, clock: Clock, meanServiceNs: number) {
    this.#nodes = nodes;
    this.#clock = clock;
    this.#meanServiceNs = meanServiceNs / nodes.threads;
    this.#onTheWay = new Int32Array(nodes.count);
  }

  sent(node: NodeId): void {
    this.#onTheWay[node] = this.#onTheWay[node]! + 1;
  }

  arrived(node: NodeId): void {
    this.#onTheWay[node] = this.#onTheWay[node]! - 1;
  }

  workLeftNs(node: NodeId): number {
    if (!this.#nodes.isUp(node)) return Infinity;
    return this.#nodes.waitNs(node, this.#clock.nowNs) + this.#onTheWay[node]! * this.#meanServiceNs;
  }
}
