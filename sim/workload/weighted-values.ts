/** A few values with weights: value sizes, keys per multi-get, times to live. */
import type { RandomStream } from '../rng.ts';
import { AliasTable } from './alias-table.ts';
import { BLOCK_SIZE } from './request-block.ts';

export class WeightedValues {
  readonly #table: AliasTable;
  readonly #values: Float64Array;
  readonly #index = new Int32Array(BLOCK_SIZE);

  constructor(values: readonly number[], weights: readonly number[]) {
    this.#table = new AliasTable(Float64Array.from(weights), BLOCK_SIZE);
    this.#values = Float64Array.from(values);
  }

  /** `count` is at most BLOCK_SIZE. */
  fill(rng: RandomStream, out: Float64Array, count: number): void {
    this.#table.fill(rng, this.#index, count);
    for (let i = 0; i < count; i++) out[i] = this.#values[this.#index[i]!]!;
  }
}
