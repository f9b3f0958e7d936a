/**
 * What every node of a Redis Cluster believes about every other, as matrices of one row per node. The health
 * part is forgotten in a restart; roles, owners and epochs are in nodes.conf and survive.
 */
import { NONE, type NodeId, type NodeInfo, type ShardId } from '../../../sim/strategy.ts';

export const HEALTH = { ok: 0, pfail: 1, fail: 2 } as const;

export class Views {
  readonly nodeCount: number;
  readonly shardCount: number;
  /** [node] the shard whose slots it serves or replicates */
  readonly shardOf: Int32Array;
  /** [observer x peer] when the unanswered ping was sent; 0 when there is none */
  readonly pingSentNs: Float64Array;
  /** [observer x peer] last pong, or a newer one heard of by gossip */
  readonly pongNs: Float64Array;
  /** [observer x peer] last message of any kind */
  readonly dataNs: Float64Array;
  /** [observer x peer] HEALTH */
  readonly health: Uint8Array;
  /** [observer x peer] when it was marked FAIL */
  readonly failedNs: Float64Array;
  /** [observer x peer x reporter] when the reporter last said the peer is failing; -Infinity for never */
  readonly reportNs: Float64Array;
  /** [observer x shard] believed owner of the shard's slots */
  readonly owner: Int32Array;
  /** [observer x shard] config epoch of that ownership */
  readonly ownerEpoch: Float64Array;
  /** [node] highest epoch seen */
  readonly currentEpoch: Float64Array;

  constructor(nodes: readonly NodeInfo[], shardCount: number) {
    const n = nodes.length;
    this.nodeCount = n;
    this.shardCount = shardCount;
    this.shardOf = Int32Array.from(nodes, (node) => node.shard);
    this.pingSentNs = new Float64Array(n * n);
    this.pongNs = new Float64Array(n * n);
    this.dataNs = new Float64Array(n * n);
    this.health = new Uint8Array(n * n);
    this.failedNs = new Float64Array(n * n);
    this.reportNs = new Float64Array(n * n * n).fill(-Infinity);
    const owners = Int32Array.from({ length: shardCount }, (_, shard) =>
      nodes.findIndex((node) => node.primary && node.shard === shard),
    );
    this.owner = Int32Array.from({ length: n * shardCount }, (_, i) => owners[i % shardCount]!);
    // `redis-cli --cluster create` gives the primaries config epochs 1, 2, 3, ...
    this.ownerEpoch = Float64Array.from({ length: n * shardCount }, (_, i) => 1 + (i % shardCount));
    this.currentEpoch = new Float64Array(n).fill(shardCount);
  }

  /** The node starts: nobody is suspected, everybody was heard of just now. */
  forgetHealth(observer: NodeId, nowNs: number): void {
    const from = observer * this.nodeCount;
    const to = from + this.nodeCount;
    this.pingSentNs.fill(0, from, to);
    this.pongNs.fill(nowNs, from, to);
    this.dataNs.fill(nowNs, from, to);
    this.health.fill(HEALTH.ok, from, to);
    this.reportNs.fill(-Infinity, from * this.nodeCount, to * this.nodeCount);
  }

  ownerOf(observer: NodeId, shard: ShardId): NodeId {
    return this.owner[observer * this.shardCount + shard]!;
  }

  epochOf(observer: NodeId, shard: ShardId): number {
    return this.ownerEpoch[observer * this.shardCount + shard]!;
  }

  setOwner(observer: NodeId, shard: ShardId, owner: NodeId, epoch: number): void {
    this.owner[observer * this.shardCount + shard] = owner;
    this.ownerEpoch[observer * this.shardCount + shard] = epoch;
  }

  /** The shard `node` serves as a primary, as `observer` sees it; NONE for a replica. */
  servedBy(observer: NodeId, node: NodeId): ShardId {
    const shard = this.shardOf[node]!;
    return this.ownerOf(observer, shard) === node ? shard : NONE;
  }

  isPrimary(observer: NodeId, node: NodeId): boolean {
    return this.servedBy(observer, node) !== NONE;
  }

  healthOf(observer: NodeId, node: NodeId): number {
    return this.health[observer * this.nodeCount + node]!;
  }

  /** Votes and reports needed: a majority of the primaries that own slots, dead ones included. */
  get majority(): number {
    return Math.floor(this.shardCount / 2) + 1;
  }
}
