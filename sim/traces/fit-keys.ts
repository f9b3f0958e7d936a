/**
 * Key popularity that resembles a recording's. Zipf's law first: the exponent, and the number of keys, under which
 * a sample as large as the recording has as many different keys and the same mean logarithm of the rank. Sorting a
 * sample bends its tail; so the recording is compared with samples that are sorted too, not with the law.
 *
 * Where even the best law is further off than chance allows (Kolmogorov-Smirnov), in the shares of requests or in
 * the keys seen only once, a histogram takes its place.
 */
import { stream } from '../rng.ts';
import type { PopularitySetup } from '../setup.ts';
import { keySampler, LARGEST_ZIPF_TABLE } from '../workload/keys.ts';
import { BLOCK_SIZE, RequestBlock } from '../workload/request-block.ts';
import { zipfTotal } from '../workload/zipf.ts';
import { fitHistogram } from './fit-histogram.ts';

type FittedPopularity = Extract<PopularitySetup, { kind: 'zipf' | 'uniform' | 'histogram' }>;

export interface KeysFit {
  readonly keys: FittedPopularity;
  /** Largest difference of the cumulated shares of keys by rank, recording and a sample of the best Zipf law. */
  readonly zipfDistance: number;
  readonly zipfExponent: number;
}

const LARGEST_EXPONENT = 3;
/** Shares this far apart are alike for every purpose here. */
const ALIKE = 0.02;
/** Shares of keys seen once, which say how long the tail is. */
const ALIKE_ONCE = 0.05;
/** Kolmogorov-Smirnov's limit for two samples at the level of 5 %, times the root of n / 2. */
const KS_LIMIT = 1.358;
const SEED = 1;

/** @param counts requests per key that was asked for, descending */
export function fitKeys(counts: Uint32Array): KeysFit {
  const requests = counts.reduce((sum, count) => sum + count, 0);
  const wanted = meanLogRank(counts, requests);
  const sampleOf = (exponent: number) => {
    const keys: FittedPopularity = {
      kind: 'zipf',
      count: keysBehind(counts.length, requests, exponent),
      exponent,
    };
    return { keys, sample: sampled(keys, requests) };
  };
  let [low, high] = [0, LARGEST_EXPONENT];
  // E[ln rank] falls with the exponent: halve the interval. Equal seeds make it a smooth function.
  for (let i = 0; i < 14; i++) {
    const middle = (low + high) / 2;
    if (meanLogRank(sampleOf(middle).sample, requests) > wanted) low = middle;
    else high = middle;
  }
  const exponent = Number(((low + high) / 2).toFixed(3));
  const { keys, sample } = sampleOf(exponent);
  const zipfDistance = distance(counts, sample, requests);
  const close =
    zipfDistance <= limit(requests, ALIKE) &&
    Math.abs(onceShare(sample) - onceShare(counts)) <= limit(counts.length, ALIKE_ONCE);
  return {
    keys: close ? keys : fitHistogram(counts),
    zipfDistance,
    zipfExponent: exponent,
  };
}

function limit(sampleSize: number, alike: number): number {
  return Math.max(alike, KS_LIMIT * Math.sqrt(2 / sampleSize));
}

/** @param counts descending, none 0 */
function onceShare(counts: Uint32Array): number {
  const first = counts.indexOf(1);
  return first < 0 ? 0 : 1 - first / counts.length;
}

/** Requests per key in a sample, descending, without the keys nobody asked for. */
function sampled(keys: Extract<FittedPopularity, { kind: 'zipf' }>, requests: number): Uint32Array {
  const sampler = keySampler(keys, (name) => stream(SEED, `fit/${name}`));
  const block = new RequestBlock();
  const counts = new Uint32Array(keys.count);
  for (let left = requests; left > 0; left -= BLOCK_SIZE) {
    const drawn = Math.min(left, BLOCK_SIZE);
    sampler.fill(block, drawn);
    for (let i = 0; i < drawn; i++) counts[block.key[i]!] = counts[block.key[i]!]! + 1;
  }
  return counts
    .filter((count) => count > 0)
    .sort()
    .reverse();
}

function meanLogRank(counts: Uint32Array, requests: number): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += counts[i]! * Math.log(i + 1);
  return sum / requests;
}

function distance(a: Uint32Array, b: Uint32Array, requests: number): number {
  let difference = 0;
  let largest = 0;
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    difference += (a[i] ?? 0) - (b[i] ?? 0);
    largest = Math.max(largest, Math.abs(difference));
  }
  return largest / requests;
}

/** The number of keys of which so many are expected in the sample; bounded, as one-hit wonders need no end of keys. */
function keysBehind(seen: number, requests: number, exponent: number): number {
  let low = seen;
  let high = Math.max(seen, Math.min(LARGEST_ZIPF_TABLE, 100 * seen));
  while (high - low > Math.max(0.5, low / 10_000)) {
    const middle = (low + high) / 2;
    if (expectedKeys(Math.round(middle), requests, exponent) < seen) low = middle;
    else high = middle;
  }
  return Math.round(high);
}

/** Sum of 1 - e^(-expected requests) over the keys: each of the first thousand, then in steps of a hundredth. */
function expectedKeys(keys: number, requests: number, exponent: number): number {
  const scale = requests / zipfTotal(keys, exponent);
  let expected = 0;
  for (let rank = 1; rank <= keys; ) {
    const end = Math.min(keys + 1, rank < 1000 ? rank + 1 : Math.ceil(rank * 1.01));
    const middle = (rank + end - 1) / 2;
    expected -= (end - rank) * Math.expm1(-scale * middle ** -exponent);
    rank = end;
  }
  return expected;
}
