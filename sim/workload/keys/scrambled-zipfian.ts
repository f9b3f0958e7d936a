/**
 * YCSB's default `zipfian`, as YCSB draws it (site.ycsb.generator.ScrambledZipfianGenerator): a rank out of 10^10
 * by the approximation of J. Gray et al., "Quickly Generating Billion-Record Synthetic Databases", SIGMOD 1994,
 * with exponent 0.99 and a precomputed zeta, then FNV-1a over its eight octets, modulo the number of keys. So the hottest
 * key gets 1 / 26.469 = 3.78 % whatever the number of keys, not Zipf's 6.5 % of a million.
 */
import type { RandomStream } from '../../rng.ts';
import { BLOCK_SIZE } from '../request-block.ts';
import type { RankSampler } from './key-sampler.ts';

const THETA = 0.99;
/** Sum of r^-0.99 over 10^10 ranks, as stated in YCSB's source. */
export const ZETAN = 26.46902820178302;
/** The generator is built for ranks 0 .. 10^10, both included. */
const ITEMS = 1e10 + 1;
const ALPHA = 1 / (1 - THETA);
const SECOND = 1 + 0.5 ** THETA;
const ETA = (1 - (2 / ITEMS) ** (1 - THETA)) / (1 - SECOND / ZETAN);

export class ScrambledZipfianRanks implements RankSampler {
  readonly #count: number;
  readonly #upper = new Uint32Array(BLOCK_SIZE);
  readonly #lower = new Uint32Array(BLOCK_SIZE);

  constructor(count: number) {
    this.#count = count;
  }

  fill(rng: RandomStream, out: Int32Array, count: number): void {
    rng.fillU32(this.#upper, count);
    rng.fillU32(this.#lower, count);
    for (let i = 0; i < count; i++) {
      const uniform = ((this.#upper[i]! >>> 5) * 2 ** 26 + (this.#lower[i]! >>> 6)) * 2 ** -53;
      out[i] = fnvHash64Modulo(zipfianRank(uniform), this.#count);
    }
  }
}

/** Rank from 0 at a uniform number in [0, 1). */
export function zipfianRank(uniform: number): number {
  const scaled = uniform * ZETAN;
  if (scaled < 1) return 0;
  if (scaled < SECOND) return 1;
  return Math.floor(ITEMS * (ETA * uniform - ETA + 1) ** ALPHA);
}

/** Share of the first `ranks` ranks, at least 2: the inverse of the above. */
export function zipfianShare(ranks: number): number {
  return ((ranks / ITEMS) ** (1 - THETA) - 1 + ETA) / ETA;
}

/**
 * Utils.fnvhash64(value) modulo `divisor`, for value < 2^53 and divisor <= 2^37: FNV-1a over the eight octets, lowest
 * first, absolute value as a signed 64-bit integer. In two 32-bit halves; the prime is 2^40 + 0x1b3.
 */
export function fnvHash64Modulo(value: number, divisor: number): number {
  let low = 0x84222325 | 0;
  let high = 0xcbf29ce4 | 0;
  let octets = value | 0;
  for (let i = 0; i < 8; i++) {
    if (i === 4) octets = Math.floor(value / 2 ** 32);
    low ^= octets & 0xff;
    octets >>>= 8;
    const product = (low >>> 0) * 0x1b3;
    high = (Math.imul(high, 0x1b3) + Math.floor(product / 2 ** 32) + (low << 8)) | 0;
    low = product | 0;
  }
  if (high < 0) {
    high = (~high + (low === 0 ? 1 : 0)) | 0;
    low = -low | 0;
  }
  const upper = (((high >>> 0) % divisor) * 65536 + (low >>> 16)) % divisor;
  return (upper * 65536 + (low & 0xffff)) % divisor;
}
