/**
 * Theory: sizes against their distributions. Kolmogorov-Smirnov at alpha = 0.001 (D sqrt(n) < 1.95), means and
 * shares within 4.5 standard errors (false alarm 1 in 147,000). Seeds are fixed.
 */
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import type { SizeSetup, SyntheticWorkload } from '../../sim/setup.ts';
import type { KeyNames } from '../../sim/strategy.ts';
import { gapScv } from '../../sim/workload/arrivals/renewal.ts';
import {
  ETC_GAP,
  ETC_KEY_BYTES,
  ETC_LARGE_VALUE_BYTES,
  ETC_OPERATIONS,
  ETC_RATE_PER_SEC,
  ETC_VALUE_BYTES,
} from '../../sim/workload/etc.ts';
import { keyName } from '../../sim/workload/keys.ts';
import { BLOCK_SIZE } from '../../sim/workload/request-block.ts';
import { meanSize, SizeColumn, sizeSampler } from '../../sim/workload/sizes.ts';
import { workloadSource } from '../../sim/workload/source.ts';
import { WeightedValues } from '../../sim/workload/weighted-values.ts';
import { YCSB } from '../../sim/workload/ycsb.ts';

const N = 500 * BLOCK_SIZE;

function draw(size: SizeSetup): Float64Array {
  const sampler = sizeSampler(size);
  const rng = stream(1, 'sizes');
  const out = new Float64Array(N);
  for (let i = 0; i < N; i += BLOCK_SIZE) sampler.fill(rng, out.subarray(i, i + BLOCK_SIZE), BLOCK_SIZE);
  return out;
}

function kolmogorovSmirnov(ascending: Float64Array, cdf: (x: number) => number): number {
  let d = 0;
  const n = ascending.length;
  ascending.forEach((x, i) => {
    d = Math.max(d, Math.abs(cdf(x) - i / n), Math.abs(cdf(x) - (i + 1) / n));
  });
  return d * Math.sqrt(n);
}

function expectMean(values: Float64Array, mean: number): void {
  const n = values.length;
  const found = values.reduce((sum, x) => sum + x, 0) / n;
  const variance = values.reduce((sum, x) => sum + (x - found) ** 2, 0) / (n - 1);
  expect(Math.abs(found - mean)).toBeLessThan(4.5 * Math.sqrt(variance / n));
}

const quantile = (ascending: Float64Array, q: number): number => ascending[Math.floor(q * ascending.length)]!;

describe('generalized Pareto sizes', () => {
  test.each([-0.3, 0, 0.2, 0.348238])('of shape %f have that distribution and mean', (shape) => {
    const size = { kind: 'generalized-pareto', locationBytes: 15, scaleBytes: 200, shape } as const;
    const sizes = draw(size).sort();
    const cdf = (x: number) => {
      const z = (x - 15) / 200;
      return 1 - (shape === 0 ? Math.exp(-z) : Math.max(0, 1 + shape * z) ** (-1 / shape));
    };
    expect(kolmogorovSmirnov(sizes, cdf)).toBeLessThan(1.95);
    expectMean(sizes, meanSize(size));
  });
});

describe('generalized extreme value sizes', () => {
  test.each([-0.2, 0, 0.078688])('of shape %f have that distribution and mean', (shape) => {
    const size = { kind: 'generalized-extreme-value', locationBytes: 30, scaleBytes: 8, shape } as const;
    const sizes = draw(size).sort();
    const cdf = (x: number) => {
      const z = (x - 30) / 8;
      return Math.exp(-(shape === 0 ? Math.exp(-z) : Math.max(0, 1 + shape * z) ** (-1 / shape)));
    };
    expect(kolmogorovSmirnov(sizes, cdf)).toBeLessThan(1.95);
    expectMean(sizes, meanSize(size));
  });
});

test('piecewise sizes are even between the edges, by weight', () => {
  const size = { kind: 'piecewise', edgesBytes: [1, 64, 1024, 4096], weights: [5, 3, 2] } as const;
  const sizes = draw(size).sort();
  const cdf = (x: number) =>
    x < 64 ? (0.5 * (x - 1)) / 63 : x < 1024 ? 0.5 + (0.3 * (x - 64)) / 960 : 0.8 + (0.2 * (x - 1024)) / 3072;
  expect(kolmogorovSmirnov(sizes, cdf)).toBeLessThan(1.95);
  expectMean(sizes, meanSize(size));
});

test('lognormal sizes have their mean', () => {
  const size = { kind: 'lognormal', meanBytes: 900, cv: 1.5 } as const;
  expectMean(draw(size), 900);
});

test('weighted values come by weight: sizes, keys per multi-get, times to live', () => {
  const values = [1, 10, 100, 43_200e9];
  const weights = [6, 2, 0, 2];
  const sampler = new WeightedValues(values, weights);
  const rng = stream(1, 'fan-out');
  const block = new Float64Array(BLOCK_SIZE);
  const seen = new Map(values.map((value) => [value, 0]));
  for (let i = 0; i < N; i += BLOCK_SIZE) {
    sampler.fill(rng, block, BLOCK_SIZE);
    for (const value of block) seen.set(value, seen.get(value)! + 1);
  }
  for (const [i, value] of values.entries()) {
    const p = weights[i]! / 10;
    expect(Math.abs(seen.get(value)! - N * p)).toBeLessThanOrEqual(4.5 * Math.sqrt(N * p * (1 - p)));
  }
  expect([...seen.keys()]).toEqual(values);
});

test('a column holds whole bytes between 0 and the largest string of Redis', () => {
  const column = new SizeColumn(
    { kind: 'generalized-pareto', locationBytes: -1e6, scaleBytes: 1e8, shape: 0.9 },
    stream(1, 'sizes'),
  );
  const out = new Int32Array(BLOCK_SIZE);
  column.fill(out, BLOCK_SIZE);
  expect(Math.min(...out)).toBe(0);
  expect(Math.max(...out)).toBe(512 * 2 ** 20);
});

const ETC: SyntheticWorkload = {
  kind: 'synthetic',
  arrivals: { kind: 'renewal', ratePerSec: ETC_RATE_PER_SEC, gap: ETC_GAP },
  keys: { kind: 'zipf', count: 1000, exponent: 0.92 },
  keyName: 'key:{id}',
  keyBytes: ETC_KEY_BYTES,
  operations: ETC_OPERATIONS,
  keysPerGet: [1],
  valueBytes: ETC_VALUE_BYTES,
  ttl: null,
};

describe('the ETC pool', () => {
  // Figures of two million independent draws, rounded to their last digit; tolerance: that digit, and the noise.
  test('has keys of 36.2 bytes on average, half of them below 33.8', () => {
    const keys = draw(ETC_KEY_BYTES).sort();
    expect(meanSize(ETC_KEY_BYTES)).toBeCloseTo(36.2, 1);
    expectMean(keys, meanSize(ETC_KEY_BYTES));
    expect(quantile(keys, 0.5)).toBeCloseTo(33.8, 0);
    expect(Math.abs(quantile(keys, 0.99) - 76.3)).toBeLessThan(0.5);
  });

  test('has names of those lengths, each key the same in every run', () => {
    const count = 1_000_000;
    const names = (seed: number): KeyNames =>
      workloadSource({ ...ETC, keys: { kind: 'uniform', count } }, 1e9, (name) => stream(seed, name)).keys;
    const [one, other] = [names(1), names(2)];
    const lengths = Float64Array.from({ length: count }, (_, key) => one.read(key, new Uint8Array(250)));
    // Rounded to whole bytes: uniform rounding errors leave the mean as it is.
    expectMean(lengths, meanSize(ETC_KEY_BYTES));
    lengths.sort();
    expect(Math.abs(quantile(lengths, 0.5) - 33.8)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(quantile(lengths, 0.99) - 76.3)).toBeLessThanOrEqual(0.5 + 0.5);
    expect(keyName(one, 42)).toMatch(/^key:0+42$/);
    for (let key = 0; key < 1000; key++) expect(keyName(one, key)).toBe(keyName(other, key));
    expect(new Set(Array.from({ length: 10_000 }, (_, key) => keyName(one, key))).size).toBe(10_000);
  });

  test('has large values of 344 bytes on average, half of them below 183', () => {
    const values = draw(ETC_LARGE_VALUE_BYTES).sort();
    expect(meanSize(ETC_LARGE_VALUE_BYTES)).toBeCloseTo(344.1, 1);
    // Quantiles of n draws have standard errors sqrt(q (1 - q) / n) / density.
    expect(Math.abs(quantile(values, 0.5) - 183)).toBeLessThan(2);
    expect(Math.abs(quantile(values, 0.9) - 772)).toBeLessThan(10);
    expect(Math.abs(quantile(values, 0.99) - 2455)).toBeLessThan(60);
  });

  test('has the stated shares of small values', () => {
    const values = draw(ETC_VALUE_BYTES);
    const share = (bytes: number) => values.reduce((sum, x) => sum + (x === bytes ? 1 : 0), 0) / N;
    for (const [bytes, p] of [
      [0, 0.00536],
      [2, 0.1782],
      [3, 0.09239],
      [11, 0.08989],
      [14, 0.0198],
    ] as const)
      expect(Math.abs(share(bytes) - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / N));
    const small = values.reduce((sum, x) => sum + (x < 15 ? 1 : 0), 0) / N;
    expect(Math.abs(small - 0.44155)).toBeLessThan(4.5 * Math.sqrt(0.25 / N));
    expectMean(values, meanSize(ETC_VALUE_BYTES));
  });

  test('has gaps of 18.97 us with a squared variation of 1.45, and 30 gets per update', () => {
    expect(1e6 / ETC_RATE_PER_SEC).toBeCloseTo(18.97, 2);
    expect(gapScv(ETC_GAP)).toBeCloseTo(1.45, 2);
    expect(ETC_OPERATIONS[0]! / ETC_OPERATIONS[1]!).toBeCloseTo(30, 12);
  });
});

test('the YCSB mixes sum to 1', () => {
  for (const { operations } of Object.values(YCSB))
    expect(operations.reduce<number>((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
});
