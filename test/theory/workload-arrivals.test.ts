/**
 * Theory: arrival processes. Shapes by Kolmogorov-Smirnov at alpha = 0.001 (D sqrt(n) < 1.95), counts within 4.5
 * standard errors (false alarm 1 in 147,000). Seeds are fixed.
 */
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import type { ArrivalsSetup, CurveSetup } from '../../sim/setup.ts';
import { burstyDispersion, twoStates } from '../../sim/workload/arrivals/bursty.ts';
import { rateCurve } from '../../sim/workload/arrivals/curve-process.ts';
import { arrivalProcess } from '../../sim/workload/arrivals.ts';

const BLOCK = 2048;
const S = 1e9;

function arrivals(setup: ArrivalsSetup, untilNs: number, seed = 1): Float64Array {
  const process = arrivalProcess(setup, (name) => stream(seed, name));
  const block = new Float64Array(BLOCK);
  const times: number[] = [];
  for (;;) {
    process.fill(block, BLOCK);
    for (const at of block) {
      if (at >= untilNs) return Float64Array.from(times);
      times.push(at);
    }
  }
}

function kolmogorovSmirnov(ascending: Float64Array, cdf: (x: number) => number): number {
  let d = 0;
  const n = ascending.length;
  ascending.forEach((x, i) => {
    d = Math.max(d, Math.abs(cdf(x) - i / n), Math.abs(cdf(x) - (i + 1) / n));
  });
  return d * Math.sqrt(n);
}

function counts(times: Float64Array, windowNs: number, windows: number): Float64Array {
  const out = new Float64Array(windows);
  for (const at of times) {
    const window = Math.floor(at / windowNs);
    if (window < windows) out[window] = out[window]! + 1;
  }
  return out;
}

function moments(values: Float64Array): { mean: number; variance: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1) };
}

const gapsOf = (times: Float64Array): Float64Array =>
  times.map((at, i) => at - (i === 0 ? 0 : times[i - 1]!));

describe('Poisson arrivals', () => {
  test('have an index of dispersion of 1', () => {
    const windows = 20_000;
    const times = arrivals({ kind: 'poisson', ratePerSec: 100 }, windows * S);
    const { mean, variance } = moments(counts(times, S, windows));
    expect(Math.abs(mean - 100)).toBeLessThan(4.5 * Math.sqrt(100 / windows));
    // The variance of a sample variance is about 2 sigma^4 / n.
    expect(Math.abs(variance / mean - 1)).toBeLessThan(4.5 * Math.sqrt(2 / windows));
  });
});

describe('renewal arrivals', () => {
  test.each([0.155, 0, -0.5])('have generalized Pareto gaps of shape %f', (shape) => {
    const times = arrivals(
      { kind: 'renewal', ratePerSec: 1000, gap: { kind: 'generalized-pareto', shape } },
      200 * S,
    );
    const scaleNs = (1 - shape) * 1e6;
    const cdf = (x: number): number =>
      1 - (shape === 0 ? Math.exp(-x / scaleNs) : (1 + (shape * x) / scaleNs) ** (-1 / shape));
    expect(times.length).toBeGreaterThan(190_000);
    expect(kolmogorovSmirnov(gapsOf(times).sort(), cdf)).toBeLessThan(1.95);
  });

  test.each([0.3, 1.5])('have a dispersion that tends to the squared variation of the gaps, cv %f', (cv) => {
    const windows = 5000;
    const setup = { kind: 'renewal', ratePerSec: 1000, gap: { kind: 'lognormal', cv } } as const;
    const { mean, variance } = moments(counts(arrivals(setup, windows * S), S, windows));
    // In windows of m = 1000 gaps, off the limit by at most (1 + cv^2)^4 / m or so.
    const bias = (1 + cv * cv) ** 4 / 1000;
    expect(Math.abs(variance / mean - cv * cv)).toBeLessThan(4.5 * cv * cv * Math.sqrt(2 / windows) + bias);
  });
});

describe('bursty arrivals', () => {
  const setup = { kind: 'bursty', ratePerSec: 1000, dispersion: 20, timescaleNs: 0.05 * S } as const;

  test.each([0.02, 0.1, 2])('have the dispersion of the formula in windows of %f s', (windowSec) => {
    const windows = 10_000;
    const times = arrivals(setup, windows * windowSec * S);
    const { mean, variance } = moments(counts(times, windowSec * S, windows));
    const expected = burstyDispersion(setup, windowSec * S);
    // Neighbouring windows are correlated for a few timescales: so many fewer independent ones.
    const independent = windows / (1 + (2 * 0.05) / windowSec);
    expect(Math.abs(mean / (1000 * windowSec) - 1)).toBeLessThan(
      4.5 * Math.sqrt(20 / (1000 * windowSec * windows)),
    );
    expect(Math.abs(variance / mean / expected - 1)).toBeLessThan(4.5 * Math.sqrt(2 / independent));
  });

  test('switch between two rates around the mean, the low one 0 where it must be', () => {
    const gentle = twoStates({ ...setup, dispersion: 2 });
    expect(gentle.highProbability).toBe(0.5);
    expect(gentle.ratePerNs[0] + gentle.ratePerNs[1]).toBeCloseTo(2e-6, 15);
    const fierce = twoStates({ ...setup, dispersion: 1000 });
    expect(fierce.ratePerNs[0]).toBeCloseTo(0, 15);
    expect(fierce.highProbability * fierce.ratePerNs[1]).toBeCloseTo(1e-6, 15);
  });

  test('are Poisson for a dispersion of 1', () => {
    const times = arrivals({ ...setup, dispersion: 1 }, 200 * S);
    expect(kolmogorovSmirnov(gapsOf(times).sort(), (x) => 1 - Math.exp(-x / 1e6))).toBeLessThan(1.95);
  });
});

const CURVES: CurveSetup[] = [
  { kind: 'diurnal', periodNs: 60 * S, peakOverMean: 1.8, peakAtNs: 20 * S },
  { kind: 'diurnal', periodNs: 7 * S, peakOverMean: 2, peakAtNs: 0 },
  { kind: 'flash-crowd', atNs: 10 * S, rampNs: 5 * S, plateauNs: 20 * S, decayNs: 30 * S, multiplier: 6 },
  { kind: 'flash-crowd', atNs: 10 * S, rampNs: 0, plateauNs: 20 * S, decayNs: 0, multiplier: 4 },
  { kind: 'counts', intervalNs: 9 * S, counts: [5, 0, 12, 3, 40] },
  {
    kind: 'piecewise',
    points: [
      { atNs: 5 * S, factor: 0 },
      { atNs: 20 * S, factor: 3 },
      { atNs: 30 * S, factor: 0.5 },
    ],
    interpolation: 'linear',
    repeatNs: 40 * S,
  },
  {
    kind: 'piecewise',
    points: [
      { atNs: 0, factor: 2 },
      { atNs: 30 * S, factor: 0 },
      { atNs: 50 * S, factor: 1 },
    ],
    interpolation: 'step',
    repeatNs: Infinity,
  },
];

describe('Poisson arrivals along a curve', () => {
  // The integral of the factor, summed up in steps of 1 ms by the midpoint rule.
  const STEP_NS = 1e6;
  const END_NS = 100 * S;

  test.each(CURVES)('follow it: $kind', (curve) => {
    const factors = rateCurve(curve);
    const cumulated = new Float64Array(END_NS / STEP_NS + 1);
    for (let i = 1; i < cumulated.length; i++)
      cumulated[i] = cumulated[i - 1]! + factors.factorAt((i - 0.5) * STEP_NS) * STEP_NS;
    const total = cumulated.at(-1)!;
    const times = arrivals({ kind: 'curve', ratePerSec: 2000, curve }, END_NS);
    const expected = (2000 * total) / S;
    expect(Math.abs(times.length - expected)).toBeLessThan(4.5 * Math.sqrt(expected));
    // Given their number, arrival times are independent with the curve as density.
    const cdf = (at: number): number => {
      const i = Math.floor(at / STEP_NS);
      const within = at / STEP_NS - i;
      return (cumulated[i]! * (1 - within) + (cumulated[i + 1] ?? total) * within) / total;
    };
    expect(kolmogorovSmirnov(times, cdf)).toBeLessThan(1.95);
  });

  test('have the mean 1 where a curve says shape only', () => {
    for (const curve of CURVES.filter(({ kind }) => kind === 'diurnal' || kind === 'counts')) {
      const factors = rateCurve(curve);
      const periodNs = curve.kind === 'diurnal' ? curve.periodNs : 45 * S;
      const steps = 9000;
      let sum = 0;
      for (let i = 0; i < steps; i++) sum += factors.factorAt(((i + 0.5) * periodNs) / steps);
      expect(sum / steps).toBeCloseTo(1, 9);
    }
  });

  test('reach the peak of a flash crowd on its plateau and the peak of the day at its hour', () => {
    expect(rateCurve(CURVES[0]!).factorAt(20 * S)).toBeCloseTo(1.8, 12);
    const flash = rateCurve(CURVES[2]!);
    expect([0, 12.5, 15, 34.9, 50, 65, 1000].map((sec) => flash.factorAt(sec * S))).toEqual(
      [1, 3.5, 6, 6, 3.5, 1, 1].map((factor) => expect.closeTo(factor, 9)),
    );
  });

  test('end where the rate stays 0', () => {
    const curve: CurveSetup = {
      kind: 'piecewise',
      points: [
        { atNs: 0, factor: 1 },
        { atNs: S, factor: 0 },
      ],
      interpolation: 'step',
      repeatNs: Infinity,
    };
    const process = arrivalProcess({ kind: 'curve', ratePerSec: 100, curve }, (name) => stream(1, name));
    const block = new Float64Array(BLOCK);
    process.fill(block, BLOCK);
    expect(block.at(-1)).toBe(Infinity);
    expect(Math.max(...block.filter((at) => at < Infinity))).toBeLessThan(S);
  });
});
