/** What every way to choose keys is to the source that drives it. */
import type { RandomStream } from '../../rng.ts';
import type { RequestBlock } from '../request-block.ts';

export interface KeySampler {
  /**
   * Fills `block.key[0 .. count)`. Arrival times and operations of these requests are in the block already, for
   * popularity that changes with time and for sets that make keys.
   */
  fill(block: RequestBlock, count: number): void;
}

/** Draws indices that are independent of each other and of time. */
export interface RankSampler {
  fill(rng: RandomStream, out: Int32Array, count: number): void;
}

/** The rank is the key. */
export class RankedKeys implements KeySampler {
  readonly #ranks: RankSampler;
  readonly #rng: RandomStream;

  constructor(ranks: RankSampler, rng: RandomStream) {
    this.#ranks = ranks;
    this.#rng = rng;
  }

  fill(block: RequestBlock, count: number): void {
    this.#ranks.fill(this.#rng, block.key, count);
  }
}
