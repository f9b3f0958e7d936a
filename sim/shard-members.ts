/** Which nodes make up which shard, in somebody's belief. Immutable, and shared by all who believe the same. */
import type { NodeId, ShardId } from './strategy.ts';

export interface ShardMembers {
  /** [shard] where its nodes begin; the next shard's beginning is their end */
  readonly from: Int32Array;
  /** By shard; the first primary first. */
  readonly nodes: Int32Array;
}

export class SharedMembers {
  readonly #shardCount: number;
  readonly #known = new Map<string, ShardMembers>();

  constructor(shardCount: number) {
    this.#shardCount = shardCount;
  }

  /** @param shardOf [node] */
  of(shardOf: readonly ShardId[]): ShardMembers {
    const key = shardOf.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const nodes: NodeId[] = [];
    const from = new Int32Array(this.#shardCount + 1);
    for (let shard = 0; shard < this.#shardCount; shard++) {
      for (const [node, its] of shardOf.entries()) if (its === shard) nodes.push(node);
      from[shard + 1] = nodes.length;
    }
    const members = { from, nodes: Int32Array.from(nodes) };
    this.#known.set(key, members);
    return members;
  }
}
