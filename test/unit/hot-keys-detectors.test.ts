/** Unit: what finds heavy keys: what each detector promises, and that each feeds the same treatment. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CountMin } from '../../strategies/hot-keys/count-min.ts';
import { RecentSample } from '../../strategies/hot-keys/recent-sample.ts';
import { replicate } from '../../strategies/hot-keys/replicate.ts';
import type { Sketch } from '../../strategies/hot-keys/sketch.ts';
import { FakeCoordinator } from '../contract/hot-keys.ts';

const stream = fc.array(fc.oneof(fc.nat(3), fc.nat(500)), { minLength: 1, maxLength: 1000 });

function truthOf(keys: readonly number[]): Map<number, number> {
  const truth = new Map<number, number>();
  for (const key of keys) truth.set(key, (truth.get(key) ?? 0) + 1);
  return truth;
}

function heaviest(sketch: Sketch, limit: number): [number, number][] {
  const visited: [number, number][] = [];
  sketch.forHeaviest(limit, (key, count) => visited.push([key, count]));
  return visited;
}

describe('count-min', () => {
  test('never counts too little, whatever collides', () => {
    fc.assert(
      fc.property(stream, (keys) => {
        const sketch = new CountMin(16);
        for (const key of keys) sketch.add(key);
        for (const [key, count] of truthOf(keys)) expect(sketch.countOf(key)).toBeGreaterThanOrEqual(count);
      }),
    );
  });

  test('lists a key that holds a quarter of the stream first', () => {
    const keys = Array.from({ length: 4000 }, (_, i) => (i % 4 === 0 ? 123_456 : i));
    const sketch = new CountMin(512);
    for (const key of keys) sketch.add(key);
    const [first] = heaviest(sketch, 1);
    expect(first![0]).toBe(123_456);
    // 3,000 other keys over 512 counters: 6 a counter, and the least of four rows is below that.
    expect(first![1]).toBeGreaterThanOrEqual(1000);
    expect(first![1]).toBeLessThan(1010);
  });

  test('each window halves what was counted before', () => {
    const sketch = new CountMin(64);
    for (let i = 0; i < 100; i++) sketch.add(7);
    sketch.nextWindow();
    expect([sketch.countOf(7), sketch.total]).toEqual([50, 50]);
    for (let i = 0; i < 10; i++) sketch.nextWindow();
    expect(sketch.countOf(7)).toBe(0);
    expect(heaviest(sketch, 5)).toEqual([]);
  });
});

describe('sampling', () => {
  test('counts the last requests exactly, heaviest first, and forgets them with the window', () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 16, max: 200 }), (keys, capacity) => {
        const sketch = new RecentSample(capacity);
        for (const key of keys) sketch.add(key);
        const kept = keys.slice(-capacity);
        const found = heaviest(sketch, 1000);
        expect(new Map(found)).toEqual(truthOf(kept));
        expect(found.map(([, count]) => count)).toEqual(
          found.map(([, count]) => count).toSorted((a, b) => b - a),
        );
        expect(sketch.total).toBe(kept.length);
        sketch.nextWindow();
        expect(heaviest(sketch, 1000)).toEqual([]);
      }),
    );
  });
});

describe.each(['space-saving', 'count-min', 'sampling'])('replicate by %s', (detector) => {
  test('finds the hot key within a window, and lets go of it when it has cooled', () => {
    const coordinator = new FakeCoordinator(replicate, {
      detector,
      sampleEvery: 1,
      counters: 2048,
      coolWindows: 2,
    });
    coordinator.play(1.1, 42, 0.1);
    expect(coordinator.hotKeys.report().promoted.map(({ key }) => key)).toEqual([42]);
    coordinator.play(8, 42, 0);
    expect(coordinator.hotKeys.report().promoted[0]!.untilNs).not.toBeNull();
  });

  test('says what it counts with, and its memory', () => {
    const { detector: said, detectorBytes } = new FakeCoordinator(replicate, { detector }).hotKeys.report();
    expect(said).toMatch(
      { 'space-saving': /^Space-Saving/, 'count-min': /^count-min/, sampling: /^sampling/ }[detector]!,
    );
    expect(said).toContain('1 in 4 requests, window 1 s, threshold 0.5 %');
    expect(detectorBytes).toBeGreaterThan(0);
  });
});
