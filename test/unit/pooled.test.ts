/** Unit and theory: quantiles of all seeds together, and whether their intervals cover what they should. */
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../sim/metrics/histogram.ts';
import { pooledOf } from '../../sim/pooled.ts';
import type { RunResult } from '../../sim/result.ts';
import { stream } from '../../sim/rng.ts';
import { binomialTolerance } from '../binomial-tolerance.ts';
import { sampleResult } from '../sample-result.ts';

const [template] = sampleResult(['redis-cluster']).runs as [RunResult];

function runOf(histogram: Histogram): RunResult {
  return {
    ...template,
    responses: histogram.nonEmpty(),
    responseTime: { ...template.responseTime, count: histogram.count },
  };
}

/** Exponential response times of mean 1 ms, a mean of each seed's own around it. */
function seedRun(seed: number, n: number, spread: number): Histogram {
  const rng = stream(seed, 'pooled');
  const mean = 1e6 * Math.exp(spread * (rng.float() - 0.5));
  const histogram = new Histogram();
  for (let i = 0; i < n; i++) histogram.record(Math.round(-Math.log(1 - rng.float()) * mean));
  return histogram;
}

describe('pooled response times', () => {
  it('are the quantiles of the merged histograms', () => {
    const seeds = [1, 2, 3].map((seed) => seedRun(seed, 5_000, 1));
    const whole = new Histogram();
    for (const histogram of seeds) whole.add(histogram);
    const pooled = pooledOf('a', seeds.map(runOf))!;
    expect(pooled.requests).toBe(15_000);
    // The largest value is known only by its bucket, 0.8 % wide.
    // To the microsecond, and the largest value only by its bucket, 0.8 % wide.
    for (const [i, q] of pooled.q.entries())
      if (q > 0.1) expect(Math.abs(pooled.ms[i]! / (whole.quantile(q) / 1e6) - 1)).toBeLessThan(0.018);
    expect(pooled.q).toContain(0.5);
    expect(pooled.lowMs.every((low, i) => low <= pooled.ms[i]! && pooled.ms[i]! <= pooled.highMs[i]!)).toBe(
      true,
    );
  });

  it('cover the true p99 as often as they say: 95 %', () => {
    const CASES = 400;
    const truth = -Math.log(0.01);
    let covered = 0;
    for (let at = 0; at < CASES; at++) {
      const runs = Array.from({ length: 6 }, (_, i) => runOf(seedRun(1000 + 6 * at + i, 2_000, 0)));
      const pooled = pooledOf('a', runs)!;
      const p99 = pooled.q.findIndex((q) => Math.abs(q - 0.99) < 1e-9);
      // A bucket's end is at most 0.8 % above any value in it.
      if (pooled.lowMs[p99]! <= truth * 1.008 && truth <= pooled.highMs[p99]!) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(binomialTolerance(CASES, 0.95)[0]);
  });

  it('need two seeds, and requests in each', () => {
    expect(pooledOf('a', [runOf(seedRun(1, 10, 0))])).toBeNull();
    expect(pooledOf('a', [runOf(seedRun(1, 10, 0)), runOf(new Histogram())])).toBeNull();
    expect(pooledOf('a', [template, template])).toBeNull();
  });
});
