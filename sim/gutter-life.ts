/**
 * Values in a gutter pool live for a short time, whatever time they were given elsewhere: when their server is back, and
 * another one dies, nobody finds what they were then. A key has one home in the gutter, so one end per key will do.
 *
 * As in memcached, a value whose time is over is gone when somebody asks for it.
 */
import type { KeyId, Nanos, NodeId, ShardId } from './strategy.ts';

export class GutterLife {
  readonly #maxNs: Nanos;
  /** [node] 1 in the gutter */
  readonly #isGutter: Uint8Array;
  /** [key] end of the value's time in the gutter */
  readonly #endNs: Float64Array;

  /** @param firstShard this one and those after it are the gutter */
  constructor(maxNs: Nanos, firstShard: ShardId, shardOf: readonly ShardId[], keyCount: number) {
    this.#maxNs = maxNs;
    this.#isGutter = Uint8Array.from(shardOf, (shard) => (shard >= firstShard ? 1 : 0));
    this.#endNs = new Float64Array(keyCount).fill(Infinity);
  }

  /** @param ttlNs what the client set; 0 for none */
  written(node: NodeId, key: KeyId, nowNs: Nanos, ttlNs: Nanos): void {
    if (this.#isGutter[node] === 0) return;
    this.#endNs[key] = nowNs + (ttlNs === 0 ? this.#maxNs : Math.min(ttlNs, this.#maxNs));
  }

  isOver(node: NodeId, key: KeyId, nowNs: Nanos): boolean {
    return this.#isGutter[node] === 1 && this.#endNs[key]! <= nowNs;
  }
}
