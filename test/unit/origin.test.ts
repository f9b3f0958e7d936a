/** Unit: what is behind the cache: its limits, who asks it, and what a lost cache does to it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { Leases } from '../../sim/leases.ts';
import { Nodes } from '../../sim/nodes.ts';
import { Origin } from '../../sim/origin.ts';
import { stream } from '../../sim/rng.ts';
import { run } from '../../sim/run.ts';
import type { OriginSetup, Setup } from '../../sim/setup.ts';
import { registry } from '../../strategies/index.ts';
import { buildSetup } from '../setup-builder.ts';

const MS = 1e6;
const plain: OriginSetup = {
  latencyNs: 10 * MS,
  latencyShape: { kind: 'constant' },
  concurrency: 2,
  queueLimit: Infinity,
  timeoutNs: Infinity,
  failures: 0,
  leases: null,
  earlyRefresh: 0,
};
const originOf = (setup: Partial<OriginSetup>): Origin =>
  new Origin({ ...plain, ...setup }, stream(1, 'origin'), stream(1, 'errors'));
/** Five questions at once. */
const asked = (origin: Origin): (number | 'failed')[] =>
  Array.from({ length: 5 }, () => {
    const heardNs = origin.ask(0);
    return origin.failed ? 'failed' : heardNs / MS;
  });

describe('an origin of two servers and 10 ms, asked five times at once', () => {
  test('answers two at a time', () => {
    expect(asked(originOf({}))).toEqual([10, 10, 20, 20, 30]);
  });

  test('turns away what exceeds its queue, and does no work for it', () => {
    const origin = originOf({ queueLimit: 1 });
    expect(asked(origin)).toEqual([10, 10, 20, 'failed', 'failed']);
    expect(origin.busyUntilNs).toBe(20 * MS);
    expect(origin.ask(10 * MS)).toBe(20 * MS);
  });

  test('works on for clients that have given up', () => {
    const origin = originOf({ timeoutNs: 15 * MS });
    expect(asked(origin)).toEqual([10, 10, 'failed', 'failed', 'failed']);
    expect(origin.busyUntilNs).toBe(30 * MS);
  });

  test('gives errors at its rate', () => {
    const origin = originOf({ failures: 0.2 });
    let failed = 0;
    for (let i = 0; i < 10_000; i++) {
      origin.ask(i * 1e9);
      if (origin.failed) failed++;
    }
    expect(Math.abs(failed - 2000)).toBeLessThan(4 * Math.sqrt(10_000 * 0.2 * 0.8));
  });
});

test('a lease goes to one at a time, ends with a write or its time, and belongs to a node', () => {
  const leases = new Leases({ forNs: 10e9, retryNs: MS, stale: false }, 2);
  expect(leases.take(0, 7, 0)).toBe(true);
  expect(leases.take(0, 7, 1e9)).toBe(false);
  expect(leases.take(1, 7, 1e9)).toBe(true);
  leases.end(0, 7);
  expect(leases.take(0, 7, 2e9)).toBe(true);
  expect(leases.take(0, 7, 12e9)).toBe(true);
  leases.clear(0);
  expect(leases.isOut(0, 7, 12e9)).toBe(false);
});

test('a node sheds long waits, and after an interval of queueing all but short ones', () => {
  const setup = buildSetup({
    ratePerSec: 1,
    durationNs: 1,
    shedding: { targetNs: 5 * MS, intervalNs: 100 * MS },
  });
  const nodes = new Nodes(1, setup.cluster.node);
  const accepted = (nowMs: number): boolean => nodes.offer(0, nowMs * MS, 20 * MS, true) >= 0;
  // Waits of 0, 20, ... 100 ms are let in, 120 ms is not.
  expect(Array.from({ length: 7 }, () => accepted(0))).toEqual([true, true, true, true, true, true, false]);
  expect(accepted(101)).toBe(false); // 19 ms, and nobody was idle for more than 100 ms
  expect(accepted(116)).toBe(true); // 4 ms
  expect(accepted(200)).toBe(true); // idle at last
  expect(accepted(201)).toBe(true); // 19 ms is short again
  expect(nodes.shed).toBe(2);
});

/** One key, asked 1,000 times a second, which expires every second; the origin takes 50 ms. */
function stampede(origin: Partial<OriginSetup>): ReturnType<typeof run> {
  const base = buildSetup({
    ratePerSec: 1000,
    durationNs: 20e9,
    keys: { kind: 'uniform', count: 1 },
    ttl: { share: 1, meanNs: 1e9, shape: { kind: 'constant' } },
    origin: { ...plain, latencyNs: 50 * MS, concurrency: 1000, ...origin },
  });
  const node = { ...base.cluster.node, serviceNs: [1000, 1000, 1000, 1000] };
  const setup: Setup = { ...base, cluster: { ...base.cluster, node } };
  return run({ ...setup, clients: { ...setup.clients, count: 10 } }, 1, { check: true });
}

describe('a hot key expires', () => {
  // 19 or 20 times in 20 s, every 1.05 s.
  test('and all who ask while it is fetched ask the origin', () => {
    const { cache, requests } = stampede({});
    // About 50 a time: Poisson of mean 950 to 1000 in all.
    expect(Math.abs(cache.originRequests - 19.5 * 50)).toBeLessThan(4 * Math.sqrt(1000) + 25 + 20);
    expect(requests.failed).toBe(0);
  });

  test('and is refreshed before, by one or a few of those who read it', () => {
    const { cache, requests } = stampede({ earlyRefresh: 1 });
    // A reader a millisecond, each with chance exp(-left / 50 ms): the first about 195 ms before the end, and until its
    // fill is there, 50 ms later, 1.7 more on average. So 2.7 for each of some 24 lives of 0.85 s, instead of 50.
    expect(cache.earlyRefreshes).toBeGreaterThan(18);
    expect(cache.misses).toBeLessThan(20);
    expect(cache.originRequests).toBe(cache.earlyRefreshes + cache.misses);
    expect(cache.originRequests).toBeLessThan(24 * 2.7 * 2);
    expect(requests.failed).toBe(0);
  });

  test('with leases one asks, and the others wait until it is filled', () => {
    const { cache, requests, responseTime } = stampede({
      leases: { forNs: 10e9, retryNs: 10 * MS, stale: false },
    });
    expect(cache.originRequests).toBeGreaterThanOrEqual(18);
    expect(cache.originRequests).toBeLessThanOrEqual(20);
    expect(cache.misses).toBe(cache.originRequests);
    expect(cache.leaseWaits).toBeGreaterThan(1000);
    expect(requests.failed).toBe(0);
    expect(responseTime.max).toBeLessThan(65);
  });

  test('with leases and stale values one asks, and the others get the old value', () => {
    const { cache, staleReads, responseTime } = stampede({
      leases: { forNs: 10e9, retryNs: 10 * MS, stale: true },
    });
    expect(cache.originRequests).toBeLessThanOrEqual(20);
    expect(cache.leaseWaits).toBe(0);
    expect(staleReads).toBeGreaterThan(700);
    expect(responseTime.p90).toBeLessThan(1);
  });
});

test('requests that the origin fails are told apart', () => {
  const { requests, cache } = run(
    buildSetup({ ratePerSec: 200, durationNs: 10e9, start: 'cold', origin: { ...plain, failures: 1 } }),
    1,
    { check: true },
  );
  expect(requests.originFailed).toBe(requests.offered);
  expect(cache.originErrors).toBe(requests.offered);
  expect(cache.hitRatio).toBe(0);
});

test('cold-cache.yaml: the origin stays saturated after a restart; a budget, a short queue or leases cure it', () => {
  const path = join(import.meta.dirname, '../../scenarios/cold-cache.yaml');
  const loaded = loadScenario(
    { path, text: readFileSync(path, 'utf8') },
    { overrides: ['duration=25s'], registry },
  );
  if ('problems' in loaded) throw new Error('the scenario does not load');
  const metastable = loaded.scenario.strategies.map(
    ({ name }) => [name, run(bindSetup(loaded.scenario, name, registry, null), 1).metastable] as const,
  );
  expect(Object.fromEntries(metastable.map(([name, found]) => [name, found !== null]))).toEqual({
    retries: true,
    'no-retries': false,
    budget: false,
    backoff: true,
    shedding: false,
    leases: false,
    coalescing: true,
  });
  const [, stuck] = metastable[0]!;
  expect(stuck!.busiest!.station).toBe('origin');
  expect(stuck!.busiest!.utilizationBefore).toBeLessThan(0.3);
  expect(stuck!.busiest!.utilizationAfter).toBeGreaterThan(0.99);
});
