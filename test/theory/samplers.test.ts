/**
 * Theory: samplers against their distributions. Moments within 4.5 standard errors (false alarm 1 in 147,000),
 * shapes by Kolmogorov-Smirnov at alpha = 0.001: D sqrt(n) < 1.95.
 */
import { describe, expect, test } from 'vitest';
import { fillShape } from '../../sim/distributions.ts';
import { stream, uniformAt } from '../../sim/rng.ts';
import { AliasTable } from '../../sim/workload/alias-table.ts';
import { zipfWeights } from '../../sim/workload/keys.ts';
import { Ziggurat } from '../../sim/ziggurat.ts';

const N = 1_000_000;
const BLOCK = 2048;

function draw(fill: (out: Float64Array, count: number) => void): Float64Array {
  const out = new Float64Array(N);
  const block = new Float64Array(BLOCK);
  for (let i = 0; i < N; i += BLOCK) {
    fill(block, BLOCK);
    out.set(block.subarray(0, Math.min(BLOCK, N - i)), i);
  }
  return out;
}

function kolmogorovSmirnov(sample: Float64Array, cdf: (x: number) => number): number {
  const sorted = Float64Array.from(sample).sort();
  let d = 0;
  sorted.forEach((x, i) => {
    const f = cdf(x);
    d = Math.max(d, Math.abs(f - i / N), Math.abs((i + 1) / N - f));
  });
  return d * Math.sqrt(N);
}

function moments(sample: Float64Array): { mean: number; variance: number } {
  const mean = sample.reduce((sum, x) => sum + x, 0) / N;
  return { mean, variance: sample.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (N - 1) };
}

/** Abramowitz and Stegun 7.1.26, absolute error below 1.5e-7: far below 1/sqrt(N). */
function normalCdf(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const erf =
    1 -
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) *
      t *
      Math.exp(-z * z);
  return x < 0 ? (1 - erf) / 2 : (1 + erf) / 2;
}

describe('exponential', () => {
  const ziggurat = new Ziggurat(BLOCK);
  const rng = stream(1, 'exponential');
  const sample = draw((out, count) => ziggurat.fillExponential(rng, out, count));

  test('has the exponential distribution function', () => {
    expect(kolmogorovSmirnov(sample, (x) => 1 - Math.exp(-x))).toBeLessThan(1.95);
  });
  test('has mean 1 and variance 1', () => {
    const { mean, variance } = moments(sample);
    expect(Math.abs(mean - 1)).toBeLessThan(4.5 / Math.sqrt(N));
    expect(Math.abs(variance - 1)).toBeLessThan(4.5 * Math.sqrt(8 / N)); // Var(s^2) = (mu4 - sigma^4) / n, mu4 = 9
  });
  test('reaches beyond the ziggurat, as often as it should', () => {
    const p = Math.exp(-8);
    const tail = sample.filter((x) => x > 8).length;
    expect(Math.abs(tail - N * p)).toBeLessThan(4.5 * Math.sqrt(N * p));
  });
});

describe('normal', () => {
  const ziggurat = new Ziggurat(BLOCK);
  const rng = stream(1, 'normal');
  const sample = draw((out, count) => ziggurat.fillNormal(rng, out, count));

  test('has the normal distribution function', () => {
    expect(kolmogorovSmirnov(sample, normalCdf)).toBeLessThan(1.95);
  });
  test('has mean 0 and variance 1', () => {
    const { mean, variance } = moments(sample);
    expect(Math.abs(mean)).toBeLessThan(4.5 / Math.sqrt(N));
    expect(Math.abs(variance - 1)).toBeLessThan(4.5 * Math.sqrt(2 / N));
  });
  test('reaches beyond the ziggurat, as often as it should', () => {
    const p = 2 * (1 - normalCdf(3.8));
    const tail = sample.filter((x) => Math.abs(x) > 3.8).length;
    expect(Math.abs(tail - N * p)).toBeLessThan(4.5 * Math.sqrt(N * p));
  });
});

test('lognormal has mean 1 and the stated coefficient of variation', () => {
  const cv = 0.5;
  const ziggurat = new Ziggurat(BLOCK);
  const rng = stream(1, 'lognormal');
  const sample = draw((out, count) => fillShape({ kind: 'lognormal', cv }, ziggurat, rng, out, count));
  const { mean, variance } = moments(sample);
  expect(Math.abs(mean - 1)).toBeLessThan((4.5 * cv) / Math.sqrt(N));
  // Fourth central moment of a lognormal over its variance squared (excess kurtosis + 3), w = 1 + cv^2.
  const w = 1 + cv * cv;
  const kurtosis = w ** 4 + 2 * w ** 3 + 3 * w ** 2 - 3;
  expect(Math.abs(variance / cv ** 2 - 1)).toBeLessThan(4.5 * Math.sqrt((kurtosis - 1) / N));
});

test('the alias table draws Zipf keys in proportion', () => {
  const keys = 10_000;
  const weights = zipfWeights(keys, 0.99);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const table = new AliasTable(weights, BLOCK);
  const rng = stream(1, 'zipf');
  const counts = new Float64Array(keys);
  const block = new Int32Array(BLOCK);
  let n = 0;
  for (let i = 0; i < 1000; i++, n += BLOCK) {
    table.fill(rng, block, BLOCK);
    for (const key of block) counts[key] = counts[key]! + 1;
  }
  // Pearson's chi-square over 10,000 cells of at least 20 expected: approximately normal for many cells.
  let chiSquare = 0;
  for (let key = 0; key < keys; key++) {
    const expected = (n * weights[key]!) / total;
    chiSquare += (counts[key]! - expected) ** 2 / expected;
  }
  expect(Math.abs(chiSquare - (keys - 1)) / Math.sqrt(2 * (keys - 1))).toBeLessThan(4.5);
});

test('Zipf over a million keys gives the top key 6.5 % at exponent 0.99', () => {
  const weights = zipfWeights(1_000_000, 0.99);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  expect(weights[0]! / total).toBeCloseTo(0.0649694491890091, 12);
});

test('counter-hashed draws are uniform over both counters', () => {
  for (const at of [(i: number) => uniformAt(7, i, 3), (i: number) => uniformAt(7, 3, i)])
    expect(
      kolmogorovSmirnov(
        Float64Array.from({ length: N }, (_, i) => at(i)),
        (x) => x,
      ),
    ).toBeLessThan(1.95);
});

test('a block fill draws what single calls would', () => {
  const one = stream(5, 'x');
  const many = stream(5, 'x');
  const block = new Uint32Array(100);
  many.fillU32(block, 100);
  expect([...block]).toEqual(Array.from({ length: 100 }, () => one.u32()));
  expect(one.u32()).toBe(many.u32());
});

test('streams of different names or seeds differ', () => {
  const first = new Set([stream(1, 'a').u32(), stream(1, 'b').u32(), stream(2, 'a').u32()]);
  expect(first.size).toBe(3);
});
