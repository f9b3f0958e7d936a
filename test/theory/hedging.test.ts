/**
 * Theory: hedged reads without queueing. With response times X and Y of independent exponentials of mean 1, and a
 * second copy after d: P(T > t) = P(X > t) for t <= d, P(X > t) P(Y > t - d) beyond; so the mean is
 * 1 - e^-d + e^-d / 2, and a share e^-d of the reads is sent twice (Dean and Barroso, CACM 56(2), 2013).
 *
 * Tolerances: 4 standard deviations of one run of a million requests, measured over many runs of a separate
 * simulator; quantiles of a result may lie 0.8 % above the true value besides.
 */
import { describe, expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import { random } from '../../strategies/selection/random.ts';
import { buildSetup, SERVICE_NS } from '../setup-builder.ts';
import { bound } from '../unit/selection-helpers.ts';

const REQUESTS = 1e6;
const RATE = 4000;
const BUCKET = 0.008;

/** Threads enough that nobody waits. */
function hedgedAfter(delay: number) {
  return run(
    buildSetup({
      ratePerSec: RATE,
      durationNs: (REQUESTS / RATE) * 1e9,
      replicas: 1,
      threads: 40,
      strategy: {
        selection: bound(random),
        hedge: { after: { kind: 'fixed', delayNs: Math.round(delay * SERVICE_NS) }, budget: 1 },
      },
    }),
    1,
  );
}

describe('hedged reads of exponential time', () => {
  test('after p95', () => {
    const d = Math.log(20);
    const { responseTime, requests } = hedgedAfter(d);
    const within = (value: number, expected: number, sd: number, above = 0): void => {
      expect(value).toBeGreaterThan(expected - 4 * sd);
      expect(value).toBeLessThan(expected * (1 + above) + 4 * sd);
    };
    // Beyond d: e^-(2t - d) = 1 - q.
    const quantile = (q: number): number => (d - Math.log(1 - q)) / 2;
    within(responseTime.mean!, 1 - Math.exp(-d) / 2, 0.0009652);
    within(responseTime.p99!, quantile(0.99), 0.004435, BUCKET);
    within(responseTime.p999!, quantile(0.999), 0.01757, BUCKET);
    within(requests.hedges / requests.offered, Math.exp(-d), 0.0002361);
    // Without hedging p99 would be 4.6 and p99.9 6.9.
  });
});
