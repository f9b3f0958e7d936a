/** Times to live of a workload's writes: a share of them sets one, of a stated mean and shape. */
import { fillShape } from '../distributions.ts';
import type { RandomStream } from '../rng.ts';
import type { TtlSetup } from '../setup.ts';
import { Ziggurat } from '../ziggurat.ts';
import { BLOCK_SIZE } from './request-block.ts';

export class TtlColumn {
  readonly #ttl: TtlSetup;
  readonly #rng: RandomStream;
  readonly #ziggurat = new Ziggurat(BLOCK_SIZE);
  readonly #coin = new Uint32Array(BLOCK_SIZE);

  constructor(ttl: TtlSetup, rng: RandomStream) {
    this.#ttl = ttl;
    this.#rng = rng;
  }

  /** Whole nanoseconds, at least 1; 0 where the write sets none. */
  fill(out: Float64Array, count: number): void {
    const { meanNs, shape, share } = this.#ttl;
    fillShape(shape, this.#ziggurat, this.#rng, out, count);
    for (let i = 0; i < count; i++) out[i] = Math.max(1, Math.round(out[i]! * meanNs));
    if (share === 1) return;
    this.#rng.fillU32(this.#coin, count);
    for (let i = 0; i < count; i++) if (this.#coin[i]! >= share * 2 ** 32) out[i] = 0;
  }
}
