/** Two classes of keys, even within each: YCSB's `hotspot`, the 80/20 of folklore. */
import type { RandomStream } from '../../rng.ts';
import type { PopularitySetup } from '../../setup.ts';
import { BLOCK_SIZE } from '../request-block.ts';
import type { RankSampler } from './key-sampler.ts';

export class HotSetRanks implements RankSampler {
  readonly #count: number;
  readonly #hotCount: number;
  readonly #threshold: number;
  readonly #coin = new Uint32Array(BLOCK_SIZE);
  readonly #position = new Uint32Array(BLOCK_SIZE);

  /** @param setup `hotCount` from 1 to `count` - 1 */
  constructor({ count, hotCount, hotShare }: Extract<PopularitySetup, { kind: 'hot-set' }>) {
    this.#count = count;
    this.#hotCount = hotCount;
    this.#threshold = hotShare * 2 ** 32;
  }

  fill(rng: RandomStream, out: Int32Array, count: number): void {
    const threshold = this.#threshold;
    const hotCount = this.#hotCount;
    const hotScale = hotCount / 2 ** 32;
    const coldScale = (this.#count - hotCount) / 2 ** 32;
    rng.fillU32(this.#coin, count);
    rng.fillU32(this.#position, count);
    for (let i = 0; i < count; i++) {
      const position = this.#position[i]!;
      out[i] = this.#coin[i]! < threshold ? position * hotScale : hotCount + Math.floor(position * coldScale);
    }
  }
}
