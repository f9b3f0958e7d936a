/** Unit: the histogram against sorted values. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Histogram } from '../../sim/metrics/histogram.ts';

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
