/** Unit: times for recordings that lack them; seeded, in order, and distributed as stated. */
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import { inMemory } from '../../sim/traces/in-memory.ts';
import { RowBatch, type RowCursor } from '../../sim/traces/row-batch.ts';
import { poissonTimes, SpreadWithinStamp, withReplayTimes } from '../../sim/traces/times.ts';
import { inputErrorOf, replayOfText } from './traces-helpers.ts';

/** These times, `size` at a time. */
function cursorOf(atNs: Float64Array, size: number): RowCursor {
  let from = 0;
  return {
    next() {
      if (from === atNs.length) return null;
      const batch = new RowBatch(size);
      for (const at of atNs.subarray(from, from + size)) batch.push(at, 0, 0, 0, 0, 0);
      from += batch.count;
      return batch;
    },
  };
}

function timesOf(cursor: RowCursor): Float64Array {
  const all: number[] = [];
  for (let batch = cursor.next(); batch !== null; batch = cursor.next())
    all.push(...batch.atNs.subarray(0, batch.count));
  return Float64Array.from(all);
}

const ascends = (atNs: Float64Array) => atNs.every((at, i) => i === 0 || atNs[i - 1]! <= at);

describe('spread within the stamp', () => {
  const perStamp = 10_000;
  const stamps = Float64Array.from({ length: 3 * perStamp }, (_, i) => 1e9 * 2 * Math.floor(i / perStamp));

  test('every request stays in its stamp, in order, and the seed decides where', () => {
    const spread = (seed: number, size = 999) =>
      timesOf(new SpreadWithinStamp(cursorOf(stamps, size), 1e9, stream(seed, 'spread')));
    const atNs = spread(1);
    expect(ascends(atNs)).toBe(true);
    expect(atNs.every((at, i) => at >= stamps[i]! && at < stamps[i]! + 1e9)).toBe(true);
    expect(atNs).toHaveLength(stamps.length);
    expect(spread(1)).toEqual(atNs);
    // However the rows come: a stamp may end inside a batch, or not for many.
    expect(spread(1, 7)).toEqual(atNs);
    expect(spread(1, stamps.length)).toEqual(atNs);
    expect(spread(2)).not.toEqual(atNs);
  });

  test('uniformly: Kolmogorov-Smirnov distance below its 0.001 critical value, 1.95 / sqrt(n)', () => {
    const atNs = timesOf(
      new SpreadWithinStamp(cursorOf(stamps.subarray(0, perStamp), 4096), 1e9, stream(7, 'spread')),
    );
    const distance = Math.max(...atNs.map((at, i) => Math.abs(at / 1e9 - (i + 0.5) / perStamp)));
    expect(distance).toBeLessThan(1.95 / Math.sqrt(perStamp));
  });
});

test('synthetic arrivals are Poisson: mean gap and coefficient of variation 1 within 4 standard errors', () => {
  const count = 100_001;
  const arrive = poissonTimes(1000, stream(3, 'arrivals'));
  const cursor = cursorOf(new Float64Array(count), 4096);
  const atNs = timesOf({
    next() {
      const batch = cursor.next();
      if (batch !== null) arrive(batch);
      return batch;
    },
  });
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
    const recording = await replayOfText('t,key\n0.1,a\n0.10001,b\n');
    expect(withReplayTimes(recording, 5, rng)).toBe(recording);
  });

  test('spreads coarse ones and still says that they were', async () => {
    const recording = await replayOfText(`t,key\n${'3,a\n'.repeat(100)}${'4,a\n'.repeat(100)}`);
    const ready = withReplayTimes(recording, null, rng);
    expect(ready.times).toBe('coarse');
    const { atNs } = inMemory(ready);
    expect([atNs[0], atNs.at(-1)]).toEqual([0, ready.spanNs]);
    expect(new Set(atNs).size).toBe(200);
    expect(ascends(atNs)).toBe(true);
    expect(inMemory(recording).atNs[50]).toBe(0);
    // Each pass is the same.
    expect(inMemory(ready).atNs).toEqual(atNs);
  });

  test('makes up what was never recorded, but only at a stated rate', async () => {
    const recording = await replayOfText('key\na\nb\nc\n', { format: 'csv' });
    const ready = withReplayTimes(recording, 10, rng);
    expect(ready.times).toBe('order-only');
    const { atNs } = inMemory(ready);
    expect(atNs[2]).toBeGreaterThan(atNs[1]!);
    for (const rate of [null, 0, Number.NaN]) {
      const error = await inputErrorOf(Promise.resolve().then(() => withReplayTimes(recording, rate, rng)));
      expect(error.message).toContain('state the rate');
    }
  });
});
