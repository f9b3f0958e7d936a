/** Unit: times for recordings that lack them; seeded, in order, and distributed as stated. */
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import { poissonTimes, spreadWithinStamp, withReplayTimes } from '../../sim/traces/times.ts';
import { inputErrorOf, recordingOf } from './traces-helpers.ts';

const ascends = (atNs: Float64Array) => atNs.every((at, i) => i === 0 || atNs[i - 1]! <= at);

describe('spread within the stamp', () => {
  const perStamp = 10_000;
  const stamps = Float64Array.from({ length: 3 * perStamp }, (_, i) => 1e9 * 2 * Math.floor(i / perStamp));

  test('every request stays in its stamp, in order, and the seed decides where', () => {
    const spread = (seed: number) => {
      const atNs = stamps.slice();
      spreadWithinStamp(atNs, 1e9, stream(seed, 'spread'));
      return atNs;
    };
    const atNs = spread(1);
    expect(ascends(atNs)).toBe(true);
    expect(atNs.every((at, i) => at >= stamps[i]! && at < stamps[i]! + 1e9)).toBe(true);
    expect(spread(1)).toEqual(atNs);
    expect(spread(2)).not.toEqual(atNs);
  });

  test('uniformly: Kolmogorov-Smirnov distance below its 0.001 critical value, 1.95 / sqrt(n)', () => {
    const atNs = stamps.subarray(0, perStamp).slice();
    spreadWithinStamp(atNs, 1e9, stream(7, 'spread'));
    const distance = Math.max(...atNs.map((at, i) => Math.abs(at / 1e9 - (i + 0.5) / perStamp)));
    expect(distance).toBeLessThan(1.95 / Math.sqrt(perStamp));
  });
});

test('synthetic arrivals are Poisson: mean gap and coefficient of variation 1 within 4 standard errors', () => {
  const count = 100_001;
  const atNs = poissonTimes(count, 1000, stream(3, 'arrivals'));
  const gaps = Array.from({ length: count - 1 }, (_, i) => (atNs[i + 1]! - atNs[i]!) / 1e6);
  const mean = gaps.reduce((a, b) => a + b) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  expect(atNs[0]).toBe(0);
  expect(ascends(atNs)).toBe(true);
  // Of n exponential gaps the mean has standard error 1 / sqrt(n), and so has the sample's cv.
  expect(Math.abs(mean - 1)).toBeLessThan(4 / Math.sqrt(gaps.length));
  expect(Math.abs(Math.sqrt(variance) / mean - 1)).toBeLessThan(4 / Math.sqrt(gaps.length));
});

describe('a recording made fit for replay', () => {
  const rng = () => stream(1, 'times');

  test('keeps recorded times', async () => {
    const recording = await recordingOf('t,key\n0.1,a\n0.10001,b\n');
    expect(withReplayTimes(recording, 5, rng())).toBe(recording);
  });

  test('spreads coarse ones and still says that they were', async () => {
    const recording = await recordingOf(`t,key\n${'3,a\n'.repeat(100)}${'4,a\n'.repeat(100)}`);
    const ready = withReplayTimes(recording, null, rng());
    expect(ready.times).toBe('coarse');
    expect(ready.atNs[0]).toBe(0);
    expect(new Set(ready.atNs).size).toBe(200);
    expect(ascends(ready.atNs)).toBe(true);
    expect(recording.atNs[50]).toBe(0);
  });

  test('makes up what was never recorded, but only at a stated rate', async () => {
    const recording = await recordingOf('key\na\nb\nc\n', { format: 'csv' });
    const ready = withReplayTimes(recording, 10, rng());
    expect(ready.times).toBe('order-only');
    expect(ready.atNs[2]).toBeGreaterThan(ready.atNs[1]!);
    for (const rate of [null, 0, Number.NaN]) {
      const error = await inputErrorOf(Promise.resolve().then(() => withReplayTimes(recording, rate, rng())));
      expect(error.message).toContain('state the rate');
    }
  });
});
