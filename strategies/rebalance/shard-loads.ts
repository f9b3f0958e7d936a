/** What load-aware rebalancing looks at: the load of each shard and of each partition, as nodes measured it. */
import { z } from 'zod';
import type { ClusterLoad, ShardId } from '../../sim/strategy.ts';

export const metricParam = z
  .enum(['cpu', 'requests'])
  .default('cpu')
  .describe('what counts as load: thread time per partition (CLUSTER SLOT-STATS cpu-usec), or requests');

export class ShardLoads {
  /** [partition] */
  readonly partition: Float64Array;
  /** [shard] */
  readonly shard: Float64Array;
  readonly mean: number;

  constructor(load: ClusterLoad, metric: 'cpu' | 'requests') {
    this.partition = metric === 'cpu' ? load.busyNs : load.requests;
    this.shard = new Float64Array(load.shardCount);
    for (const [partition, owner] of load.owner.entries())
      this.shard[owner] = this.shard[owner]! + this.partition[partition]!;
    this.mean = this.shard.reduce((sum, value) => sum + value, 0) / load.shardCount;
  }

  get hottest(): ShardId {
    return this.shard.indexOf(Math.max(...this.shard));
  }

  /** The least loaded shard, `except` aside. */
  coldest(except = -1): ShardId {
    let coldest = -1;
    for (let shard = 0; shard < this.shard.length; shard++)
      if (shard !== except && (coldest === -1 || this.shard[shard]! < this.shard[coldest]!)) coldest = shard;
    return coldest;
  }

  /** Max over mean. */
  get imbalance(): number {
    return this.mean === 0 ? 1 : Math.max(...this.shard) / this.mean;
  }

  move(partition: number, from: ShardId, to: ShardId): void {
    this.shard[from] = this.shard[from]! - this.partition[partition]!;
    this.shard[to] = this.shard[to]! + this.partition[partition]!;
  }
}
