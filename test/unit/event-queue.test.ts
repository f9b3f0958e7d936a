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

test('an empty queue has no next event', () => {
  expect(new EventQueue().nextTimeNs).toBe(Infinity);
});
