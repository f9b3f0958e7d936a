/**
 * Unit: estimates, tests and corrections agree with R's printed examples and with SciPy 1.17.1. R: `sleep` is
 * Student's own data (Cushny & Peebles 1905), `depression` that of ?wilcox.test (Hollander & Wolfe 1973).
 */
import fc from 'fast-check';
import { mean as oracleMean, sampleVariance, tTest } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { equivalenceP } from '../../sim/statistics/equivalence.ts';
import {
  estimateMean,
  estimatePaired,
  estimateUnpaired,
  intervalOf,
  pAbove,
  pBelow,
  pDifferent,
} from '../../sim/statistics/estimate.ts';
import { holm } from '../../sim/statistics/holm.ts';
import { kolmogorovSmirnov, kolmogorovTail } from '../../sim/statistics/kolmogorov-smirnov.ts';
import { differences, momentsOf } from '../../sim/statistics/moments.ts';
import { ratioInterval } from '../../sim/statistics/ratio-interval.ts';
import { wilcoxonSignedRank } from '../../sim/statistics/wilcoxon.ts';

const SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
const SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
const DEPRESSION_X = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const DEPRESSION_Y = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];

const SIXTY = [
  6, 2, 3, 5, 2, 4, 5, -2, -4, -1, -1, 5, 6, -4, 1, 5, -3, 4, -3, 1, 4, -1, -1, -1, 3, -2, 6, 0, 1, 1, 2, 2,
  1, 6, 4, 4, 3, 2, -1, 6, 1, -2, 5, -3, 5, 2, -3, -4, 0, -4, -3, 1, 6, 1, 4, 6, 5, 2, 0, 1,
];

describe('mean and variance', () => {
  const alternating = (first: number, a: number, b: number) => [
    first,
    ...Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? a : b)),
  ];

  it.each([
    ['NumAcc1', [10_000_001, 10_000_003, 10_000_002], 10_000_002, 1, 1e-12],
    ['NumAcc2', alternating(1.2, 1.1, 1.3), 1.2, 0.1, 1e-10],
    ['NumAcc3', alternating(1_000_000.2, 1_000_000.1, 1_000_000.3), 1_000_000.2, 0.1, 1e-6],
    ['NumAcc4', alternating(10_000_000.2, 10_000_000.1, 10_000_000.3), 10_000_000.2, 0.1, 1e-5],
  ])('NIST StRD %s, on which a sum of squares fails', (_, values, mean, deviation, relative) => {
    const moments = momentsOf(values);
    expect(Math.abs(moments.mean / mean - 1)).toBeLessThan(1e-12);
    expect(Math.abs(Math.sqrt(moments.variance) / deviation - 1)).toBeLessThan(relative);
  });

  it('agree with simple-statistics', () => {
    const sample = fc.array(fc.integer({ min: -10_000, max: 10_000 }), { minLength: 2, maxLength: 40 });
    fc.assert(
      fc.property(sample, (values) => {
        const moments = momentsOf(values);
        expect(moments.mean).toBeCloseTo(oracleMean(values), 6);
        expect(moments.variance).toBeCloseTo(sampleVariance(values), 6);
        const { mean, standardError } = estimateMean(values);
        // Its tTest divides by the population's deviation.
        const scale = Math.sqrt((values.length - 1) / values.length);
        if (standardError > 0) expect(mean / standardError).toBeCloseTo(scale * tTest(values, 0), 6);
      }),
    );
  });

  it('refuse what has none', () => {
    expect(() => momentsOf([])).toThrow('at least one value');
    expect(() => momentsOf([1, Infinity])).toThrow('finite');
    expect(() => differences([1, 2], [1])).toThrow('pair them by seed');
  });
});

describe('t intervals and p-values', () => {
  it('paired: R, t.test(extra ~ group, paired): p 0.002833, [-2.4598858, -0.7001142]', () => {
    const estimate = estimatePaired(SLEEP_2, SLEEP_1);
    const [low, high] = intervalOf(estimate)!;
    expect([low, high]).toEqual([expect.closeTo(-2.4598858, 7), expect.closeTo(-0.7001142, 7)]);
    expect(pDifferent(estimate)).toBeCloseTo(0.002832890197384273, 13);
    expect(pBelow(estimate, 0)! + pAbove(estimate, 0)!).toBeCloseTo(1, 13);
  });

  it('Welch: R, t.test(extra ~ group): df 17.776, p 0.07939, [-3.3654832, 0.2054832]', () => {
    const estimate = estimateUnpaired(SLEEP_2, SLEEP_1);
    expect(estimate.degreesOfFreedom).toBeCloseTo(17.776473516178488, 10);
    expect(pDifferent(estimate)).toBeCloseTo(0.0793941401873583, 12);
    expect(intervalOf(estimate)).toEqual([expect.closeTo(-3.3654832, 7), expect.closeTo(0.2054832, 7)]);
  });

  it('one seed has no interval; values without spread decide for themselves', () => {
    expect(intervalOf(estimateMean([3]))).toBeNull();
    expect(pDifferent(estimateMean([3]))).toBeNull();
    expect(estimateUnpaired([1, 2, 3], [4]).degreesOfFreedom).toBe(0);
    const constant = estimateMean([3, 3, 3]);
    expect(intervalOf(constant)).toEqual([3, 3]);
    expect([pAbove(constant, 2), pAbove(constant, 3), pDifferent(constant, 3)]).toEqual([0, 1, 1]);
    expect(() => intervalOf(constant, 95)).toThrow('between 0 and 1');
  });

  it('a ratio: each end is where the paired test of candidate - k base just rejects', () => {
    const [low, high] = ratioInterval(DEPRESSION_Y, DEPRESSION_X)!;
    for (const k of [low, high]) {
      const scaled = DEPRESSION_Y.map((value) => k * value);
      expect(pDifferent(estimatePaired(scaled, DEPRESSION_X))).toBeCloseTo(0.05, 10);
    }
    expect(low).toBeLessThan(oracleMean(DEPRESSION_X) / oracleMean(DEPRESSION_Y));
    expect(ratioInterval([-1, 1, -2, 2], [1, 2, 3, 4])).toBeNull();
    expect(ratioInterval([2], [1])).toBeNull();
  });

  it('equivalence: two one-sided tests of SciPy ttest_1samp, sleep within 3 hours', () => {
    expect(equivalenceP(estimatePaired(SLEEP_1, SLEEP_2), 3)).toBeCloseTo(0.002655570292658671, 13);
    expect(equivalenceP(estimatePaired(SLEEP_1, SLEEP_2), 1)).toBeGreaterThan(0.5);
    expect(() => equivalenceP(estimateMean([1, 2]), -1)).toThrow('must not be negative');
  });
});

describe("Wilcoxon's signed ranks", () => {
  it('R, wilcox.test(depression, paired): V = 40, two-sided p 0.03906', () => {
    const result = wilcoxonSignedRank(differences(DEPRESSION_Y, DEPRESSION_X));
    expect(result).toEqual({ count: 9, statistic: 40, p: 0.0390625, method: 'exact' });
  });

  it('SciPy, exact', () => {
    const values = [1.2, -0.4, 2.2, 0.3, 0.9, -1.5, 0.8, 1.9, 2.5, -0.2, 1.1, 0.6];
    expect(wilcoxonSignedRank(values).p).toBeCloseTo(0.04248046875, 14);
  });

  it('exact with ties and zeros: as if every pattern of signs were counted', () => {
    const values = [1, 1, -1, 2, 2, 0, 3, -4, 3];
    const sizes = [2, 2, 2, 4.5, 4.5, 6.5, 8, 6.5];
    let extreme = 0;
    for (let pattern = 0; pattern < 256; pattern++) {
      const sum = sizes.reduce((total, rank, i) => total + ((pattern >> i) & 1 ? rank : 0), 0);
      if (Math.abs(sum - 18) >= Math.abs(26 - 18)) extreme++;
    }
    expect(wilcoxonSignedRank(values)).toEqual({
      count: 8,
      statistic: 26,
      p: extreme / 256,
      method: 'exact',
    });
  });

  it('SciPy, normal with ties and continuity correction', () => {
    const result = wilcoxonSignedRank(SIXTY);
    expect(result).toMatchObject({ count: 57, method: 'normal' });
    expect(result.p).toBeCloseTo(0.0009280367943241075, 13);
  });

  it('says nothing of nothing', () => {
    expect(wilcoxonSignedRank([0, 0])).toEqual({ count: 0, statistic: 0, p: 1, method: 'exact' });
    expect(() => wilcoxonSignedRank([1, Number.NaN])).toThrow('numbers');
  });
});

describe("Holm's correction", () => {
  it('R, p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm")', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([])).toEqual([]);
    expect(() => holm([1.2])).toThrow('in [0, 1]');
  });

  it('never exceeds Bonferroni, never falls below the raw p, keeps the order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }), (raw) => {
        holm(raw).forEach((adjusted, i) => {
          expect(adjusted).toBeGreaterThanOrEqual(raw[i]!);
          expect(adjusted).toBeLessThanOrEqual(Math.min(1, raw.length * raw[i]!));
          raw.forEach((other, j) => {
            if (other <= raw[i]!) expect(holm(raw)[j]).toBeLessThanOrEqual(adjusted);
          });
        });
      }),
    );
  });
});

describe('Kolmogorov and Smirnov', () => {
  const A = [
    0.61, 0.29, 0.06, 0.59, -1.73, -0.74, 0.51, -0.56, 0.39, 1.64, 0.05, -0.06, 0.64, -0.82, 0.37, 1.77, 1.09,
    -1.28, 2.36, 1.31, 1.05, -0.32,
  ];
  const B = [0.42, -1.12, 1.58, 0.77, 2.01, 0.93, 1.44, 2.35, 1.12, 0.28, 1.91, 0.66, 2.72, -0.13, 1.37];

  it('SciPy, exact', () => {
    const result = kolmogorovSmirnov(A, B);
    expect(result.distance).toBeCloseTo(0.46060606060606063, 14);
    expect(result.p).toBeCloseTo(0.030737454494456445, 13);
    expect(result.method).toBe('exact');
  });

  it('the limit: SciPy special.kolmogorov, and large samples', () => {
    expect(kolmogorovTail(0.5)).toBeCloseTo(0.9639452436648751, 13);
    expect(kolmogorovTail(1.36)).toBeCloseTo(0.049485876755377876, 14);
    expect(kolmogorovTail(3)).toBeCloseTo(3.045995948942526e-8, 20);
    const a = Array.from({ length: 200 }, (_, i) => ((i + 1) * 0.37) % 1);
    const b = Array.from({ length: 150 }, (_, i) => (((i + 1) * 0.61) % 1) ** 1.3);
    const large = kolmogorovSmirnov(a, b);
    expect(large).toMatchObject({ method: 'asymptotic', distance: expect.closeTo(0.10333333333333333, 12) });
    expect(large.p).toBeCloseTo(kolmogorovTail(0.10333333333333333 * Math.sqrt(30_000 / 350)), 12);
  });

  it('exact with ties: as if every split of the pooled values were counted', () => {
    const pooled = [1, 1, 2, 2, 2, 3, 4, 4];
    const distanceOf = (split: number) => {
      const a = pooled.filter((_, i) => (split >> i) & 1);
      const b = pooled.filter((_, i) => !((split >> i) & 1));
      const share = (values: number[], x: number) =>
        values.filter((value) => value <= x).length / values.length;
      return Math.max(...[1, 2, 3, 4].map((x) => Math.abs(share(a, x) - share(b, x))));
    };
    const ones = (split: number) => [...split.toString(2)].filter((bit) => bit === '1').length;
    const splits = Array.from({ length: 256 }, (_, split) => split).filter((split) => ones(split) === 3);
    const observed = distanceOf(0b111);
    const extreme = splits.filter((split) => distanceOf(split) >= observed - 1e-9).length;
    expect(kolmogorovSmirnov([1, 1, 2], [2, 2, 3, 4, 4]).p).toBeCloseTo(extreme / splits.length, 14);
  });

  it('sees no difference between a sample and itself, and refuses what cannot be sorted', () => {
    expect(kolmogorovSmirnov(A, A)).toEqual({ distance: 0, p: 1, method: 'exact' });
    expect(() => kolmogorovSmirnov([], A)).toThrow('two samples');
    expect(() => kolmogorovSmirnov([Number.NaN], A)).toThrow('not a number');
  });
});
