/**
 * Unit: distributions agree with published tables and with values printed by SciPy 1.17.1 (scipy.stats.t, norm,
 * nct, binom) and R 4 (named beside the value). Tolerance 1e-10 unless the source prints fewer digits.
 */
import { cumulativeStdNormalProbability, probit } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { logGamma, regularizedBeta } from '../../sim/statistics/beta.ts';
import { binomialCdf } from '../../sim/statistics/binomial.ts';
import { normalCdf, normalQuantile } from '../../sim/statistics/normal.ts';
import { noncentralTCdf, studentTCdf, studentTQuantile } from '../../sim/statistics/student-t.ts';

const T_QUANTILES = [
  [1, [0.9, 3.0776835371752544], [0.975, 12.706204736174694], [0.995, 63.656741162871526]],
  [2, [0.9, 1.8856180831641272], [0.975, 4.302652729749462], [0.995, 9.924843200918287]],
  [4.5, [0.9, 1.5008853175085577], [0.975, 2.6589123472044034], [0.995, 4.272823993011293]],
  [9, [0.9, 1.3830287383966329], [0.975, 2.262157162798205], [0.995, 3.249835541592126]],
  [19, [0.9, 1.3277282090267986], [0.975, 2.0930240544083087], [0.995, 2.8609346064649794]],
  [99, [0.9, 1.2901614420344854], [0.975, 1.9842169515864174], [0.995, 2.626405457280827]],
] as const;

const T_CDF = [
  [1, -3, 0.10241638234956672],
  [1, 8, 0.9604165758394344],
  [2, -0.5, 1 / 3],
  [4.5, 1.5, 0.8998904571719233],
  [9, -3, 0.007478181955207111],
  [9, 8, 0.9999889325915953],
  [99, -3, 0.0017077539607894359],
  [99, 8, 0.9999999999987998],
] as const;

describe("Student's t", () => {
  it.each(T_QUANTILES)('quantiles with %d degrees of freedom', (df, ...pairs) => {
    for (const [p, t] of pairs) {
      expect(Math.abs(studentTQuantile(p, df) - t)).toBeLessThan(1e-10 * t);
      expect(studentTQuantile(1 - p, df)).toBeCloseTo(-t, 9);
    }
  });

  it.each(T_CDF)('P(T <= t), %d degrees of freedom, t = %d', (df, t, p) => {
    expect(Math.abs(studentTCdf(t, df) - p)).toBeLessThan(1e-12);
  });

  it('agrees with the table of the NIST handbook 1.3.6.7.2 to its three decimals', () => {
    const table = { 1: 12.706, 5: 2.571, 10: 2.228, 30: 2.042, 60: 2.0, 100: 1.984 };
    for (const [df, t] of Object.entries(table))
      expect(studentTQuantile(0.975, Number(df))).toBeCloseTo(t, 3);
  });

  it('becomes the normal distribution and is the Cauchy one', () => {
    expect(studentTQuantile(0.975, 1e7)).toBeCloseTo(1.959964, 5);
    for (const t of [-40, -1, 0.3, 7])
      expect(studentTCdf(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 13);
  });

  it('the noncentral one agrees with SciPy, and with R: power.t.test(n = 20, delta = 1) is 0.8689528', () => {
    const values = [
      [2, 9, 1, 0.8041440182555903],
      [-2, 9, 1, 0.003563495088947093],
      [2.262, 9, 3, 0.23879985868711998],
      [5, 2, 6, 0.2536464644164772],
      [1.5, 99, 2, 0.3081987450377578],
    ] as const;
    for (const [t, df, shift, p] of values)
      expect(Math.abs(noncentralTCdf(t, df, shift) - p)).toBeLessThan(1e-10);
    expect(1 - noncentralTCdf(studentTQuantile(0.975, 38), 38, Math.sqrt(10))).toBeCloseTo(0.8689528, 7);
    expect(noncentralTCdf(1.5, 9, 0)).toBeCloseTo(studentTCdf(1.5, 9), 13);
  });

  it.each([0, 1, Number.NaN, -1])('has no quantile at %d', (p) => {
    expect(() => studentTQuantile(p, 9)).toThrow('p must lie between 0 and 1');
    expect(() => studentTQuantile(0.5, 0)).toThrow('degrees of freedom');
  });
});

describe('the normal distribution', () => {
  it.each([
    [-37, 5.7255712225239266e-300],
    [-8, 6.22096057427174e-16],
    [-3, 0.0013498980316300933],
    [-1.96, 0.024997895148220435],
    [0.5, 0.6914624612740131],
    [6, 0.9999999990134123],
  ])('P(Z <= %d), digits kept in the tail', (z, p) => {
    expect(Math.abs(normalCdf(z) - p)).toBeLessThan(1e-11 * p);
  });

  it.each([
    [1e-300, -37.0470962993612],
    [1e-10, -6.361340902404056],
    [0.025, -1.9599639845400545],
    [0.3, -0.5244005127080409],
    [0.5, 0],
    [0.999, 3.090232306167813],
  ])('quantile at %d', (p, z) => {
    expect(normalQuantile(p)).toBeCloseTo(z, 12);
  });

  it("agrees with simple-statistics: its table has four decimals, its quantile is Winitzki's approximation", () => {
    for (let z = -3; z <= 3; z += 0.25)
      expect(Math.abs(normalCdf(z) - cumulativeStdNormalProbability(z))).toBeLessThan(5.1e-5);
    for (let p = 0.05; p < 1; p += 0.05) expect(Math.abs(normalQuantile(p) - probit(p))).toBeLessThan(5e-3);
  });
});

describe('the functions below them', () => {
  it('the gamma function: factorials, and the square root of pi', () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 14);
    expect(Math.exp(logGamma(11))).toBeCloseTo(3_628_800, 6);
    expect(logGamma(2978.888745008663)).toBeCloseTo(20847.072005084523, 9);
  });

  it('the incomplete beta function: closed forms and its mirror image', () => {
    for (const x of [0, 0.01, 0.3, 0.77, 1]) {
      expect(regularizedBeta(x, 3, 1)).toBeCloseTo(x ** 3, 14);
      expect(regularizedBeta(x, 40, 70)).toBeCloseTo(1 - regularizedBeta(1 - x, 70, 40), 12);
    }
    expect(() => regularizedBeta(1.2, 1, 1)).toThrow('x must be in [0, 1]');
  });

  it('the binomial distribution', () => {
    expect(binomialCdf(0, 20, 0.05)).toBeCloseTo(0.3584859224085422, 13);
    expect(binomialCdf(3, 20, 0.05)).toBeCloseTo(0.9840984739802364, 13);
    expect(binomialCdf(500, 1000, 0.5)).toBeCloseTo(0.5126125090891802, 12);
    expect(binomialCdf(9990, 10_000, 0.999)).toBeCloseTo(0.5421328760209828, 11);
    expect([binomialCdf(-1, 5, 0.5), binomialCdf(5, 5, 0.5)]).toEqual([0, 1]);
  });
});
