/** Unit: finding heavy keys, and copying them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import { HotKey, HotSet } from '../../strategies/hot-keys/hot-set.ts';
import { replicate } from '../../strategies/hot-keys/replicate.ts';
import { SpaceSaving } from '../../strategies/hot-keys/space-saving.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

describe('Space-Saving', () => {
  const countsOf = (stream: readonly number[], capacity: number) => {
    const sketch = new SpaceSaving(capacity);
    for (const key of stream) sketch.add(key);
    const counts = new Map<number, number>();
    sketch.forHeaviest(capacity, (key, atLeast) => {
      counts.set(key, atLeast);
    });
    return counts;
  };

  test('counts exactly while the keys fit', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(19), { maxLength: 500 }), (stream) => {
        const counts = countsOf(stream, 20);
        for (const key of new Set(stream))
          expect(counts.get(key)).toBe(stream.filter((other) => other === key).length);
      }),
    );
  });

  test('never promises more than the truth, and holds every key above n / counters', () => {
    const stream = fc.array(fc.oneof(fc.nat(3), fc.nat(500)), { minLength: 1, maxLength: 1000 });
    fc.assert(
      fc.property(stream, fc.integer({ min: 4, max: 40 }), (keys, capacity) => {
        const counts = countsOf(keys, capacity);
        const truth = new Map<number, number>();
        for (const key of keys) truth.set(key, (truth.get(key) ?? 0) + 1);
        for (const [key, atLeast] of counts) expect(atLeast).toBeLessThanOrEqual(truth.get(key)!);
        for (const [key, count] of truth)
          if (count > keys.length / capacity) expect(counts.has(key)).toBe(true);
      }),
    );
  });

  test('visits the heaviest first, by count, and the next window begins at nothing', () => {
    const sketch = new SpaceSaving(64);
    for (let key = 0; key < 30; key++) for (let i = 0; i <= key; i++) sketch.add(key);
    const visited: number[] = [];
    sketch.forHeaviest(5, (key) => visited.push(key));
    expect(visited).toEqual([29, 28, 27, 26, 25]);
    sketch.nextWindow();
    sketch.forHeaviest(5, () => expect.unreachable());
    expect(sketch.total).toBe(0);
  });
});

test('the hot set finds what was added and forgets what was removed', () => {
  const keys = fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 64 });
  fc.assert(
    fc.property(keys, (hot) => {
      const set = new HotSet(64);
      const hotKeys = hot.map((key) => new HotKey(key, [1, 2], 0));
      for (const hotKey of hotKeys) set.add(hotKey);
      set.remove(hotKeys[0]!);
      expect(set.find(hot[0]!)).toBeNull();
      for (const hotKey of hotKeys.slice(1)) expect(set.find(hotKey.key)).toBe(hotKey);
    }),
  );
});

describe('replicate', () => {
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
  const treated = (overrides: Partial<Overrides> = {}, params: object = {}) =>
    run(
      buildSetup({
        ...base,
        ...overrides,
        strategy: { hotKeys: { module: replicate, params: replicate.params.parse(params) } },
      }),
      11,
      { check: true },
    );
  const untreated = run(buildSetup(base), 11, { check: true });
  const hottest = (result: typeof untreated): number => Math.max(...result.nodes.map((node) => node.share));

  test('wins where reads of few keys make the hotspot: the hottest node gets less, and waits are shorter', () => {
    const result = treated();
    expect(hottest(result)).toBeLessThan(0.8 * hottest(untreated));
    expect(result.responseTime.p99).toBeLessThan(untreated.responseTime.p99!);
    expect(result.cache.misses).toBe(0);
  });

  test('loses where most operations are writes: every copy is one more attempt', () => {
    const operations = [0.1, 0.9, 0, 0];
    const result = treated({ operations });
    const without = run(buildSetup({ ...base, operations }), 11);
    const work = (of: typeof untreated): number => of.nodes.reduce((sum, node) => sum + node.utilization, 0);
    expect(work(result)).toBeGreaterThan(1.5 * work(without));
  });

  test('the result says what was copied where, and what it cost', () => {
    const { hotKeyTreatment, memoryOverhead } = treated({}, { copies: 2, maxHotKeys: 3 });
    expect(hotKeyTreatment!.copies.map((copy) => copy.key).sort()).toEqual(['key:0', 'key:1', 'key:2']);
    for (const copy of hotKeyTreatment!.copies) {
      expect(new Set(copy.shards).size).toBe(2);
      expect(copy.fromMs).toBeGreaterThan(1000);
      expect(copy.fromMs).toBeLessThan(1100);
      expect(copy.toMs).toBeNull();
    }
    expect(hotKeyTreatment!.copyWrites).toBeGreaterThan(500);
    expect(memoryOverhead).toBe(hotKeyTreatment!.detectorBytes + 3 * 2 * 100);
  });

  test('nothing is hot under uniform keys', () => {
    expect(treated({ keys: { kind: 'uniform', count: 10_000 } }).hotKeyTreatment!.copies).toEqual([]);
  });
});
