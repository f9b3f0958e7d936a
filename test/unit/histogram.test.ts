/** Unit: the histogram against sorted values. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Histogram, halfOctaveEnd } from '../../sim/metrics/histogram.ts';
import { responseTimesOf } from '../../sim/metrics/response-times.ts';

const value = fc.oneof(
  fc.integer({ min: 0, max: 300 }),
  fc.integer({ min: 0, max: 2 ** 31 }),
  fc.maxSafeInteger().map(Math.abs),
);

test('a quantile is at most 1/128 above the true one, at any magnitude', () => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, q) => {
        const histogram = new Histogram();
        for (const v of values) histogram.record(v);
        const sorted = [...values].sort((a, b) => a - b);
        const truth = sorted[Math.max(1, Math.ceil(q * values.length - 1e-9)) - 1]!;
        expect(histogram.quantile(q)).toBeGreaterThanOrEqual(truth);
        expect(histogram.quantile(q)).toBeLessThanOrEqual(truth * (1 + 1 / 128));
        expect(histogram.max).toBe(sorted.at(-1));
        expect(histogram.count).toBe(values.length);
      },
    ),
  );
});

test('merging equals recording everything in one', () => {
  fc.assert(
    fc.property(fc.array(value), fc.array(value), (left, right) => {
      const merged = new Histogram();
      const part = new Histogram();
      const whole = new Histogram();
      for (const v of left) merged.record(v);
      for (const v of right) part.record(v);
      for (const v of [...left, ...right]) whole.record(v);
      merged.add(part);
      for (const q of [0.01, 0.5, 0.99, 1]) expect(merged.quantile(q)).toEqual(whole.quantile(q));
      expect(merged.count).toBe(whole.count);
    }),
  );
});

test('values without magnitude count as larger than any', () => {
  const histogram = new Histogram();
  for (let i = 0; i < 99; i++) histogram.record(10);
  expect(histogram.quantile(0.99, 1)).toBe(10);
  expect(histogram.quantile(0.995, 1)).toBe(Infinity);
});

test('an empty histogram has no quantile', () => {
  expect(new Histogram().quantile(0.5)).toBeNaN();
});

test('half-octaves: every value is counted in the one bin whose edges enclose it', () => {
  const histogram = new Histogram();
  const values = [0, 63, 64, 127, 128, 191, 192, 255, 256, 383, 384, 1e6, 2 ** 33, 2 ** 33 * 1.5];
  for (const value of values) histogram.record(value);
  const halves = histogram.byHalfOctaves();
  const expected = Array.from({ length: halves.length }, (_, half) => {
    const from = half === 0 ? 0 : halfOctaveEnd(half - 1);
    return values.filter((value) => value >= from && value < halfOctaveEnd(half)).length;
  });
  expect(halves).toEqual(expected);
  expect(halves.reduce((sum, count) => sum + count, 0)).toBe(values.length);
});

test('response times over time: bins from the fastest to the slowest that occurred, by step', () => {
  const step = (...values: number[]) => {
    const histogram = new Histogram();
    for (const value of values) histogram.record(value);
    return histogram.byHalfOctaves();
  };
  expect(responseTimesOf([step(150, 160), step(), step(300, 200)])).toEqual({
    upToMs: [192e-6, 256e-6, 384e-6],
    completed: [
      [2, 0, 0],
      [0, 0, 1],
      [0, 0, 1],
    ],
  });
  expect(responseTimesOf([step(), step()])).toEqual({ upToMs: [], completed: [] });
});
