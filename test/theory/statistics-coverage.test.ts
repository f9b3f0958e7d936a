/**
 * Theory: intervals cover, and tests reject, as often as they say. Each count is binomial; a bound is missed by
 * chance with probability 1e-6 (seeds are fixed, so a failure is not bad luck twice). Where a method is known to
 * fall short of its level, the published figure is tested instead.
 */
import { describe, expect, it } from 'vitest';
import { type RandomStream, stream } from '../../sim/rng.ts';
import { bootstrapMean } from '../../sim/statistics/bootstrap.ts';
import { estimateMean, estimatePaired, estimateUnpaired, intervalOf } from '../../sim/statistics/estimate.ts';
import { kolmogorovSmirnov } from '../../sim/statistics/kolmogorov-smirnov.ts';
import { normalQuantile } from '../../sim/statistics/normal.ts';
import { precisionOf } from '../../sim/statistics/precision.ts';
import { quantileInterval } from '../../sim/statistics/quantile.ts';
import { minimalDetectableEffect } from '../../sim/statistics/sample-size.ts';
import { wilcoxonSignedRank } from '../../sim/statistics/wilcoxon.ts';
import { binomialTolerance } from '../binomial-tolerance.ts';

const normal = (rng: RandomStream) => normalQuantile(Math.max(rng.float(), 1e-300));
const exponential = (rng: RandomStream) => -Math.log(1 - rng.float());
const sample = (count: number, draw: () => number) => Array.from({ length: count }, draw);

/** How many of `trials` experiments are hits. */
function hits(trials: number, experiment: (trial: number) => boolean): number {
  let count = 0;
  for (let trial = 0; trial < trials; trial++) count += experiment(trial) ? 1 : 0;
  return count;
}

function expectShare(count: number, trials: number, share: number): void {
  const [low, high] = binomialTolerance(trials, share);
  expect(count).toBeGreaterThanOrEqual(low);
  expect(count).toBeLessThanOrEqual(high);
}

const covers = (interval: readonly [number, number] | null, value: number) =>
  interval !== null && interval[0] <= value && value <= interval[1];

describe('coverage', () => {
  it('of the t interval, 95 % at any number of seeds', () => {
    for (const count of [2, 5, 20]) {
      const rng = stream(count, 'normal');
      const covered = hits(4000, () =>
        covers(intervalOf(estimateMean(sample(count, () => 7 + normal(rng)))), 7),
      );
      expectShare(covered, 4000, 0.95);
    }
  });

  it('of paired and of unpaired differences', () => {
    const rng = stream(11, 'pairs');
    const paired = hits(4000, () => {
      const base = sample(10, () => 5 * normal(rng));
      return covers(
        intervalOf(
          estimatePaired(
            base,
            base.map((value) => value + 3 + normal(rng)),
          ),
        ),
        3,
      );
    });
    expectShare(paired, 4000, 0.95);
    // Welch is approximate: within half a percent of the level for such sizes (Welch 1947).
    const unpaired = hits(4000, () => {
      const base = sample(12, () => normal(rng));
      return covers(
        intervalOf(
          estimateUnpaired(
            base,
            sample(8, () => 3 + 2 * normal(rng)),
          ),
        ),
        3,
      );
    });
    expect(unpaired).toBeGreaterThanOrEqual(binomialTolerance(4000, 0.945)[0]);
    expect(unpaired).toBeLessThanOrEqual(binomialTolerance(4000, 0.955)[1]);
  });

  it('of order statistics: exactly the binomial coverage, for a skewed distribution too', () => {
    const rng = stream(12, 'skewed');
    const { coverage } = quantileInterval(new Float64Array(20), 0.5)!;
    const covered = hits(4000, () =>
      covers(
        quantileInterval(
          sample(20, () => exponential(rng)),
          0.5,
        )!.interval,
        Math.LN2,
      ),
    );
    expectShare(covered, 4000, coverage);
  });

  it('of the bootstrap: BCa keeps up with the t interval for skewed differences of 30 seeds', () => {
    const rng = stream(13, 'bootstrap');
    const draws = Array.from({ length: 600 }, () => sample(30, () => exponential(rng)));
    const bca = hits(600, (i) => covers(bootstrapMean(draws[i]!, { rng, resamples: 600 }), 1));
    const t = hits(600, (i) => covers(intervalOf(estimateMean(draws[i]!)), 1));
    // Both fall a little short for an exponential: 92 to 94 % (Efron & Tibshirani 1993, chapter 22).
    for (const covered of [bca, t]) {
      expect(covered).toBeGreaterThanOrEqual(binomialTolerance(600, 0.92)[0]);
      expect(covered).toBeLessThanOrEqual(binomialTolerance(600, 0.95)[1]);
    }
  });

  it('of the stopping rule: looking after every seed costs little once ten are there', () => {
    const rng = stream(14, 'until');
    const covered = hits(600, () => {
      const values = sample(10, () => 100 + 10 * normal(rng));
      while (!precisionOf(estimateMean(values), estimateMean(values).mean, 0.05).reached)
        values.push(100 + 10 * normal(rng));
      return covers(intervalOf(estimateMean(values)), 100);
    });
    // Sequential sampling of this kind covers a few percent less than its level (Chow & Robbins; Law 9.4.1).
    expect(covered).toBeGreaterThanOrEqual(binomialTolerance(600, 0.91)[0]);
  });
});

describe('tests of "no difference"', () => {
  it.each([
    ['signed ranks', (a: number[], b: number[]) => wilcoxonSignedRank(b.map((value, i) => value - a[i]!)).p],
    ['Kolmogorov and Smirnov', (a: number[], b: number[]) => kolmogorovSmirnov(a, b).p],
  ])('%s reject at most 5 % of what is the same', (name, pOf) => {
    const rng = stream(15, name);
    const draw = () => Math.round(4 * exponential(rng)) / 4;
    const alarms = hits(3000, () => pOf(sample(15, draw), sample(15, draw)) <= 0.05);
    expect(alarms).toBeGreaterThan(20);
    expect(alarms).toBeLessThanOrEqual(binomialTolerance(3000, 0.05)[1]);
  });

  it('the minimal detectable effect is found as often as it was promised', () => {
    const rng = stream(16, 'power');
    const effect = minimalDetectableEffect(2, 12, 0.05, 0.8);
    const found = hits(
      4000,
      () => !covers(intervalOf(estimateMean(sample(12, () => effect + 2 * normal(rng)))), 0),
    );
    expectShare(found, 4000, 0.8);
  });

  it('common random numbers: a pair of exponential means 1 and 1.2 scatters 61 times less (Law, 11.2)', () => {
    const rng = stream(17, 'crn');
    const base = sample(20_000, () => exponential(rng));
    const shared = estimatePaired(
      base,
      base.map((value) => 1.2 * value),
    );
    const alone = estimatePaired(
      base,
      sample(20_000, () => 1.2 * exponential(rng)),
    );
    expect((alone.standardError / shared.standardError) ** 2 / 61).toBeCloseTo(1, 0);
    expect(shared.standardError ** 2 * 20_000).toBeCloseTo(0.04, 2);
  });
});
