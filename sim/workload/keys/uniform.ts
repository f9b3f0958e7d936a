/** All keys alike. */
import type { RandomStream } from '../../rng.ts';
import { BLOCK_SIZE } from '../request-block.ts';
import type { RankSampler } from './key-sampler.ts';

export class UniformRanks implements RankSampler {
  readonly #count: number;
  readonly #draw = new Uint32Array(BLOCK_SIZE);

  constructor(count: number) {
    this.#count = count;
  }

  fill(rng: RandomStream, out: Int32Array, count: number): void {
    const scale = this.#count / 2 ** 32;
    rng.fillU32(this.#draw, count);
    for (let i = 0; i < count; i++) out[i] = this.#draw[i]! * scale;
  }
}
