/** Popularity that wanders: keys are numbered on a ring, and the whole popularity curve turns along it. */
import type { RequestBlock } from '../request-block.ts';
import type { KeySampler } from './key-sampler.ts';

export class DriftingSampler implements KeySampler {
  readonly #base: KeySampler;
  readonly #count: number;
  readonly #keysPerNs: number;
  readonly #fromNs: number;

  constructor(base: KeySampler, count: number, keysPerSec: number, fromNs = 0) {
    this.#base = base;
    this.#count = count;
    this.#keysPerNs = keysPerSec / 1e9;
    this.#fromNs = fromNs;
  }

  fill(block: RequestBlock, count: number): void {
    this.#base.fill(block, count);
    const { atNs, key } = block;
    for (let i = 0; i < count; i++)
      key[i] = (key[i]! + Math.floor((atNs[i]! + this.#fromNs) * this.#keysPerNs)) % this.#count;
  }
}
