/**
 * A measured popularity histogram: buckets of equally popular keys, as CacheLib's cachebench states them
 * (`popularityBuckets` keys per bucket, `popularityWeights`). Keys are numbered bucket after bucket.
 */
import type { RandomStream } from '../../rng.ts';
import { AliasTable } from '../alias-table.ts';
import { BLOCK_SIZE } from '../request-block.ts';
import type { RankSampler } from './key-sampler.ts';

export class HistogramRanks implements RankSampler {
  readonly #buckets: AliasTable;
  readonly #first: Float64Array;
  readonly #scale: Float64Array;
  readonly #position = new Uint32Array(BLOCK_SIZE);

  /** @param bucketKeys keys per bucket, at least 1 each */
  constructor(bucketKeys: readonly number[], bucketWeights: readonly number[]) {
    this.#buckets = new AliasTable(Float64Array.from(bucketWeights), BLOCK_SIZE);
    this.#scale = Float64Array.from(bucketKeys, (keys) => keys / 2 ** 32);
    this.#first = new Float64Array(bucketKeys.length);
    for (let b = 1; b < bucketKeys.length; b++) this.#first[b] = this.#first[b - 1]! + bucketKeys[b - 1]!;
  }

  fill(rng: RandomStream, out: Int32Array, count: number): void {
    this.#buckets.fill(rng, out, count);
    rng.fillU32(this.#position, count);
    for (let i = 0; i < count; i++) {
      const bucket = out[i]!;
      out[i] = this.#first[bucket]! + Math.floor(this.#position[i]! * this.#scale[bucket]!);
    }
  }
}
