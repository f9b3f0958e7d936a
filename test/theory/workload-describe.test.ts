/**
 * Theory: what is generated against what the setup promises, both as `describe` states them. Shares and means
 * within 4.5 standard errors (false alarm 1 in 147,000); the fitted exponent allows 0.01 more, for sorting noise.
 */
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import type { SyntheticWorkload } from '../../sim/setup.ts';
import { describeWorkload } from '../../sim/workload/describe.ts';
import { keyCount } from '../../sim/workload/keys.ts';
import { workloadSource } from '../../sim/workload/source.ts';
import { workloadTheory } from '../../sim/workload/theory.ts';
import { YCSB, ycsbKeys } from '../../sim/workload/ycsb.ts';
import { fitZipf } from '../../sim/workload/zipf-fit.ts';

const S = 1e9;
const base: SyntheticWorkload = {
  kind: 'synthetic',
  arrivals: { kind: 'poisson', ratePerSec: 10_000 },
  keys: { kind: 'zipf', count: 100_000, exponent: 0.99 },
  keyName: 'key:{id}',
  keyBytes: null,
  keysPerGet: [1],
  ttl: null,
  operations: [0.9, 0.06, 0.03, 0.01],
  valueBytes: { kind: 'lognormal', meanBytes: 1000, cv: 1 },
};

function both(overrides: Partial<SyntheticWorkload>, durationSec = 100, windowSec = 0.1) {
  const workload = { ...base, ...overrides };
  const source = workloadSource(workload, durationSec * S, (name) => stream(1, name));
  return {
    found: describeWorkload(source, durationSec * S, windowSec * S),
    promised: workloadTheory(workload, durationSec * S, windowSec * S),
    keys: keyCount(workload.keys),
  };
}

const near = (found: number, p: number, n: number) =>
  expect(Math.abs(found - p)).toBeLessThan(4.5 * Math.sqrt((p * (1 - p)) / n));

describe('a plain workload', () => {
  const { found, promised } = both({});
  const n = found.requests;

  test('has the promised rate, dispersion, operations and sizes', () => {
    expect(Math.abs(n - 1_000_000)).toBeLessThan(4.5 * 1000);
    expect(Math.abs(found.dispersion - promised.dispersion!)).toBeLessThan(4.5 * Math.sqrt(2 / 1000));
    expect(Math.abs(found.gapScv - 1)).toBeLessThan(4.5 * Math.sqrt(8 / n));
    for (const [op, share] of found.operations.entries()) near(share, promised.operations[op]!, n);
    expect(Math.abs(found.valueBytes.mean - promised.valueBytesMean)).toBeLessThan(
      (4.5 * 1000) / Math.sqrt(n),
    );
    // Median of a lognormal: mean / sqrt(1 + cv^2); the histogram is 0.8 % coarse.
    expect(found.valueBytes.p50 / (1000 / Math.SQRT2)).toBeCloseTo(1, 1);
    // 1,000 windows of 1,000: the largest is about 3.2 sigma up.
    expect(found.peakOverMean).toBeGreaterThan(1.05);
    expect(found.peakOverMean).toBeLessThan(1 + 6 / Math.sqrt(1000));
  });

  test('has the promised top keys', () => {
    expect(promised.shares.top1).toBeCloseTo(0.0783, 4);
    expect(promised.shares.top10).toBeCloseTo(0.2313, 4);
    expect(promised.shares.top1Percent).toBeCloseTo(0.605, 3);
    near(found.keys.shares.top1, promised.shares.top1!, n);
    near(found.keys.shares.top10, promised.shares.top10!, n);
    // The observed top hundredth is picked with hindsight: a little above.
    expect(found.keys.shares.top1Percent).toBeGreaterThan(promised.shares.top1Percent!);
    expect(found.keys.shares.top1Percent).toBeLessThan(promised.shares.top1Percent! * 1.02);
    expect(found.keys.seen).toBeLessThan(found.keys.count);
    expect(found.keys.seenOnce).toBeGreaterThan(0);
  });
});

describe('the fitted exponent', () => {
  test.each([0.6, 0.99, 1.3])('is the true one, %f', (exponent) => {
    const { found } = both({ keys: { kind: 'zipf', count: 100_000, exponent } });
    const fit = found.keys.zipf!;
    expect(Math.abs(fit.exponent - exponent)).toBeLessThan(4.5 * fit.standardError + 0.01);
    expect(fit.distance).toBeLessThan(0.02);
  });

  test('is exact for exact counts', () => {
    const counts = Uint32Array.from({ length: 1000 }, (_, i) => Math.round(1e9 * (i + 1) ** -1.1));
    expect(fitZipf(counts)?.exponent).toBeCloseTo(1.1, 5);
  });

  test('is close to 0 for uniform keys', () => {
    const { found } = both({ keys: { kind: 'uniform', count: 1000 } });
    expect(found.keys.zipf?.exponent).toBeLessThan(0.05);
  });

  test('is absent where no key is asked for often enough', () => {
    expect(both({ keys: { kind: 'uniform', count: 100_000 } }).found.keys.zipf).toBeNull();
    expect(fitZipf(new Uint32Array(0))).toBeNull();
  });
});

test.each([
  [{ kind: 'hot-set', count: 10_000, hotCount: 5, hotShare: 0.3 }],
  [{ kind: 'histogram', bucketKeys: [1, 9, 9990], bucketWeights: [1, 2, 7] }],
  [ycsbKeys(YCSB.a, 10_000)],
] as const)('top shares of %j', (keys) => {
  const { found, promised } = both({ keys });
  // The observed hottest of five equal keys is a maximum of five; hash collisions are uneven for YCSB.
  expect(found.keys.shares.top1 / promised.shares.top1!).toBeCloseTo(1, 1);
  expect(found.keys.shares.top10 / promised.shares.top10!).toBeCloseTo(1, 1);
});

test('keys that move have no fixed shares', () => {
  const { promised } = both({ keys: ycsbKeys(YCSB.d, 1000) }, 1);
  expect(promised.shares).toEqual({ top1: null, top10: null, top1Percent: null });
});

test('bursts and curves show in dispersion and peak', () => {
  const bursty = both({
    arrivals: { kind: 'bursty', ratePerSec: 10_000, dispersion: 30, timescaleNs: 0.02 * S },
  });
  // Windows of five timescales are nearly independent.
  expect(Math.abs(bursty.found.dispersion / bursty.promised.dispersion! - 1)).toBeLessThan(
    4.5 * Math.sqrt((2 * 1.4) / 1000),
  );
  const day = { kind: 'diurnal', periodNs: 100 * S, peakOverMean: 1.8, peakAtNs: 60 * S } as const;
  const { found, promised } = both({ arrivals: { kind: 'curve', ratePerSec: 10_000, curve: day } }, 100, 1);
  expect(promised.peakOverMean).toBeCloseTo(1.8, 2);
  expect(Math.abs(found.peakOverMean - 1.8)).toBeLessThan(4.5 * Math.sqrt(1.8 / 10_000));
});

test('keys of multi-gets come together, which shows in the dispersion', () => {
  const { found, promised } = both({
    operations: [0.8, 0.2, 0, 0],
    keysPerGet: [0, 0, 0, 1, 0, 0, 0, 0, 0, 1],
    keys: { kind: 'uniform', count: 1000 },
  });
  // Poisson requests of K keys: E K^2 / E K, with 4 or 10 keys in 80 % of them and 1 in the others.
  expect(promised.dispersion).toBeCloseTo((0.4 * 16 + 0.4 * 100 + 0.2) / (0.4 * 4 + 0.4 * 10 + 0.2), 9);
  expect(Math.abs(found.dispersion / promised.dispersion! - 1)).toBeLessThan(4.5 * Math.sqrt(2 / 1000));
});

test('a rate that changes shows in the dispersion', () => {
  const curve = { kind: 'diurnal', periodNs: 10 * S, peakOverMean: 1.6, peakAtNs: 0 } as const;
  const { found, promised } = both({
    arrivals: { kind: 'curve', ratePerSec: 1000, curve },
    keys: { kind: 'uniform', count: 1000 },
  });
  // Windows of a mean of 100 whose rate has a variance of 0.6^2 / 2: 1 + 18, and n / (n - 1) for a sample.
  expect(promised.dispersion).toBeCloseTo(1 + (18 * 1000) / 999, 1);
  // What chance adds to it: 2 / n sum (rate - mean) noise, with the variance of a Poisson count, and sqrt(2 / n).
  const standardError = Math.hypot(
    (2 * Math.sqrt(18 * 100 * 100)) / 100 / Math.sqrt(1000),
    Math.sqrt(2 / 1000),
  );
  expect(Math.abs(found.dispersion - promised.dispersion!)).toBeLessThan(4.5 * standardError);
});
