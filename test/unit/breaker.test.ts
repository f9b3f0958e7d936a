/** Unit: the states of a circuit breaker, and what it does to a run: fewer waits, trials, and an end of them. */
import { describe, expect, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { Breaker } from '../../sim/breaker.ts';
import type { RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import type { BreakerSetup } from '../../sim/setup.ts';
import { registry } from '../../strategies/index.ts';
import { buildSetup } from '../setup-builder.ts';

const SECOND = 1e9;
const SETUP: BreakerSetup = { failures: 3, rate: null, openNs: 100, halfOpen: 2 };

function opened(): Breaker {
  const breaker = new Breaker(SETUP, 2, 2);
  for (let i = 0; i < 3; i++) breaker.observe(1, 0, true, 0, 10);
  return breaker;
}

describe('the states', () => {
  test('failures in a row open it, for one client and node', () => {
    const breaker = new Breaker(SETUP, 2, 2);
    expect([true, true, false, true, true].map((bad) => breaker.observe(1, 0, bad, 0, 10))).not.toContain(
      true,
    );
    expect(breaker.admits(1, 0, 10)).toBe(true);
    expect(breaker.observe(1, 0, true, 0, 10)).toBe(true);
    expect([breaker.admits(1, 0, 109), breaker.admits(1, 1, 109), breaker.admits(0, 0, 109)]).toEqual([
      ...[false, true, true],
    ]);
    expect(breaker.opened).toBe(1);
  });

  test('then so many trials pass, and their success closes it', () => {
    const breaker = opened();
    expect([1, 2, 3].map(() => breaker.admits(1, 0, 110))).toEqual([true, true, false]);
    breaker.observe(1, 0, false, 0, 120);
    expect(breaker.admits(1, 0, 120)).toBe(false);
    breaker.observe(1, 0, false, 0, 121);
    expect([1, 2, 3].map(() => breaker.admits(1, 0, 122))).toEqual([true, true, true]);
  });

  test('one trial that fails opens it for as long again', () => {
    const breaker = opened();
    breaker.admits(1, 0, 110);
    expect(breaker.observe(1, 0, true, 0, 150)).toBe(true);
    expect([breaker.admits(1, 0, 249), breaker.admits(1, 0, 250)]).toEqual([false, true]);
  });

  test('trials that nobody answers do not keep it half open for ever', () => {
    const breaker = opened();
    for (let i = 0; i < 2; i++) breaker.admits(1, 0, 110);
    expect([breaker.admits(1, 0, 209), breaker.admits(1, 0, 210)]).toEqual([false, true]);
  });
});

describe('by shares of the last calls', () => {
  const RATE = { window: 10, minimumCalls: 5, failureShare: 0.5, slowNs: 1000, slowShare: 0.8 };
  const breakerOf = () => new Breaker({ ...SETUP, rate: RATE }, 2, 2);
  const observe = (breaker: Breaker, calls: string, nowNs = 10) =>
    [...calls].map((call) => breaker.observe(1, 0, call === 'x', call === 's' ? 1001 : 5, nowNs));

  test('half of them failed, once there are enough to judge', () => {
    expect(observe(breakerOf(), 'xxxx')).toEqual([false, false, false, false]);
    expect(observe(breakerOf(), 'xxxxx').at(-1)).toBe(true);
    expect(observe(breakerOf(), '..x.x..x.').includes(true)).toBe(false);
    expect(observe(breakerOf(), '..x.x..xxx').at(-1)).toBe(true);
  });

  test('only the last ten count', () => {
    const breaker = breakerOf();
    expect(observe(breaker, `.....xxxx${'.'.repeat(10)}xxxx`).includes(true)).toBe(false);
    expect(observe(breaker, 'x').at(-1)).toBe(true);
    expect(breaker.admits(1, 0, 109)).toBe(false);
    expect(breaker.admits(0, 0, 109)).toBe(true);
  });

  test('slow ones count though they succeed', () => {
    expect(observe(breakerOf(), 's.sss').at(-1)).toBe(true);
    expect(observe(breakerOf(), 's..ss').includes(true)).toBe(false);
  });

  test('trials are judged together: half of them may not fail', () => {
    const [bad, good] = ['.x', '..'].map((trials) => {
      const breaker = breakerOf();
      observe(breaker, 'xxxxx');
      expect([1, 2, 3].map(() => breaker.admits(1, 0, 110))).toEqual([true, true, false]);
      observe(breaker, trials, 120);
      return breaker.admits(1, 0, 121);
    });
    expect([bad, good]).toEqual([false, true]);
  });
});

describe('a host that falls silent for ten seconds', () => {
  const result = (breaker: BreakerSetup | null): RunResult =>
    run(
      buildSetup({
        ratePerSec: 200,
        durationNs: 30 * SECOND,
        shards: 2,
        clients: { timeoutNs: 0.5 * SECOND, breaker },
        faults: [
          { kind: 'crash', name: 'kill', atNs: 10 * SECOND, node: 0, of: 'host' },
          { kind: 'restart', name: 'back', atNs: 20 * SECOND, node: 0 },
        ],
      }),
      3,
      { check: true },
    );

  test('without a breaker each of its requests waits for a timeout, with one few do', () => {
    const [plain, guarded] = [result(null), result({ failures: 5, rate: null, openNs: SECOND, halfOpen: 1 })];
    expect([plain.requests.failedFast, plain.requests.breakersOpened]).toEqual([0, 0]);
    // 100 requests a second for 10 s; with it those of the first half second, and a trial per second and a half.
    expect(plain.requests.timedOut).toBeGreaterThan(900);
    expect(guarded.requests.timedOut).toBeLessThan(100);
    expect(guarded.requests.failedFast).toBeGreaterThan(800);
    expect(guarded.requests.refused).toBe(guarded.requests.failedFast);
    expect(guarded.requests.breakersOpened).toBeGreaterThan(3);
    // It closes again: the last seconds are as without it.
    expect(guarded.requests.completed).toBeGreaterThan(plain.requests.completed - 300);
  });
});

test('in a scenario: all numbers have defaults, and the result counts what it kept from being sent', () => {
  const text = `version: 1
name: silent
duration: 4s
cluster: { shards: 2, replicas: 0 }
clients: { count: 2, timeout: 200ms, breaker: { failures: 3 } }
workload: { rate: 500/s, keys: { count: 100 } }
faults: [{ at: 1s, crash: node-0, of: host }]
strategies: { redis-cluster: { preset: redis-cluster, failover: none } }
`;
  const loaded = loadScenario({ path: 'silent.yaml', text }, { overrides: [], registry });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const setup = bindSetup(loaded.scenario, 'redis-cluster', registry, null);
  expect(setup.clients.breaker).toEqual({ failures: 3, rate: null, openNs: SECOND, halfOpen: 1 });
  const { requests } = run(setup, 1, { check: true });
  expect(requests.failedFast).toBeGreaterThan(0);
  expect(requests.breakersOpened).toBeGreaterThanOrEqual(2);
});
