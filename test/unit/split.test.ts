/** Unit: hot keys under several names: where reads and writes go when chance places the names, and what that costs. */
import { describe, expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import { replicate } from '../../strategies/hot-keys/replicate.ts';
import { split } from '../../strategies/hot-keys/split.ts';
import { FakeCoordinator, homeOf } from '../contract/hot-keys.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

const HOT = 42;

describe('split', () => {
  test('every name is written, and read in equal parts, wherever it fell', () => {
    // Names 1 to 12 of key 42 in the fake: (42 x 31 + 7 n) mod 6 visits every shard twice, home among them.
    const coordinator = new FakeCoordinator(split, { names: 12 });
    coordinator.play(1.1, HOT, 0.2);
    const written = coordinator.writers(HOT);
    expect(written).toHaveLength(12);
    expect(written.filter((shard) => shard === homeOf(HOT))).toHaveLength(2);
    const readers = coordinator.readers(HOT);
    // 3,000 reads, 1/13 a name: home has three names, each other shard two. 5 sd of 692 and of 462 are 115 and 99.
    for (const [shard, reads] of readers) {
      const names = shard === homeOf(HOT) ? 3 : 2;
      expect(Math.abs(reads - (3000 * names) / 13)).toBeLessThan(names === 3 ? 115 : 99);
    }
  });

  test('the key itself outlives its names, where they share its shard', () => {
    const coordinator = new FakeCoordinator(split, { names: 12, coolWindows: 1 });
    coordinator.play(1.1, HOT, 0.2);
    coordinator.play(4, HOT, 0);
    const dropped = coordinator.dropped.map(({ shard }) => shard);
    expect(dropped.toSorted()).toEqual([1, 2, 3, 4, 5]);
  });

  const base: Overrides = {
    ratePerSec: 3000,
    durationNs: 10e9,
    shards: 6,
    shape: { kind: 'constant' },
    keys: { kind: 'zipf', count: 10_000, exponent: 1.2 },
    operations: [0.95, 0.05, 0, 0],
    clients: { count: 8 },
    network: { sameZoneNs: 100_000, crossZoneNs: 100_000, jitterSigma: 0.1 },
  };
  const hottest = (result: ReturnType<typeof run>): number =>
    Math.max(...result.nodes.map((node) => node.share));
  const treated = (module: typeof split | typeof replicate, overrides: Partial<Overrides> = {}) =>
    run(
      buildSetup({
        ...base,
        ...overrides,
        strategy: { hotKeys: { module: module as typeof split, params: module.params.parse({}) } },
      }),
      11,
      { check: true },
    );

  test('wins against nothing where reads make the hotspot, and loses to chosen shards', () => {
    const result = treated(split);
    expect(hottest(result)).toBeLessThan(0.9 * hottest(run(buildSetup(base), 11)));
    expect(hottest(result)).toBeGreaterThan(hottest(treated(replicate)));
    expect(result.cache.misses).toBe(0);
  });

  test('loses where most operations are writes: every name is one more attempt', () => {
    const operations = [0.1, 0.9, 0, 0];
    const without = run(buildSetup({ ...base, operations }), 11);
    const result = treated(split, { operations });
    expect(result.requests.attempts).toBeGreaterThan(1.5 * without.requests.attempts);
  });
});
