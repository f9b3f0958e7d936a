/**
 * Draws from a finite distribution in constant time: M. D. Vose's alias method (IEEE Trans. Software Eng.
 * 17(9), 1991). One cell per outcome: with probability threshold/2^32 the outcome itself, else its alias.
 */
import type { RandomStream } from '../rng.ts';

const TWO_POW_32 = 2 ** 32;

export class AliasTable {
  /** [cell x 2] threshold and alias side by side: a draw touches one cache line. */
  readonly #cells: Uint32Array;
  readonly #position: Uint32Array;
  readonly #coin: Uint32Array;

  /**
   * @param weights non-negative, not all zero; need not sum to 1
   * @param blockSize largest count a fill may ask for
   */
  constructor(weights: Float64Array, blockSize: number) {
    this.#cells = new Uint32Array(2 * weights.length);
    this.#position = new Uint32Array(blockSize);
    this.#coin = new Uint32Array(blockSize);
    this.#pair(scaledToMean1(weights));
  }

  /** Pairs each cell below average with one above, which gives away what the other lacks. */
  #pair(scaled: Float64Array): void {
    const n = scaled.length;
    const cells = this.#cells;
    const small = new Int32Array(n);
    const large = new Int32Array(n);
    let smallCount = 0;
    let largeCount = 0;
    for (let i = 0; i < n; i++) {
      if (scaled[i]! < 1) small[smallCount++] = i;
      else large[largeCount++] = i;
    }
    while (smallCount > 0 && largeCount > 0) {
      const less = small[--smallCount]!;
      const more = large[largeCount - 1]!;
      cells[2 * less] = Math.min(TWO_POW_32 - 1, Math.round(scaled[less]! * TWO_POW_32));
      cells[2 * less + 1] = more;
      scaled[more] = scaled[more]! - (1 - scaled[less]!);
      if (scaled[more]! < 1) {
        largeCount--;
        small[smallCount++] = more;
      }
    }
    // What is left is 1 up to rounding: the cell is its own alias, so the threshold does not matter.
    while (largeCount > 0) cells[2 * large[--largeCount]! + 1] = large[largeCount]!;
    while (smallCount > 0) cells[2 * small[--smallCount]! + 1] = small[smallCount]!;
  }

  /** Fills `out[0 .. count)`. Positions first, so that the table's cache misses overlap. */
  fill(rng: RandomStream, out: Int32Array, count: number): void {
    const cells = this.#cells;
    const position = this.#position;
    const coin = this.#coin;
    rng.fillU32(position, count);
    rng.fillU32(coin, count);
    const scale = cells.length / 2 / TWO_POW_32;
    for (let i = 0; i < count; i++) position[i] = position[i]! * scale;
    for (let i = 0; i < count; i++) {
      const cell = position[i]!;
      out[i] = coin[i]! < cells[2 * cell]! ? cell : cells[2 * cell + 1]!;
    }
  }
}

/** HOT. There may be millions. */
function scaledToMean1(weights: Float64Array): Float64Array {
  const n = weights.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += weights[i]!;
  if (!(sum > 0)) throw new RangeError('an alias table needs a positive weight');
  const scaled = new Float64Array(n);
  for (let i = 0; i < n; i++) scaled[i] = (weights[i]! * n) / sum;
  return scaled;
}
