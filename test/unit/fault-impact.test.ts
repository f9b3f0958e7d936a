/** Unit: what a fault did to clients and requests, from timelines and successes of which the answer is known. */
import { describe, expect, it } from 'vitest';
import { ClientGaps } from '../../sim/metrics/client-gaps.ts';
import { faultImpacts } from '../../sim/metrics/fault-impact.ts';
import type { Timeline } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import type { Fault } from '../../sim/setup.ts';
import { registry } from '../../strategies/index.ts';
import { findModule } from '../../strategies/registry.ts';
import { buildSetup } from '../setup-builder.ts';

const SECOND = 1e9;
const hang = (atSec: number, name = 'hang'): Fault => ({
  kind: 'pause',
  name,
  node: 0,
  atNs: atSec * SECOND,
  forNs: SECOND,
});

/** 30 steps of a second, 100 requests each, p99 10 ms, hit ratio 0.9. */
function timeline(change: Partial<Record<keyof Timeline, (step: number) => number>> = {}): Timeline {
  const column = (key: keyof Timeline, usual: number) =>
    Array.from({ length: 30 }, (_, step) => change[key]?.(step) ?? usual);
  return {
    stepMs: 1000,
    offered: column('offered', 100),
    completed: column('completed', 100),
    failed: column('failed', 0),
    p50: column('p50', 1),
    p99: column('p99', 10),
    responseTimes: { upToMs: [], completed: [] },
    gets: column('gets', 100),
    misses: column('misses', 10),
    sent: column('sent', 100),
    retries: column('retries', 0),
    redirects: column('redirects', 0),
    connects: [],
    slow: column('slow', 1),
    originRequests: column('originRequests', 10),
    originUtilization: [],
    utilization: [],
    attempts: [],
  };
}
const one = (line: Timeline, faults: Fault[] = [hang(10)]) => faultImpacts(faults, line, 10, null)[0]!;

describe('the impact of a fault', () => {
  it('is nothing where nothing changes: it ends with its own step', () => {
    expect(one(timeline())).toEqual({
      fault: 'hang',
      kind: 'pause',
      atMs: 10_000,
      untilMs: 11_000,
      failedRequests: 0,
      slowRequests: 1,
      slowAboveMs: 10,
      retries: 0,
      redirects: 0,
      amplification: 1,
      amplificationBefore: 1,
      misses: 10,
      originPeakPerSec: 10,
      p99BackAfterMs: 0,
      hitRatioBackAfterMs: 0,
      convergedAfterMs: 0,
    });
  });

  it('lasts until p99 and hit ratio have both come back, and counts up to then', () => {
    const found = one(
      timeline({
        p99: (step) => (step >= 11 && step < 15 ? 500 : 10.9),
        misses: (step) => (step >= 12 && step < 18 ? 60 : 10),
        failed: (step) => (step === 12 || step === 25 ? 7 : 0),
        sent: (step) => (step >= 10 && step < 18 ? 150 : 100),
        originRequests: (step) => (step === 13 ? 77 : 10),
      }),
    );
    expect(found).toMatchObject({
      p99BackAfterMs: 5000,
      hitRatioBackAfterMs: 8000,
      untilMs: 18_000,
      failedRequests: 7,
      amplification: 1.5,
      amplificationBefore: 1,
      originPeakPerSec: 77,
      misses: 2 * 10 + 6 * 60,
    });
  });

  it('takes a moment as before only when three steps in a row are', () => {
    const p99 = (step: number) =>
      step < 10 ? 10 : step === 10 ? 900 : step < 16 && step % 2 === 0 ? 90 : 10;
    expect(one(timeline({ p99 })).p99BackAfterMs).toBe(5000);
  });

  it('says what never came back, and what is not known for want of a before', () => {
    expect(one(timeline({ p99: (step) => (step < 10 ? 10 : 99) }))).toMatchObject({
      p99BackAfterMs: null,
      untilMs: 30_000,
    });
    expect(one(timeline(), [hang(0)])).toMatchObject({ p99BackAfterMs: null, amplificationBefore: null });
  });

  it('ends where the next fault begins; several nodes of one fault are one', () => {
    const line = timeline({ p99: (step) => (step < 10 ? 10 : 99) });
    const faults = [hang(10, 'first'), { ...hang(10, 'first'), node: 1 } as Fault, hang(20, 'second')];
    const found = faultImpacts(faults, line, 10, null);
    expect(found.map(({ fault, untilMs }) => [fault, untilMs])).toEqual([
      ['first', 20_000],
      // What was before it is what the first one left.
      ['second', 21_000],
    ]);
  });
});

describe('the gaps of clients', () => {
  it('are each client’s own: first success, longest time without, never', () => {
    const gaps = new ClientGaps(4, 100);
    for (const client of [0, 1, 2]) gaps.asked(client);
    gaps.succeeded(0, 150);
    gaps.succeeded(0, 155);
    gaps.succeeded(1, 400);
    gaps.finish(500);
    expect(gaps.firstSuccessesNs()).toEqual([50, 300]);
    expect(gaps.longestNs()).toEqual([300, 345, 400]);
    expect(gaps.never).toBe(1);
  });
});

it('fields of a failover agree with each other, whatever the seed', () => {
  const module = findModule(registry, 'failover', 'redis-cluster')!;
  const failover = { module, params: module.params.parse({ nodeTimeout: '500ms' }) };
  const crash: Fault = { kind: 'crash', name: 'kill', atNs: 2 * SECOND, node: 0, of: 'host' };
  for (const seed of [1, 2, 3, 4, 5]) {
    const setup = buildSetup({
      ratePerSec: 600,
      durationNs: 8 * SECOND,
      shards: 3,
      replicas: 1,
      faults: [crash],
      strategy: { failover },
      clients: { count: 5, timeoutNs: 5e7, topologyRefresh: { periodicNs: Infinity, minIntervalNs: 1e8 } },
    });
    const { failover: found, faults, requests } = run(setup, seed);
    const { atMs, detectedMs, decidedMs, promotedMs, firstSuccess, clientUnavailable, ...one } = found[0]!;
    const order = [atMs, detectedMs!, decidedMs!, promotedMs!, atMs + firstSuccess.p50Ms!];
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect(firstSuccess.p50Ms!).toBeLessThanOrEqual(firstSuccess.maxMs!);
    // Somebody is served first: the gap of all clients together is no longer than that of the last one.
    expect(one.unavailableReadMs).toBeLessThanOrEqual(clientUnavailable.maxMs!);
    expect(one.clientsNever).toBe(0);
    expect(one.failedRequests).toBeLessThanOrEqual(requests.failed);
    expect(faults[0]!.failedRequests).toBeLessThanOrEqual(requests.failed);
    expect(faults[0]!.amplification!).toBeGreaterThanOrEqual(1);
  }
});

it('a fault whose requests fail for good lasts to the end, though those answered are as fast as before', () => {
  const failing = (step: number) => (step >= 12 ? 20 : 0);
  const [impact] = faultImpacts([hang(12)], timeline({ failed: failing }), 10, null);
  expect(impact).toMatchObject({ untilMs: 30_000, failedRequests: 18 * 20, p99BackAfterMs: 0 });
  const [healed] = faultImpacts(
    [hang(12)],
    timeline({ failed: (step) => (step >= 12 && step < 20 ? 20 : 0) }),
    10,
    null,
  );
  expect(healed).toMatchObject({ untilMs: 20_000, failedRequests: 8 * 20 });
});
