/**
 * Zipf ranks without a table: W. Hörmann and G. Derflinger, "Rejection-inversion to generate variates from
 * monotone discrete distributions", ACM TOMACS 6(3), 1996. Inverts the area under the continuous hat x^-exponent
 * and rejects what the steps of the discrete law do not cover, at worst a few draws in a hundred.
 */
import type { RandomStream } from '../../rng.ts';
import { BLOCK_SIZE } from '../request-block.ts';
import type { RankSampler } from './key-sampler.ts';

const TWO_POW_MINUS_53 = 2 ** -53;

export class ZipfRanks implements RankSampler {
  readonly #count: number;
  readonly #exponent: number;
  /** 1 - exponent: the area's power. */
  readonly #power: number;
  readonly #areaLow: number;
  readonly #areaHigh: number;
  /** Closer to its rank than this from below, a point needs no test. */
  readonly #sure: number;
  readonly #upper = new Uint32Array(BLOCK_SIZE);
  readonly #lower = new Uint32Array(BLOCK_SIZE);

  /** @param exponent at least 0 */
  constructor(count: number, exponent: number) {
    this.#count = count;
    this.#exponent = exponent;
    this.#power = 1 - exponent;
    this.#areaLow = this.#area(1.5) - 1;
    this.#areaHigh = this.#area(count + 0.5);
    this.#sure = 2 - this.#inverseArea(this.#area(2.5) - 2 ** -exponent);
  }

  /** 53 bits a draw: with 100 million keys the rare ones are rarer than 2^-32. */
  fill(rng: RandomStream, out: Int32Array, count: number): void {
    const upper = this.#upper;
    const lower = this.#lower;
    rng.fillU32(upper, count);
    rng.fillU32(lower, count);
    for (let i = 0; i < count; i++) {
      let rank = this.#rankAt(((upper[i]! >>> 5) * 2 ** 26 + (lower[i]! >>> 6)) * TWO_POW_MINUS_53);
      while (rank === 0) rank = this.#rankAt(rng.float());
      out[i] = rank - 1;
    }
  }

  /** The rank at this uniform number, 0 when rejected. */
  #rankAt(uniform: number): number {
    const area = this.#areaHigh + uniform * (this.#areaLow - this.#areaHigh);
    const x = this.#inverseArea(area);
    const rank = Math.max(1, Math.min(this.#count, Math.floor(x + 0.5)));
    if (rank - x <= this.#sure) return rank;
    return area >= this.#area(rank + 0.5) - rank ** -this.#exponent ? rank : 0;
  }

  /** Integral of t^-exponent from 1 to x. */
  #area(x: number): number {
    const power = this.#power;
    return power === 0 ? Math.log(x) : Math.expm1(power * Math.log(x)) / power;
  }

  #inverseArea(area: number): number {
    const power = this.#power;
    return power === 0 ? Math.exp(area) : Math.exp(Math.log1p(power * area) / power);
  }
}
