/**
 * What every rebalance module promises, whoever wrote it: `rebalanceContract` runs on each module of the registry
 * and may be run on a plug-in. `FakeCluster` makes its moves at once.
 */
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import type { PartitionMove, Rebalance, RebalanceModule } from '../../sim/strategy.ts';

const PARTITIONS = 120;
const SHARDS = 4;

export class FakeCluster {
  readonly owner: Int32Array;
  readonly busyNs: Float64Array;
  readonly #rebalance: Rebalance;
  readonly #shards: number;
  nowNs = 0;

  constructor(
    module: RebalanceModule,
    params: Readonly<Record<string, unknown>>,
    owner: Int32Array,
    busyNs: Float64Array,
    shards = SHARDS,
  ) {
    this.owner = owner.slice();
    this.busyNs = busyNs;
    this.#shards = shards;
    this.#rebalance = module.create(module.params.parse(params), stream(1, 'rebalance'));
  }

  /** One round; its moves are made at once. */
  round(): readonly PartitionMove[] {
    this.nowNs += this.#rebalance.periodNs;
    const moves = this.#rebalance.plan({
      shardCount: this.#shards,
      nowNs: this.nowNs,
      periodNs: this.#rebalance.periodNs,
      owner: this.owner.slice(),
      requests: this.busyNs.map((ns) => ns / 1e4),
      busyNs: this.busyNs,
      keys: new Int32Array(this.owner.length).fill(10),
    });
    for (const { partition, to } of moves) this.owner[partition] = to;
    return moves;
  }

  rounds(count: number): PartitionMove[] {
    return Array.from({ length: count }, () => this.round()).flat();
  }

  /** [shard] load */
  loads(): number[] {
    const loads = new Array<number>(this.#shards).fill(0);
    for (const [partition, shard] of this.owner.entries()) loads[shard]! += this.busyNs[partition]!;
    return loads;
  }

  counts(): number[] {
    const counts = new Array<number>(this.#shards).fill(0);
    for (const shard of this.owner) counts[shard]!++;
    return counts;
  }
}

/** Equal ranges, as redis-cli deals them. */
export function ranges(partitions = PARTITIONS, shards = SHARDS): Int32Array {
  return Int32Array.from({ length: partitions }, (_, i) => Math.floor((i * shards) / partitions));
}

/** Random loads, so that some shard is above the others, and some partitions have none. */
function someLoads(seed: number): Float64Array {
  const rng = stream(seed, 'loads');
  return Float64Array.from({ length: PARTITIONS }, () => Math.max(0, rng.float() - 0.2) ** 4 * 1e8);
}

export function rebalanceContract(module: RebalanceModule, params: Readonly<Record<string, unknown>>): void {
  describe(`rebalance ${module.name} ${JSON.stringify(params)}`, () => {
    test('moves name partitions and shards that exist, each once, and go elsewhere', () => {
      for (let seed = 1; seed <= 20; seed++) {
        const rng = stream(seed, 'owners');
        const owner = Int32Array.from({ length: PARTITIONS }, () => rng.below(SHARDS));
        const cluster = new FakeCluster(module, params, owner, someLoads(seed));
        for (let round = 0; round < 10; round++) {
          const before = cluster.owner.slice();
          const moves = cluster.round();
          expect(new Set(moves.map(({ partition }) => partition)).size).toBe(moves.length);
          for (const { partition, to } of moves) {
            expect(before[partition]).toBeDefined();
            expect(to >= 0 && to < SHARDS && to !== before[partition]).toBe(true);
          }
        }
      }
    });

    test('an even cluster is left as it is', () => {
      const even = new Float64Array(PARTITIONS).fill(1e6);
      expect(new FakeCluster(module, params, ranges(), even).rounds(10)).toEqual([]);
    });

    test('a cluster without requests is left as it is', () => {
      expect(new FakeCluster(module, params, ranges(), new Float64Array(PARTITIONS)).rounds(3)).toEqual([]);
    });

    test('under a load that does not change it comes to rest', () => {
      for (let seed = 1; seed <= 20; seed++) {
        const cluster = new FakeCluster(module, params, ranges(), someLoads(seed));
        cluster.rounds(200);
        expect(cluster.rounds(20)).toEqual([]);
      }
    });

    test('a single shard has nowhere to move to', () => {
      const owner = new Int32Array(PARTITIONS);
      expect(new FakeCluster(module, params, owner, someLoads(1), 1).rounds(3)).toEqual([]);
    });

    test('it changes nothing of what it is given, and instances share no state', () => {
      const loads = someLoads(5);
      const a = new FakeCluster(module, params, ranges(), loads);
      const first = a.rounds(5);
      expect(loads).toEqual(someLoads(5));
      expect(new FakeCluster(module, params, ranges(), loads).rounds(5)).toEqual(first);
    });
  });
}
