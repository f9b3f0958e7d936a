/**
 * Times at which two nodes of a shard take writes as its primary: the old one does not know of its successor yet, and
 * clients who do not know either go on writing there. All of that is lost.
 */
import type { Clock } from './clock.ts';
import type { Outages } from './metrics/outages.ts';
import type { Nodes } from './nodes.ts';
import type { Nanos, NodeId, NodeInfo, ShardId } from './strategy.ts';

export class SplitBrains {
  readonly #infos: readonly NodeInfo[];
  readonly #nodes: Nodes;
  readonly #clock: Clock;
  readonly #outages: Outages;
  /** Since when. */
  readonly #since = new Map<ShardId, Nanos>();

  constructor(infos: readonly NodeInfo[], nodes: Nodes, clock: Clock, outages: Outages) {
    this.#infos = infos;
    this.#nodes = nodes;
    this.#clock = clock;
    this.#outages = outages;
  }

  /** COLD. Something has happened to the node. */
  look(node: NodeId): void {
    const shard = this.#nodes.shard[node]!;
    const { nowNs } = this.#clock;
    const claimants = this.#infos.filter(
      ({ id }) => this.#nodes.shard[id] === shard && this.#nodes.primary[id] === 1 && this.#nodes.isUp(id),
    );
    const taking = claimants.filter(({ id }) => this.#takesWrites(id));
    const since = this.#since.get(shard);
    if (taking.length > 1 && since === undefined) this.#since.set(shard, nowNs);
    if (taking.length < 2 && since !== undefined) {
      this.#since.delete(shard);
      this.#outages.split(shard, nowNs - since);
    }
    if (claimants.length > 1) for (const { id } of claimants) this.#lookWhenAwake(id);
  }

  #takesWrites(node: NodeId): boolean {
    return this.#nodes.serving[node] === 1 && this.#awakeNs(node) <= this.#clock.nowNs;
  }

  #awakeNs(node: NodeId): Nanos {
    return Math.max(this.#nodes.hungUntilNs[node]!, this.#nodes.loadingUntilNs[node]!);
  }

  #lookWhenAwake(node: NodeId): void {
    const awakeNs = this.#awakeNs(node);
    if (awakeNs > this.#clock.nowNs && awakeNs < Infinity) this.#clock.at(awakeNs, () => this.look(node));
  }

  /** COLD. The run is over. */
  finish(): void {
    for (const [shard, since] of this.#since) this.#outages.split(shard, this.#clock.nowNs - since);
    this.#since.clear();
  }
}
