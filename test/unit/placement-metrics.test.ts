/** Unit and theory: what is known in advance about balance and movement of placements whose mathematics is known. */
import { describe, expect, test } from 'vitest';
import { type CreatePlacement, placementCost, placementMetrics } from '../../sim/placement-metrics.ts';
import { stream } from '../../sim/rng.ts';
import type { KeyNames, PlacementModule, ShardId } from '../../sim/strategy.ts';
import { TemplateKeyNames } from '../../sim/workload/key-names.ts';
import { registry } from '../../strategies/index.ts';
import { jump } from '../../strategies/placement/jump.ts';
import { Ring } from '../../strategies/placement/ring.ts';
import { shardsCounted } from '../contract/placement.ts';

/** Key number modulo number of shards. */
const byNumber: CreatePlacement = () => ({
  build: (shards) => ({
    partitionCount: shards.length,
    depth: 1,
    owners: Int32Array.from(shards, ({ id }) => id),
    partitionOf: (key) => key % shards.length,
  }),
});

function defaultsOf(module: PlacementModule, keys: KeyNames): CreatePlacement {
  return (shards) => module.create(module.params.parse({}), { keys, shards });
}

describe('modulo, exactly', () => {
  // Over lcm(n - 1, n, n + 1) keys every pair of remainders occurs equally often, and 1/n or 1/(n + 1) of them agree.
  test.each([2, 3, 5, 6, 12])('%i shards', (n) => {
    const metrics = placementMetrics(byNumber, shardsCounted(n + 1), (n - 1) * n * (n + 1));
    expect(metrics.maxOverMean).toBe(1);
    expect(metrics.cov).toBe(0);
    expect(metrics.leave.movedOverMinimum).toBeCloseTo((1 - 1 / n) / (1 / n), 12);
    expect(metrics.leave.movedBetweenSurvivors).toBeCloseTo((1 - 2 / n) / (1 - 1 / n), 12);
    expect(metrics.join.movedOverMinimum).toBeCloseTo((1 - 1 / (n + 1)) / (1 / (n + 1)), 12);
    expect(metrics.join.movedBetweenSurvivors).toBeCloseTo(1 - 2 / (n + 1), 12);
  });

  test('the table is 4 bytes for each partition and owner listed', () => {
    const { partitionCount, depth, tableBytes } = placementMetrics(byNumber, shardsCounted(8), 100);
    expect({ partitionCount, depth, tableBytes }).toEqual({ partitionCount: 7, depth: 1, tableBytes: 28 });
  });
});

test('balance of known counts: 5, 3, 1 keys are 5/3 of the mean at most, with a cv of sqrt(8/3) / 3', () => {
  const owners = [0, 0, 0, 0, 0, 1, 1, 1, 2];
  const create: CreatePlacement = () => ({
    build: (shards) => ({
      partitionCount: owners.length,
      depth: 1,
      owners: Int32Array.from(owners, (id) => (shards.some((shard) => shard.id === id) ? id : shards[0]!.id)),
      partitionOf: (key) => key,
    }),
  });
  const { maxOverMean, cov, leave } = placementMetrics(create, shardsCounted(4), owners.length);
  expect(maxOverMean).toBeCloseTo(5 / 3, 12);
  expect(cov).toBeCloseTo(Math.sqrt(8 / 3) / 3, 12);
  expect(leave).toEqual({ movedOverMinimum: 1, movedBetweenSurvivors: 0 });
});

test('only the preferred owners count, however many are listed', () => {
  const deep: CreatePlacement = (cluster) => ({
    build(shards) {
      const table = byNumber(cluster).build(shards);
      const count = shards.length;
      const owners = Int32Array.from(
        { length: count * 2 },
        (_, at) => shards[((at >> 1) + (at & 1)) % count]!.id,
      );
      return { ...table, depth: 2, owners };
    },
  });
  const [one, two] = [byNumber, deep].map((create) => placementMetrics(create, shardsCounted(7), 840));
  expect(two).toEqual({ ...one, depth: 2, tableBytes: one!.tableBytes * 2 });
});

test('a leaver without keys has no minimum to compare with', () => {
  const none = placementMetrics(
    () => ({
      build: () => ({ partitionCount: 1, depth: 1, owners: Int32Array.of(3), partitionOf: () => 0 }),
    }),
    shardsCounted(9),
    100,
  );
  expect(none.leave.movedOverMinimum).toBeNull();
});

describe('jump (Lamping and Veach)', () => {
  const keyCount = 500_000;
  const shards = 12;
  const metrics = placementMetrics(
    defaultsOf(jump, new TemplateKeyNames('key:{id}', keyCount)),
    shardsCounted(shards + 1),
    keyCount,
  );

  test('joining moves 1/(n+1) of the keys, within 4 standard errors, none between the others', () => {
    const share = 1 / (shards + 1);
    const error = Math.sqrt((share * (1 - share)) / keyCount) / share;
    expect(Math.abs(metrics.join.movedOverMinimum! - 1)).toBeLessThan(4 * error);
    expect(metrics.join.movedBetweenSurvivors).toBe(0);
  });

  test('a leaver drags the shards numbered after it along', () => {
    // When shard i leaves, i < n - 1, the keys of shards i .. n-2 shift by one, and of the last shard's keys, dealt
    // anew to n - 1 numbers, only those of the highest number stay: (n - 1 - i) + 1 - 1/(n-1) shares of 1/n move.
    // The mean over i and its mirror image n - 1 - i is the same for every i between 1 and n - 2.
    const n = shards;
    const expected = (n - 1) / 2 + 1 - 1 / (n - 1);
    // Two counts of moved keys and two of the leavers' own, each as wide as a count can be, all errors added up.
    const widest = 2 * Math.sqrt(keyCount / 4) + expected * 2 * Math.sqrt((keyCount / n) * (1 - 1 / n));
    const error = widest / ((2 * keyCount) / n);
    expect(Math.abs(metrics.leave.movedOverMinimum! - expected)).toBeLessThan(4 * error);
  });
});

describe('a ring of random points', () => {
  // Shares are Dirichlet with v points a shard, so their squared cv has mean (n-1)/(nv+1); m random keys add to it.
  const [n, v, m, rings] = [6, 128, 5000, 200];
  const samples = Array.from({ length: rings }, (_, ring) =>
    placementMetrics(randomRing(ring), shardsCounted(n + 1), m),
  );

  function randomRing(seed: number): CreatePlacement {
    const hashes = stream(seed, 'keys');
    const keys = Uint32Array.from({ length: m }, () => hashes.u32());
    const pointsOf = (shard: ShardId) => {
      const random = stream(seed, `points-${shard}`);
      return Array.from({ length: v }, () => ({ upper: random.u32(), lower: 0, shard }));
    };
    return () => ({
      build(shards) {
        const ring = new Ring(shards.flatMap(({ id }) => pointsOf(id)));
        return {
          partitionCount: ring.points.length,
          depth: 1,
          owners: ring.ownersClockwise(1),
          partitionOf: (key) => ring.find(keys[key]!, 0),
        };
      },
    });
  }

  /** Distance of the mean from what is expected, in standard errors. */
  function deviation(values: readonly number[], expected: number): number {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
    return Math.abs(mean - expected) / Math.sqrt(variance / values.length);
  }

  test('spreads by sqrt((n-1)/(nv+1)), within 4 standard errors', () => {
    const expected = (n - 1) * (1 / m + (1 - 1 / m) / (n * v + 1));
    expect(
      deviation(
        samples.map(({ cov }) => cov ** 2),
        expected,
      ),
    ).toBeLessThan(4);
  });

  test('a newcomer takes 1/(n+1), within 4 standard errors, and nothing moves between the others', () => {
    expect(
      deviation(
        samples.map(({ join }) => join.movedOverMinimum!),
        1,
      ),
    ).toBeLessThan(4);
    for (const { join, leave } of samples) {
      expect(join.movedBetweenSurvivors).toBe(0);
      expect(leave).toEqual({ movedOverMinimum: 1, movedBetweenSurvivors: 0 });
    }
  });
});

describe('cost', () => {
  test('is what the clock says, the best of several tries: this one runs ever faster', () => {
    let now = 0;
    let step = 1 << 20;
    const clock = () => {
      now += step;
      step = Math.max(1 << 16, step >> 1);
      return now;
    };
    const cost = placementCost(() => byNumber([]).build(shardsCounted(3)), clock);
    expect(cost).toEqual({ buildNs: 1 << 16, lookupNs: 1 });
  });

  test('beyond 2^24 keys no placement keeps answers: a lookup reads the name', () => {
    const modules = registry.modules.filter(
      (module): module is PlacementModule => module.axis === 'placement',
    );
    for (const module of modules) {
      const names = new TemplateKeyNames('key:{id}', 2 ** 24 + 1);
      let reads = 0;
      const counting: KeyNames = {
        count: names.count,
        maxBytes: names.maxBytes,
        read(key, out) {
          reads++;
          return names.read(key, out);
        },
      };
      const shards = shardsCounted(4);
      const table = defaultsOf(module, counting)(shards).build(shards);
      expect(reads, `${module.name} reads names while it builds`).toBe(0);
      for (let key = 0; key < 10; key++) table.partitionOf(key);
      expect(reads, `${module.name} reads names when asked`).toBeGreaterThanOrEqual(10);
    }
  });
});
