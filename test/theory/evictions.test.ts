/**
 * Theory: hit ratios of caches under independent requests. Values, standard deviations of one run and tolerances (four
 * of them, plus what the approximation was measured to be off) come from a suite of cases computed by others: product
 * formulas for tiny caches (King 1971 for LRU; Gelenbe 1973: FIFO = RANDOM), Che's approximation for LRU (Che, Tung,
 * Wang 2002; Fricker, Robert, Roberts 2012) and its like for FIFO and RANDOM (Martina, Garetto, Leonardi 2014). A run
 * of a quarter of their length has twice their tolerance.
 */
import { describe, expect, test } from 'vitest';
import type { EvictionName } from '../../sim/setup.ts';
import { zipfWeights } from '../../sim/workload/keys.ts';
import { independent, LoneCache } from '../memory-harness.ts';

interface Case {
  readonly id: string;
  readonly weights: readonly number[] | Float64Array;
  readonly entries: number;
  readonly requests: number;
  readonly warmUp: number;
  /** Hit ratio and tolerance at four times `requests`. */
  readonly expected: Readonly<Partial<Record<EvictionName, readonly [number, number]>>>;
  /** Requests until the cache is first full, where the suite says it. */
  readonly full?: readonly [number, number];
  /** Static cache of the most popular: no policy can do better. */
  readonly best?: number;
}

const CASES: readonly Case[] = [
  {
    id: 'c.exact.p4321.C2',
    weights: [0.4, 0.3, 0.2, 0.1],
    entries: 2,
    requests: 250_000,
    warmUp: 10_000,
    expected: {
      lru: [0.5805555556, 0.002515],
      fifo: [0.5714285714, 0.002326],
      'allkeys-random': [0.5714285714, 0.002415],
    },
    best: 0.7,
  },
  {
    id: 'c.exact.zipf1.N6.C3',
    weights: zipfWeights(6, 1),
    entries: 3,
    requests: 250_000,
    warmUp: 10_000,
    expected: {
      lru: [0.6378150285, 0.002725],
      fifo: [0.6112730807, 0.002589],
      'allkeys-random': [0.6112730807, 0.002102],
    },
  },
  {
    id: 'c.irm.N10000.theta0.8.C100',
    weights: zipfWeights(10_000, 0.8),
    entries: 100,
    requests: 500_000,
    warmUp: 2000,
    expected: {
      lru: [0.156624636, 0.00141],
      fifo: [0.133624677, 0.00165],
      'allkeys-random': [0.133624677, 0.00197],
    },
    full: [110.7908, 18.5],
    best: 0.300045854434667,
  },
  {
    id: 'c.irm.N10000.theta0.8.C1000',
    weights: zipfWeights(10_000, 0.8),
    entries: 1000,
    requests: 500_000,
    warmUp: 20_000,
    expected: {
      lru: [0.436659722, 0.00195],
      fifo: [0.394179101, 0.00199],
      'allkeys-random': [0.394179101, 0.00198],
    },
    full: [1472.48, 134],
    best: 0.57061758551299,
  },
  {
    id: 'c.irm.N100000.theta0.99.C1000',
    weights: zipfWeights(100_000, 0.99),
    entries: 1000,
    requests: 500_000,
    warmUp: 20_000,
    expected: {
      lru: [0.48939381, 0.00146],
      fifo: [0.448250613, 0.00157],
      'allkeys-random': [0.448250613, 0.00207],
    },
    full: [1686.497, 171],
    best: 0.604848078009111,
  },
  {
    id: 'c.irm.N1000000.theta0.99.C10000',
    weights: zipfWeights(1_000_000, 0.99),
    entries: 10_000,
    requests: 1_000_000,
    warmUp: 200_000,
    expected: {
      lru: [0.566183246, 0.00127],
      fifo: [0.531019603, 0.00113],
      'allkeys-random': [0.531019603, 0.00165],
    },
    full: [19_841.54, 312],
    best: 0.664271132339254,
  },
  {
    id: 'c.irm.N10000.theta1.2.C100',
    weights: zipfWeights(10_000, 1.2),
    entries: 100,
    requests: 500_000,
    warmUp: 2000,
    expected: {
      lru: [0.656341447, 0.00148],
      fifo: [0.603307178, 0.00214],
      'allkeys-random': [0.603307178, 0.003],
    },
    full: [225.6388, 89.8],
    best: 0.750765827504602,
  },
];
const QUARTER = 2;

/** Of the requests after the warm-up; a request takes a microsecond. */
function hitRatio(cache: LoneCache, keys: Int32Array, warmUp: number): number {
  let hits = 0;
  for (let i = 0; i < keys.length; i++) {
    cache.clock.nowNs += 1000;
    if (cache.read(keys[i]!) && i >= warmUp) hits++;
  }
  return hits / (keys.length - warmUp);
}

describe.each(CASES)('$id', ({ weights, entries, requests, warmUp, expected, full, best }) => {
  const keys = independent(weights, requests + warmUp, 3);
  const names = Object.keys(expected) as (keyof typeof expected)[];

  test.each(names)('%s', (name) => {
    const [value, tolerance] = expected[name]!;
    const measured = hitRatio(new LoneCache(name, entries, weights.length), keys, warmUp);
    expect(Math.abs(measured - value)).toBeLessThan(QUARTER * tolerance);
  });

  // Not every case states it.
  if (full !== undefined)
    test('is full for the first time when theory says', () => {
      const cache = new LoneCache('lru', entries, weights.length);
      let asked = 0;
      while (cache.memory.usedBytes(0) < entries) cache.read(keys[asked++]!);
      expect(Math.abs(asked - full![0])).toBeLessThan(full![1]);
    });

  // The spread of the best ratio itself is below the tolerance of the others: four deviations of a binomial, at most.
  if (best !== undefined)
    test('no policy does better than holding the most popular', () => {
      for (const name of ['sieve', 's3-fifo', 'allkeys-lru', 'allkeys-lfu'] as const) {
        const measured = hitRatio(new LoneCache(name, entries, weights.length), keys, warmUp);
        const spread = Math.sqrt((best! * (1 - best!)) / requests);
        expect(measured, name).toBeLessThan(best! + 4 * spread);
      }
    });
});

test("Redis's sampled LRU lies between RANDOM and LRU, its LFU above LRU, where its clock tells times apart", () => {
  const [weights, entries, warmUp] = [zipfWeights(100_000, 0.99), 1000, 200_000];
  const keys = independent(weights, 1_000_000, 4);
  const measured = (name: EvictionName): number => {
    const cache = new LoneCache(name, entries, weights.length);
    let hits = 0;
    for (let i = 0; i < keys.length; i++) {
      cache.clock.nowNs += 20e6; // 50 requests a second: an entry stays for half a minute
      if (cache.read(keys[i]!) && i >= warmUp) hits++;
    }
    return hits / (keys.length - warmUp);
  };
  const sampled = measured('allkeys-lru');
  // Values of c.irm.N100000.theta0.99.C1000; 0.02 is more than forty standard deviations of this run (0.00045).
  expect(sampled).toBeGreaterThan(0.448250613 + 0.02);
  expect(sampled).toBeLessThan(0.48939381);
  expect(measured('allkeys-lfu')).toBeGreaterThan(0.48939381 + 0.02);
});
