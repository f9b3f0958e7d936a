/** Unit: two layers and a choice between them: where copies are, which is read, what it is worth. */
import { describe, expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import { distcache } from '../../strategies/hot-keys/distcache.ts';
import { FakeCoordinator, homeOf } from '../contract/hot-keys.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

const HOT = 42;

describe('distcache', () => {
  test('a hot key has one copy, on another shard than its own', () => {
    for (const key of [1, 2, 3, 4, 5, 6]) {
      const coordinator = new FakeCoordinator(distcache, { threshold: '1%' });
      coordinator.play(1.1, key, 0.2);
      expect(coordinator.writers(key)).toHaveLength(1);
      expect(coordinator.writers(key)).not.toContain(homeOf(key));
    }
  });

  test('reads go to the layer whose answers tell of shorter queues, and to either when both are alike', () => {
    const coordinator = new FakeCoordinator(distcache, { threshold: '1%' });
    coordinator.play(1.1, HOT, 0.2);
    const home = homeOf(HOT);
    const [copy] = coordinator.writers(HOT);
    // 3,000 reads, each way alike: sd 27.4; 5 sd.
    expect(Math.abs(coordinator.readers(HOT).get(copy!)! - 1500)).toBeLessThan(137);
    for (const client of coordinator.clients) client.feedback!(home, 8);
    expect([...coordinator.readers(HOT).keys()]).toEqual([copy]);
    for (const client of coordinator.clients) for (let i = 0; i < 3; i++) client.feedback!(copy!, 8);
    expect([...coordinator.readers(HOT).keys()]).toEqual([home]);
  });

  const base: Overrides = {
    ratePerSec: 3000,
    durationNs: 10e9,
    shards: 6,
    shape: { kind: 'constant' },
    keys: { kind: 'zipf', count: 10_000, exponent: 1 },
    operations: [0.95, 0.05, 0, 0],
    clients: { count: 8 },
    network: { sameZoneNs: 100_000, crossZoneNs: 100_000, jitterSigma: 0.1 },
  };
  const treated = (overrides: Partial<Overrides> = {}) =>
    run(
      buildSetup({
        ...base,
        ...overrides,
        strategy: { hotKeys: { module: distcache, params: distcache.params.parse({}) } },
      }),
      11,
      { check: true },
    );
  const busiest = (result: ReturnType<typeof run>): number =>
    Math.max(...result.nodes.map((node) => node.utilization));

  test('wins where several keys are warm: half the imbalance, with one copy a key', () => {
    const untreated = run(buildSetup(base), 11);
    const result = treated();
    expect(busiest(result)).toBeLessThan(0.9 * busiest(untreated));
    expect(result.imbalance.cov).toBeLessThan(0.6 * untreated.imbalance.cov);
    expect(result.responseTime.p99).toBeLessThan(untreated.responseTime.p99!);
    expect(result.cache.misses).toBe(0);
  });

  test('loses where most operations are writes: both layers are written', () => {
    const operations = [0.1, 0.9, 0, 0];
    const without = run(buildSetup({ ...base, operations }), 11);
    expect(treated({ operations }).requests.attempts).toBeGreaterThan(1.2 * without.requests.attempts);
  });
});
