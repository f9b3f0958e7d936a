/** Unit: one small cache in front of the cluster: its size, what it may hold, what it is worth. */
import { describe, expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import { NONE } from '../../sim/strategy.ts';
import { frontCache } from '../../strategies/hot-keys/front-cache.ts';
import { FakeCoordinator } from '../contract/hot-keys.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

const HOT = 42;
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
      strategy: { hotKeys: { module: frontCache, params: frontCache.params.parse(params) } },
    }),
    11,
    { check: true },
  );
const hottest = (result: ReturnType<typeof run>): number =>
  Math.max(...result.nodes.map((node) => node.utilization));

describe('front-cache', () => {
  test('holds hot keys only, for all clients, and lets go of what cools', () => {
    const coordinator = new FakeCoordinator(frontCache, { threshold: '1%', coolWindows: 1 });
    const [one, other] = coordinator.clients;
    coordinator.play(1.1, HOT, 0.2);
    one!.filled!(HOT, 5, 100);
    one!.filled!(HOT + 1, 6, 100);
    expect(other!.answer!(HOT)).toBe(5);
    expect(other!.answer!(HOT + 1)).toBe(NONE);
    coordinator.play(3, HOT, 0);
    expect(one!.answer!(HOT)).toBe(NONE);
  });

  test('its size is 8 n ln n keys for n shards, or what is asked for', () => {
    // 8 x 6 x ln 6 = 86.01
    const held = (params: object): number =>
      treated({}, { threshold: 0.00001, sampleEvery: 1, ...params }).hotKeyTreatment!.copies.filter(
        ({ toMs }) => toMs === null,
      ).length;
    expect(held({})).toBe(87);
    expect(held({ factor: 1 })).toBe(11);
    expect(held({ items: 3 })).toBe(3);
  });

  test('wins under skew: 87 values take the hotspot away, however many keys there are', () => {
    const untreated = run(buildSetup(base), 11);
    const result = treated();
    expect(hottest(result)).toBeLessThan(0.7 * hottest(untreated));
    expect(result.hotKeyTreatment!.localBytes).toBeLessThanOrEqual(87 * 100);
    expect(result.hotKeyTreatment!.copyWrites).toBe(0);
  });

  test('loses under writes, which pass it and empty it', () => {
    const operations = [0.2, 0.8, 0, 0];
    const untreated = run(buildSetup({ ...base, operations }), 11);
    expect(hottest(treated({ operations }))).toBeGreaterThan(0.85 * hottest(untreated));
  });

  test('is of no use when all keys are equal', () => {
    const result = treated({ keys: { kind: 'uniform', count: 10_000 } }, { threshold: '0.5%' });
    expect(result.hotKeyTreatment!.localHits).toBe(0);
  });
});
