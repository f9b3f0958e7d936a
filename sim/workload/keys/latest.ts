/**
 * YCSB's `latest` (workload D): a set writes a new key, everything else prefers the newest ones, by Zipf's law on
 * age. The number of keys is fixed, so the key written next is the oldest, which makes room for it.
 */
import type { RandomStream } from '../../rng.ts';
import { OP } from '../../strategy.ts';
import type { RequestBlock } from '../request-block.ts';
import type { KeySampler, RankSampler } from './key-sampler.ts';

export class LatestKeys implements KeySampler {
  readonly #count: number;
  readonly #ages: RankSampler;
  readonly #rng: RandomStream;
  #newest: number;

  constructor(count: number, ages: RankSampler, rng: RandomStream) {
    this.#count = count;
    this.#ages = ages;
    this.#rng = rng;
    this.#newest = count - 1;
  }

  fill(block: RequestBlock, count: number): void {
    const { key, op } = block;
    this.#ages.fill(this.#rng, key, count);
    let newest = this.#newest;
    for (let i = 0; i < count; i++) {
      if (op[i] === OP.set) {
        newest = newest + 1 === this.#count ? 0 : newest + 1;
        key[i] = newest;
      } else {
        const found = newest - key[i]!;
        key[i] = found < 0 ? found + this.#count : found;
      }
    }
    this.#newest = newest;
  }
}
