/** Unit: the event list against a sorted array. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EVENT_KIND_BITS, EVENT_KIND_MASK, EventQueue } from '../../sim/event-queue.ts';

test('pops by time, and simultaneous events in the order in which they were pushed', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 3000 }), (times) => {
      const queue = new EventQueue();
      times.forEach((time, index) => {
        queue.push(time, index & EVENT_KIND_MASK, index);
      });
      const expected = times
        .map((time, index) => ({ time, index }))
        .sort((a, b) => a.time - b.time || a.index - b.index);
      for (const { time, index } of expected) {
        expect(queue.nextTimeNs).toBe(time);
        const event = queue.pop();
        expect(event >> EVENT_KIND_BITS).toBe(index);
        expect(event & EVENT_KIND_MASK).toBe(index & EVENT_KIND_MASK);
      }
      expect(queue.size).toBe(0);
    }),
  );
});

test('pushes and pops may interleave', () => {
  const queue = new EventQueue();
  let last = 0;
  let seed = 1;
  for (let i = 0; i < 20_000; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    queue.push(last + (seed % 1000), 0, i & 1023);
    if (i % 3 === 0) {
      const next = queue.nextTimeNs;
      queue.pop();
      expect(next).toBeGreaterThanOrEqual(last);
      last = next;
    }
  }
});

test('who took a number before keeps the place it had then', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 50 }), (times) => {
      const queue = new EventQueue();
      const orders = times.map((_, index) =>
        index % 3 === 0 ? queue.takeSequences(2) : queue.takeSequence(),
      );
      const expected = times
        .map((time, index) => ({ time, index }))
        .sort((a, b) => a.time - b.time || a.index - b.index);
      // The last first, and one that takes its number as it comes.
      for (let index = times.length - 1; index >= 0; index--)
        queue.restore(times[index]!, orders[index]!, 0, index);
      queue.push(3, 0, times.length);
      for (const { time, index } of [...expected, { time: 3, index: times.length }]) {
        expect([queue.nextTimeNs, queue.nextSequence]).toEqual([time, orders[index] ?? queue.nextSequence]);
        expect(queue.pop() >> EVENT_KIND_BITS).toBe(index);
      }
      expect(new Set(orders).size).toBe(times.length);
    }),
  );
});

test('an empty queue has no next event', () => {
  const { nextTimeNs, nextSequence } = new EventQueue();
  expect([nextTimeNs, nextSequence]).toEqual([Infinity, Infinity]);
});
