/**
 * Theory: closed loops, multi-gets and times to live through the engine, against exact results. Tolerances are four
 * standard errors, taken from independent runs or from the known variance. Seeds are fixed.
 */
import { expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import type { Setup, SyntheticWorkload } from '../../sim/setup.ts';
import { momentsOf } from '../../sim/statistics/moments.ts';
import { buildSetup, SERVICE_NS } from '../setup-builder.ts';

const SECOND = 1e9;

function withWorkload(setup: Setup, changes: Partial<SyntheticWorkload>): Setup {
  return { ...setup, workload: { ...(setup.workload as SyntheticWorkload), ...changes } };
}

/** Exact mean value analysis of one queue and a think time (M. Reiser and S. Lavenberg, JACM 27(2), 1980). */
function meanValueAnalysis(users: number, thinkNs: number): { perSec: number; responseNs: number } {
  let queue = 0;
  let responseNs = 0;
  for (let n = 1; n <= users; n++) {
    responseNs = SERVICE_NS * (1 + queue);
    queue = (n / (responseNs + thinkNs)) * responseNs;
  }
  return { perSec: (users / (responseNs + thinkNs)) * 1e9, responseNs };
}

test.each([
  [1, 5],
  [10, 10],
  [30, 10],
  [8, 0],
])('closed loop of %i users who think %i service times: throughput and response time', (users, think) => {
  const thinkNs = think * SERVICE_NS;
  const setup = withWorkload(buildSetup({ ratePerSec: 1, durationNs: 40 * SECOND }), {
    arrivals: { kind: 'closed-loop', users, thinkNs, thinkShape: { kind: 'exponential' } },
  });
  const runs = Array.from({ length: 12 }, (_, seed) => run(setup, seed + 1, { check: true }));
  const exact = meanValueAnalysis(users, thinkNs);
  const within = (values: number[], value: number): void => {
    // At most `users` requests, a few thousandths of a run, are cut off at its ends.
    const cutOff = (value * users) / runs[0]!.requests.completed;
    const { mean, variance } = momentsOf(values);
    const standardError = Math.sqrt(variance / values.length);
    expect(Math.abs(mean - value)).toBeLessThan(4 * standardError + cutOff);
  };
  within(
    runs.map(({ requests }) => requests.completed / 40),
    exact.perSec,
  );
  within(
    runs.map(({ responseTime }) => responseTime.mean! * 1e6),
    exact.responseNs,
  );
});

test.each([1, 2, 10, 50])(
  'a multi-get of %i keys on as many free servers takes H(n) service times',
  (keys) => {
    const setup = withWorkload(buildSetup({ ratePerSec: 2000, durationNs: 20 * SECOND, threads: 1024 }), {
      keysPerGet: Array.from({ length: keys }, (_, i) => (i + 1 === keys ? 1 : 0)),
    });
    const { responseTime, requests } = run(setup, 1, { check: true });
    const terms = Array.from({ length: keys }, (_, i) => 1 / (i + 1));
    const harmonic = terms.reduce((sum, term) => sum + term, 0);
    // The i-th of n exponential times to end comes 1/(n - i + 1) after the one before: variances add up.
    const sd = Math.sqrt(terms.reduce((sum, term) => sum + term * term, 0));
    expect(requests.attempts).toBe(requests.offered * keys);
    const standardError = sd / Math.sqrt(responseTime.count);
    expect(Math.abs((responseTime.mean! * 1e6) / SERVICE_NS - harmonic)).toBeLessThan(4 * standardError);
  },
);

test('a multi-get fails when one of its keys does, and counts once', () => {
  const setup = withWorkload(
    buildSetup({
      ratePerSec: 500,
      durationNs: 10 * SECOND,
      shards: 2,
      threads: 64,
      clients: { timeoutNs: 100e6 },
      faults: [{ kind: 'crash', name: 'kill', atNs: 5 * SECOND, node: 0, of: 'host' }],
    }),
    { keysPerGet: [0, 0, 0, 1] },
  );
  const { requests } = run(setup, 1, { check: true });
  // After the crash a request of four keys succeeds only if all of them are on the other shard: 1 in 16.
  const after = requests.offered / 2;
  const expected = after * (1 - 1 / 16);
  expect(Math.abs(requests.failed - expected)).toBeLessThan(4 * Math.sqrt(after) + 100);
  expect(requests.timedOut).toBe(requests.failed);
});

test('hit ratio of keys that live for T: lambda T / (1 + lambda T)', () => {
  const keys = 10;
  const perKeyPerSec = 100;
  const base = buildSetup({
    ratePerSec: keys * perKeyPerSec,
    durationNs: 200 * SECOND,
    keys: { kind: 'uniform', count: keys },
    threads: 64,
    origin: { latencyNs: 1000, latencyShape: { kind: 'constant' }, concurrency: 1000 },
  });
  const setup = withWorkload(
    {
      ...base,
      cluster: { ...base.cluster, node: { ...base.cluster.node, serviceNs: [1000, 1000, 1000, 1000] } },
    },
    { ttl: { share: 1, meanNs: 20e6, shape: { kind: 'constant' } } },
  );
  const { cache, requests } = run(setup, 1, { check: true });
  // A miss starts a life of T in which Poisson(lambda T) hits fall.
  const hitsPerLife = perKeyPerSec * 0.02;
  const standardError = Math.sqrt(hitsPerLife / cache.misses) / (1 + hitsPerLife) ** 2;
  const filling = perKeyPerSec * 5e-6; // The value is away from the miss until it is filled: some 5 us.
  expect(Math.abs(cache.hitRatio! - hitsPerLife / (1 + hitsPerLife))).toBeLessThan(
    4 * standardError + filling,
  );
  expect(cache.expired).toBe(cache.misses);
  expect(requests.failed).toBe(0);
});

test('a write without a time to live takes the old one away', () => {
  const base = buildSetup({
    ratePerSec: 2000,
    durationNs: 10 * SECOND,
    keys: { kind: 'uniform', count: 20 },
    operations: [0.5, 0.5, 0, 0],
    threads: 64,
  });
  const sometimes = withWorkload(base, { ttl: { share: 0, meanNs: 1e6, shape: { kind: 'constant' } } });
  expect(run(sometimes, 1).cache.expired).toBe(0);
  const always = withWorkload(base, { ttl: { share: 1, meanNs: 1e6, shape: { kind: 'constant' } } });
  expect(run(always, 1).cache.expired).toBeGreaterThan(0);
});
