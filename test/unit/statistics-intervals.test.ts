/**
 * Unit: quantiles, bootstrap, warm-up, precision, power and verdicts on cases with a known answer; the source of
 * each value stands beside it.
 */
import { describe, expect, it } from 'vitest';
import { stream } from '../../sim/rng.ts';
import { bootstrap, bootstrapMean } from '../../sim/statistics/bootstrap.ts';
import { estimateMean, estimatePaired, intervalOf } from '../../sim/statistics/estimate.ts';
import { momentsOf } from '../../sim/statistics/moments.ts';
import { mser, warmUpOf } from '../../sim/statistics/mser.ts';
import { precisionOf } from '../../sim/statistics/precision.ts';
import { coverageOf, quantileInterval, quantileOf } from '../../sim/statistics/quantile.ts';
import { minimalDetectableEffect, powerOf, seedsForHalfWidth } from '../../sim/statistics/sample-size.ts';
import { judge, seedsToSettle } from '../../sim/statistics/verdict.ts';

describe('quantiles', () => {
  it('type 7 of Hyndman & Fan on 1 .. 10, as NumPy and R print it', () => {
    const values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const expected = [5.5, 9.1, 9.55, 9.91];
    expect([0.5, 0.9, 0.95, 0.99].map((q) => quantileOf(values, q))).toEqual(
      expected.map((value) => expect.closeTo(value, 12)),
    );
    expect([quantileOf(values, 0), quantileOf(values, 1), quantileOf([7], 0.3)]).toEqual([1, 10, 7]);
    expect(() => quantileOf([], 0.5)).toThrow('at least one value');
  });

  it('exact coverage of order-statistic intervals (binomial, computed in exact arithmetic)', () => {
    expect(coverageOf(1000, 0.99, 983, 997)).toBeCloseTo(0.976094763497977, 12);
    expect(coverageOf(10_000, 0.999, 9983, 9997)).toBeCloseTo(0.975457461853616, 11);
    expect(coverageOf(500, 0.5, 228, 273)).toBeCloseTo(0.955936530421073, 12);
  });

  it('the median of 20 seeds lies between the 6th and the 15th (Conover, table A3: 0.9586)', () => {
    const values = Array.from({ length: 20 }, (_, i) => 20 - i);
    const found = quantileInterval(values, 0.5)!;
    expect(found).toMatchObject({ ranks: [6, 15], interval: [6, 15] });
    expect(found.coverage).toBeCloseTo(0.9586, 4);
  });

  it('takes 6 values for a median and 368 for a p99 at 95 %', () => {
    const sizes = (q: number) =>
      Array.from({ length: 600 }, (_, i) => i + 1).find((n) => quantileInterval(new Float64Array(n), q));
    expect([sizes(0.5), sizes(0.99)]).toEqual([6, 368]);
  });

  it('covers at least the level and no rank more than needed', () => {
    for (const count of [30, 101, 400]) {
      for (const q of [0.3, 0.5, 0.8]) {
        const { ranks, coverage } = quantileInterval(new Float64Array(count), q)!;
        expect(coverage).toBeGreaterThanOrEqual(0.95);
        expect(1 - coverageOf(count, q, ranks[0] + 1, count + 1)).toBeGreaterThan(0.025);
        expect(coverageOf(count, q, 0, ranks[1] - 1)).toBeLessThan(0.975);
      }
    }
  });
});

/** Efron & Tibshirani 1993, table 14.1: 26 children, spatial test A. */
const SPATIAL = [
  48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41,
];
const populationVariance = (values: readonly number[]) => {
  const { count, variance } = momentsOf(values);
  return (variance * (count - 1)) / count;
};

describe('the bootstrap', () => {
  // 100,000 resamples: the ends scatter by about 0.5 (percentile) and 0.7 (BCa); five of that.
  it('of a variance: SciPy stats.bootstrap, 400,000 resamples, percentile [97.7, 235.7], BCa [115.5, 261.1]', () => {
    const options = { level: 0.9, resamples: 100_000 };
    const plain = bootstrap(SPATIAL, populationVariance, {
      ...options,
      rng: stream(1, 'a'),
      method: 'percentile',
    });
    const corrected = bootstrap(SPATIAL, populationVariance, { ...options, rng: stream(1, 'b') });
    expect(Math.abs(plain[0] - 97.716)).toBeLessThan(2.5);
    expect(Math.abs(plain[1] - 235.71)).toBeLessThan(2.5);
    expect(Math.abs(corrected[0] - 115.504)).toBeLessThan(3.5);
    expect(Math.abs(corrected[1] - 261.12)).toBeLessThan(3.5);
  });

  it('of a mean: SciPy, percentile [24.462, 34.538], BCa [24.154, 34.269]', () => {
    const plain = bootstrapMean(SPATIAL, { rng: stream(2, 'a'), method: 'percentile', resamples: 100_000 });
    const corrected = bootstrapMean(SPATIAL, { rng: stream(2, 'b'), resamples: 100_000 });
    expect(plain).toEqual([expect.closeTo(24.46, 0), expect.closeTo(34.54, 0)]);
    expect(corrected).toEqual([expect.closeTo(24.15, 0), expect.closeTo(34.27, 0)]);
  });

  it('resamples whole things: the quantile of merged samples, one per seed', () => {
    const seeds = Array.from({ length: 12 }, (_, seed) => Array.from({ length: 50 }, (__, i) => i + seed));
    const p90 = (sample: readonly number[][]) =>
      quantileOf(
        sample.flat().sort((a, b) => a - b),
        0.9,
      );
    const [low, high] = bootstrap(seeds, p90, { rng: stream(3, 'm'), resamples: 1000 });
    expect(low).toBeLessThan(p90(seeds));
    expect(high).toBeGreaterThan(p90(seeds));
  });

  it('is the same for the same stream, and a point where nothing scatters', () => {
    const once = () => bootstrapMean(SPATIAL, { rng: stream(4, 'x'), resamples: 500 });
    expect(once()).toEqual(once());
    expect(bootstrapMean([5, 5, 5], { rng: stream(4, 'x'), resamples: 100 })).toEqual([5, 5]);
    expect(() => bootstrapMean([5], { rng: stream(4, 'x') })).toThrow('at least two');
  });
});

const WORD = (1n << 64n) - 1n;

/** splitmix64 (Vigna), upper 53 bits. */
function splitmix(seed: number): () => number {
  let state = BigInt(seed);
  return () => {
    state = (state + 0x9e3779b97f4a7c15n) & WORD;
    let z = state;
    z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & WORD;
    z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & WORD;
    return Number((z ^ (z >> 31n)) >> 11n) * 2 ** -53;
  };
}

function decaying(seed: number, count: number, amplitude: number, tau: number, phi: number): number[] {
  const uniform = splitmix(seed);
  let noise = 0;
  return Array.from({ length: count }, (_, i) => {
    noise = phi * noise + uniform() - 0.5;
    return amplitude * Math.exp(-i / tau) + noise;
  });
}

describe('MSER-5', () => {
  // Cuts and means found by two independent implementations of White's rule in another language.
  it.each([
    ['a short transient', decaying(1, 1000, 5, 50, 0), 123, 32, -0.0110498274186, true],
    ['correlated noise', decaying(2, 5000, 20, 200, 0.9), 737, 147, 0.0198478792251, true],
    ['no transient', decaying(3, 1000, 0, 1, 0), 0, 0, -0.00156481135204, true],
    ['one that never ends', decaying(4, 400, 5, 400, 0), 191, 39, 2.40557100129, false],
  ])('%s', (_, series, single, batches, mean, reliable) => {
    expect(mser(series).drop).toBe(single);
    const warmUp = warmUpOf(series);
    expect(warmUp).toMatchObject({ drop: 5 * batches, reliable });
    expect(Math.abs(warmUp.mean / mean - 1)).toBeLessThan(1e-9);
  });

  it('never cuts more than half, and keeps a constant whole', () => {
    const rising = Array.from({ length: 200 }, (_, i) => i);
    expect(warmUpOf(rising).drop).toBeLessThanOrEqual(100);
    expect(warmUpOf(rising).reliable).toBe(false);
    expect(warmUpOf(new Float64Array(50).fill(3))).toEqual({ drop: 0, reliable: true, mean: 3 });
    expect(() => warmUpOf([1, 2, 3])).toThrow('at least 10');
    expect(() => warmUpOf([...rising, Number.NaN, 1, 1, 1, 1])).toThrow('finite');
  });
});

describe('how many seeds', () => {
  it('power and detectable effect: noncentral t of SciPy, R power.t.test(n = 20, delta = 0.5, "one.sample")', () => {
    expect(powerOf(0.5, 1, 20)).toBeCloseTo(0.5645044184390209, 10);
    expect(minimalDetectableEffect(1, 20)).toBeCloseTo(0.6604416546230261, 9);
    expect(minimalDetectableEffect(2, 5, 0.01, 0.9)).toBeCloseTo(6.054148178430761, 8);
    expect(powerOf(0, 1, 20)).toBeCloseTo(0.05, 12);
    expect(minimalDetectableEffect(0, 20)).toBe(0);
    expect(() => powerOf(1, 1, 1)).toThrow('at least two seeds');
  });

  it('the fewest whose interval is narrow enough: one fewer is not', () => {
    const estimate = estimateMean([10, 12, 9, 11, 13, 8]);
    const seeds = seedsForHalfWidth(estimate, 0.5)!;
    const deviation = estimate.standardError * Math.sqrt(6);
    const half = (count: number) => {
      const [low, high] = intervalOf({
        count,
        mean: 0,
        standardError: deviation / Math.sqrt(count),
        degreesOfFreedom: count - 1,
      })!;
      return (high - low) / 2;
    };
    expect(half(seeds)).toBeLessThanOrEqual(0.5);
    expect(half(seeds - 1)).toBeGreaterThan(0.5);
    expect(seedsForHalfWidth(estimate, 1e-9)).toBeNull();
    expect(seedsForHalfWidth(estimateMean([4, 4]), 0)).toBe(2);
  });

  it('stops at the precision asked for, and not before ten seeds', () => {
    const close = Array.from({ length: 10 }, (_, i) => 100 + (i % 2));
    expect(precisionOf(estimateMean(close), 100.5, 0.02)).toMatchObject({ reached: true, moreSeeds: 0 });
    expect(precisionOf(estimateMean(close.slice(0, 9)), 100.5, 0.02)).toMatchObject({
      reached: false,
      moreSeeds: 1,
    });
    const wide = precisionOf(estimateMean(close), 100.5, 0.002);
    expect(wide.reached).toBe(false);
    expect(wide.relativeHalfWidth).toBeCloseTo(0.00375, 5);
    expect(wide.moreSeeds).toBeGreaterThan(10);
    expect(precisionOf(estimateMean([5]), 5, 0.02)).toEqual({
      reached: false,
      relativeHalfWidth: null,
      moreSeeds: 9,
    });
    expect(precisionOf(estimateMean(close), 0, 0.02)).toMatchObject({
      relativeHalfWidth: null,
      moreSeeds: null,
    });
  });
});

describe('the verdict', () => {
  const direction = 'lower is better';
  const of = (
    values: readonly number[],
    margin: number,
    better: 'lower is better' | 'higher is better' = direction,
  ) => judge([{ estimate: estimateMean(values), margin, direction: better }])[0]!;

  it('claims a difference only if it is both significant and larger than the margin', () => {
    expect(of([10, 11, 12, 9], 5).verdict).toBe('worse');
    expect(of([10, 11, 12, 9], 5, 'higher is better').verdict).toBe('better');
    expect(of([-10, -11, -12, -9], 5).verdict).toBe('better');
    expect(of([10, 11, 12, 9], 20).verdict).toBe('equivalent');
    expect(of([1, -1, 0.5, -0.5], 3)).toMatchObject({ verdict: 'equivalent', moreSeeds: null });
    expect(of([0, 0, 0], 0)).toMatchObject({ verdict: 'equivalent', interval: [0, 0] });
  });

  it('says how many more seeds would settle what is open', () => {
    const open = of([10, -6, 8, 3], 5);
    expect(open.verdict).toBe('inconclusive');
    expect(open.interval![0]).toBeLessThan(0);
    const settled = {
      ...estimateMean([10, -6, 8, 3]),
      count: 4 + open.moreSeeds!,
      degreesOfFreedom: 3 + open.moreSeeds!,
    };
    const deviation = estimateMean([10, -6, 8, 3]).standardError * 2;
    const then = judge([
      { estimate: { ...settled, standardError: deviation / Math.sqrt(settled.count) }, margin: 5, direction },
    ]);
    expect(then[0]!.verdict).toBe('equivalent');
    expect(of([7], 5)).toEqual({ verdict: 'inconclusive', interval: null, p: null, moreSeeds: 1 });
    expect(seedsToSettle(estimateMean([4, 6]), 5)).toBeNull();
  });

  it('corrects for the family: what one comparison shows, one of forty does not', () => {
    const estimate = estimatePaired([0, 0, 0, 0, 0], [3, 1, 2, 4, 1.5]);
    const alone = judge([{ estimate, margin: 0, direction }])[0]!;
    const noise = { estimate: estimateMean([1, -1, 2, -2]), margin: 0, direction } as const;
    const among = judge([{ estimate, margin: 0, direction }, ...new Array<typeof noise>(39).fill(noise)])[0]!;
    expect([alone.verdict, among.verdict]).toEqual(['worse', 'inconclusive']);
    expect(among.p).toBeCloseTo(40 * alone.p!, 12);
    expect(among.interval).toEqual(alone.interval);
  });
});
