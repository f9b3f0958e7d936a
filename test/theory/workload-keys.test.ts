/**
 * Theory: key popularity. Frequencies within 4.5 standard errors (false alarm 1 in 147,000), whole distributions
 * by Pearson's chi-square, near normal with mean m and variance 2 m for m degrees of freedom. Seeds are fixed.
 */
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import type { KeysSetup } from '../../sim/setup.ts';
import { OP } from '../../sim/strategy.ts';
import { ZipfRanks } from '../../sim/workload/keys/rejection-inversion.ts';
import {
  fnvHash64Modulo,
  ZETAN,
  zipfianRank,
  zipfianShare,
} from '../../sim/workload/keys/scrambled-zipfian.ts';
import { keyCount, keySampler, LARGEST_ZIPF_TABLE, zipfWeights } from '../../sim/workload/keys.ts';
import { BLOCK_SIZE, RequestBlock } from '../../sim/workload/request-block.ts';
import { zipfTotal } from '../../sim/workload/zipf.ts';

/** Calls `see` with each request of `blocks` full blocks; `prepare` sets times and operations. */
function draw(
  keys: KeysSetup,
  blocks: number,
  see: (key: number, atNs: number, op: number) => void,
  prepare: (block: RequestBlock, turn: number) => void = () => {},
): number {
  const sampler = keySampler(keys, (name) => stream(1, name));
  const block = new RequestBlock();
  for (let turn = 0; turn < blocks; turn++) {
    prepare(block, turn);
    sampler.fill(block, BLOCK_SIZE);
    for (let i = 0; i < BLOCK_SIZE; i++) see(block.key[i]!, block.atNs[i]!, block.op[i]!);
  }
  return blocks * BLOCK_SIZE;
}

function countsOf(keys: KeysSetup, blocks: number): Float64Array {
  const counts = new Float64Array(keyCount(keys));
  draw(keys, blocks, (key) => {
    counts[key] = counts[key]! + 1;
  });
  return counts;
}

/** Standard scores of Pearson's chi-square; expected counts below 20 are joined. */
function chiSquareScore(counts: Float64Array, expected: (cell: number) => number): number {
  let [chiSquare, cells, seen, wanted] = [0, 0, 0, 0];
  for (let cell = 0; cell < counts.length; cell++) {
    seen += counts[cell]!;
    wanted += expected(cell);
    if (wanted < 20 && cell < counts.length - 1) continue;
    chiSquare += (seen - wanted) ** 2 / wanted;
    cells++;
    seen = 0;
    wanted = 0;
  }
  return (chiSquare - (cells - 1)) / Math.sqrt(2 * (cells - 1));
}

const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);

/** Evenly spaced times over `spanNs`. */
const spread =
  (blocks: number, spanNs: number) =>
  (block: RequestBlock, turn: number): void => {
    for (let i = 0; i < BLOCK_SIZE; i++)
      block.atNs[i] = Math.floor(((turn * BLOCK_SIZE + i) * spanNs) / (blocks * BLOCK_SIZE));
  };

function expectShare(hits: number, n: number, p: number): void {
  expect(Math.abs(hits - n * p)).toBeLessThan(4.5 * Math.sqrt(n * p * (1 - p)));
}

describe('the sum of Zipf weights', () => {
  // H(N, s), and shares of top keys: Euler-Maclaurin and direct summation agree on them to 1e-9.
  test.each([
    [1000, 0.8, 15.4698103822273],
    [1_000_000, 0.8, 74.807129131625],
    [10_000_000, 0.8, 121.156784415527],
    [10_000_000_000, 0.99, 26.469028201783],
  ])('of %d ranks, exponent %f', (count, exponent, total) => {
    expect(zipfTotal(count, exponent) / total).toBeCloseTo(1, 11);
  });

  test.each([0, 0.5, 1, 1.7, 3])('agrees with addition, exponent %f', (exponent) => {
    for (const count of [1, 63, 64, 65, 1000, 123_456])
      expect(sum(zipfWeights(count, exponent)) / zipfTotal(count, exponent)).toBeCloseTo(1, 11);
  });

  test('gives the known shares of the head', () => {
    const share = (top: number, count: number, exponent: number) =>
      zipfTotal(top, exponent) / zipfTotal(count, exponent);
    expect(share(1, 1_000_000, 0.99)).toBeCloseTo(0.0649694491890091, 12);
    expect(share(10, 1_000_000, 0.8)).toBeCloseTo(0.047657443022865, 12);
    expect(share(10_000, 1_000_000, 0.8)).toBeCloseTo(0.362407227723953, 12);
  });
});

describe('Zipf', () => {
  test.each([0.05, 0.6, 0.99, 1, 1.3, 2, 3])('by rejection-inversion, exponent %f', (exponent) => {
    const count = 10_000;
    const ranks = new ZipfRanks(count, exponent);
    const rng = stream(1, 'keys');
    const counts = new Float64Array(count);
    const block = new Int32Array(BLOCK_SIZE);
    const blocks = 1000;
    for (let turn = 0; turn < blocks; turn++) {
      ranks.fill(rng, block, BLOCK_SIZE);
      for (const rank of block) counts[rank] = counts[rank]! + 1;
    }
    const n = blocks * BLOCK_SIZE;
    expect(sum(counts)).toBe(n);
    const total = zipfTotal(count, exponent);
    const score = chiSquareScore(counts, (cell) => (n * (cell + 1) ** -exponent) / total);
    expect(Math.abs(score)).toBeLessThan(4.5);
  });

  test.each([0.6, 0.99, 1.5])('over 100 million keys without a table, exponent %f', (exponent) => {
    const count = 100_000_000;
    expect(count).toBeGreaterThan(LARGEST_ZIPF_TABLE);
    // Classes by powers of ten.
    const seen = new Float64Array(9);
    const n = draw({ kind: 'zipf', count, exponent }, 500, (key) => {
      expect(key).toBeLessThan(count);
      const decade = Math.min(8, Math.ceil(Math.log10(key + 1)));
      seen[decade] = seen[decade]! + 1;
    });
    const total = zipfTotal(count, exponent);
    let before = 0;
    for (let decade = 0; decade <= 8; decade++) {
      const upTo = zipfTotal(10 ** decade, exponent) / total;
      expectShare(seen[decade]!, n, upTo - before);
      before = upTo;
    }
  });
});

test('uniform keys are uniform', () => {
  const counts = countsOf({ kind: 'uniform', count: 1000 }, 500);
  expect(Math.abs(chiSquareScore(counts, () => (500 * BLOCK_SIZE) / 1000))).toBeLessThan(4.5);
});

test('a hot set gets its share, evenly, and the others theirs', () => {
  const keys = { kind: 'hot-set', count: 1000, hotCount: 200, hotShare: 0.8 } as const;
  const n = 1000 * BLOCK_SIZE;
  const counts = countsOf(keys, 1000);
  const expected = (key: number) => (key < 200 ? (n * 0.8) / 200 : (n * 0.2) / 800);
  expect(Math.abs(chiSquareScore(counts, expected))).toBeLessThan(4.5);
});

test('a popularity histogram gives each bucket its weight, evenly within', () => {
  const bucketKeys = [1, 9, 90, 900];
  const bucketWeights = [3, 2, 4, 1];
  const counts = countsOf({ kind: 'histogram', bucketKeys, bucketWeights }, 1000);
  expect(counts.length).toBe(1000);
  const n = 1000 * BLOCK_SIZE;
  const expected = (key: number) => {
    const bucket = key < 1 ? 0 : key < 10 ? 1 : key < 100 ? 2 : 3;
    return (n * bucketWeights[bucket]!) / 10 / bucketKeys[bucket]!;
  };
  expect(Math.abs(chiSquareScore(counts, expected))).toBeLessThan(4.5);
});

describe("YCSB's scrambled Zipfian", () => {
  const fnv = (value: bigint): bigint => {
    let hash = 0xcbf29ce484222325n;
    for (let octet = 0n; octet < 8n; octet++)
      hash = BigInt.asUintN(64, (hash ^ ((value >> (8n * octet)) & 0xffn)) * 1099511628211n);
    const signed = BigInt.asIntN(64, hash);
    return signed < 0n ? -signed : signed;
  };

  test('hashes as Utils.fnvhash64', () => {
    const rng = stream(1, 'values');
    const values = [0, 1, 2, 255, 256, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 1e10];
    for (let i = 0; i < 2000; i++) values.push(Math.floor(rng.float() * 1e10));
    for (const value of values)
      for (const divisor of [1, 1000, 1_000_003, 2 ** 27])
        expect(fnvHash64Modulo(value, divisor)).toBe(Number(fnv(BigInt(value)) % BigInt(divisor)));
  });

  test('states the zeta of 10^10 ranks', () => {
    expect(ZETAN / zipfTotal(1e10, 0.99)).toBeCloseTo(1, 10);
  });

  test('draws ranks by Gray et al.: the first two exactly, the last at the end', () => {
    expect(zipfianRank(0)).toBe(0);
    expect(zipfianRank(0.999 / ZETAN)).toBe(0);
    expect(zipfianRank(1.001 / ZETAN)).toBe(1);
    expect(zipfianRank(1 - 2 ** -53)).toBeGreaterThan(9.99e9);
    for (const ranks of [10, 1000, 1e6]) expect(zipfianRank(zipfianShare(ranks) + 1e-12)).toBe(ranks);
  });

  test.each([1000, 1_000_000])('gives the hottest of %d keys 3.78 %', (count) => {
    const hottest = fnvHash64Modulo(0, count);
    let hits = 0;
    const n = draw({ kind: 'scrambled-zipfian', count }, 1000, (key) => {
      if (key === hottest) hits++;
    });
    const p = 1 / ZETAN;
    // Other ranks that hash to the same key: about 1 / count of the rest, as popular ranks are few.
    const collisions = count === 1000 ? 0.004 : 4e-6;
    const standardError = Math.sqrt((p * (1 - p)) / n);
    expect(hits / n).toBeGreaterThan(0.0377800043271947 - 4.5 * standardError);
    expect(hits / n).toBeLessThan(p + collisions + 4.5 * standardError);
  });
});

describe('the latest keys', () => {
  const keys = { kind: 'latest', count: 1000, exponent: 0.99 } as const;

  test('are written in turn, around the ring, and read by Zipf on their age', () => {
    const blocks = 500;
    const coin = stream(1, 'operations');
    const ages = new Float64Array(1000);
    let newest = 999;
    let reads = 0;
    draw(
      keys,
      blocks,
      (key, _at, op) => {
        if (op === OP.set) {
          newest = (newest + 1) % 1000;
          expect(key).toBe(newest);
        } else {
          const age = (newest - key + 1000) % 1000;
          ages[age] = ages[age]! + 1;
          reads++;
        }
      },
      ({ op }) => {
        for (let i = 0; i < BLOCK_SIZE; i++) op[i] = coin.float() < 0.05 ? OP.set : OP.get;
      },
    );
    const total = zipfTotal(1000, 0.99);
    const score = chiSquareScore(ages, (age) => (reads * (age + 1) ** -0.99) / total);
    expect(Math.abs(score)).toBeLessThan(4.5);
  });
});

test('a drifting hot set moves at its rate', () => {
  const base = { kind: 'hot-set', count: 1000, hotCount: 10, hotShare: 0.9 } as const;
  const keysPerSec = 50;
  const blocks = 200;
  let hits = 0;
  const n = draw(
    { kind: 'drifting', base, keysPerSec },
    blocks,
    (key, at) => {
      const first = Math.floor((at / 1e9) * keysPerSec) % 1000;
      if ((key - first + 1000) % 1000 < 10) hits++;
    },
    spread(blocks, 60e9),
  );
  expectShare(hits, n, 0.9);
});

test('keys that become hot get their share while they are, and fade', () => {
  const base = { kind: 'uniform', count: 100_000 } as const;
  const ramp = { rampNs: 10e9, plateauNs: 20e9, decayNs: 20e9 };
  const events = [
    { key: 7, share: 0.4, atNs: 10e9, ...ramp },
    { key: 8, share: 0.5, atNs: 25e9, ...ramp },
  ];
  const blocks = 2000;
  const perSecond = new Map([7, 8].map((key) => [key, new Float64Array(100)]));
  const n = draw(
    { kind: 'heating', base, events },
    blocks,
    (key, at) => {
      const counts = perSecond.get(key);
      if (counts !== undefined) counts[Math.floor(at / 1e9)]!++;
    },
    spread(blocks, 100e9),
  );
  const share = (key: number, sec: number) => perSecond.get(key)![sec]! / (n / 100);
  const near = (key: number, sec: number, p: number) =>
    expect(Math.abs(share(key, sec) - p)).toBeLessThan(
      4.5 * Math.sqrt((p * (1 - p) + 1e-5) / (n / 100)) + 1e-5,
    );
  for (const [sec, p] of [
    [5, 0],
    [14, 0.18],
    [20, 0.4],
    [39, 0.4],
    [40, 0.39],
    [50, 0.19],
    [70, 0],
  ] as const)
    near(7, sec, p);
  for (const [sec, p] of [
    [24, 0],
    [29, 0.225],
    [36, 0.5],
    [54, 0.5],
    [65, 0.2375],
    [80, 0],
  ] as const)
    near(8, sec, p);
});
