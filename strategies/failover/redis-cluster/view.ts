/**
 * What one node believes about the cluster. Epochs and roles are in its nodes.conf and survive a restart; what
 * it knew of its peers' health does not.
 */
import type { Nanos, NodeId, NodeInfo, ShardId } from '../../../sim/strategy.ts';

/** Redis's flags: none, PFAIL (this node thinks so), FAIL (a majority of primaries does). */
export const HEALTH = { ok: 0, pfail: 1, fail: 2 } as const;

export class View {
  readonly self: NodeId;
  /** Shard this node serves or replicates. */
  shard: ShardId;
  readonly nodeCount: number;
  readonly shardCount: number;
  /** [node] shard it serves or replicates, by its own word */
  readonly shardOf: Int32Array;
  /** [shard] believed primary */
  readonly primaryOf: Int32Array;
  /** [shard] config epoch of that claim */
  readonly epochOf: Float64Array;
  /** Highest epoch seen anywhere. */
  currentEpoch: number;
  /** [node] HEALTH */
  readonly health: Uint8Array;
  /** [node] when FAIL was set */
  readonly failedNs: Float64Array;
  /** [node] last message of any kind; -Infinity for never */
  readonly dataNs: Float64Array;
  /** [node] replication offset it stated last */
  readonly offset: Float64Array;

  constructor(self: NodeId, nodes: readonly NodeInfo[], shardCount: number) {
    this.self = self;
    this.shard = nodes[self]!.shard;
    this.nodeCount = nodes.length;
    this.shardCount = shardCount;
    this.shardOf = Int32Array.from(nodes, (node) => node.shard);
    this.primaryOf = new Int32Array(shardCount);
    for (const node of nodes) if (node.primary) this.primaryOf[node.shard] = node.id;
    // `redis-cli --cluster create` gives the primaries config epochs 1, 2, 3, ...
    this.epochOf = Float64Array.from({ length: shardCount }, (_, shard) => shard + 1);
    this.currentEpoch = shardCount;
    this.health = new Uint8Array(nodes.length);
    this.failedNs = new Float64Array(nodes.length);
    this.dataNs = new Float64Array(nodes.length);
    this.offset = new Float64Array(nodes.length);
  }

  /** Everybody is well; `lastHeardNs` is the last message of each. */
  forgetHealth(lastHeardNs: Nanos): void {
    this.health.fill(HEALTH.ok);
    this.dataNs.fill(lastHeardNs);
    this.offset.fill(0);
  }

  /** Nodes of the shard, without its primary. */
  replicasOf(shard: ShardId): NodeId[] {
    const found: NodeId[] = [];
    for (let node = 0; node < this.nodeCount; node++)
      if (this.shardOf[node] === shard && node !== this.primaryOf[shard]) found.push(node);
    return found;
  }

  isPrimary(node: NodeId): boolean {
    return this.primaryOf[this.shardOf[node]!] === node;
  }

  /** Primary of this node's own shard; itself when it is one. */
  get primary(): NodeId {
    return this.primaryOf[this.shard]!;
  }

  /** Votes or reports needed: a majority of the primaries that own slots, dead ones included. */
  get majority(): number {
    return Math.floor(this.shardCount / 2) + 1;
  }
}
