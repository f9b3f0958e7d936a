/**
 * Count-min sketch with decay: four rows of counters, a key's count is the least of its four, so never too low;
 * too high by more than 2 n / width in a row with a probability of at most a half, and in all four of 1/16.
 * After each window all counts are halved, so the past fades instead of ending. The sketch cannot list its keys;
 * beside it a small table keeps those that counted highest, in sets of four.
 *
 * Source: Cormode, Muthukrishnan, "An improved data stream summary: the count-min sketch and its applications",
 * J. Algorithms 55 (2005); halving as in TinyLFU (Einziger, Friedman, Manes, ACM ToS 2017).
 */
import { type KeyId, NONE } from '../../sim/strategy.ts';
import type { Sketch } from './sketch.ts';

const ROWS = 4;
/** Odd multipliers; each row takes the high bits of a product of its own. */
const MULTIPLIERS = Int32Array.of(0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f);
const WAYS = 4;

export class CountMin implements Sketch {
  readonly #shift: number;
  readonly #width: number;
  /** [row x column] */
  readonly #counts: Uint32Array;
  /** [set x way] candidates for the heaviest keys */
  readonly #candidates: Int32Array;
  total = 0;

  /** @param counters per row, rounded up to a power of two */
  constructor(counters: number) {
    const bits = Math.max(4, Math.ceil(Math.log2(counters)));
    this.#shift = 32 - bits;
    this.#width = 2 ** bits;
    this.#counts = new Uint32Array(ROWS * this.#width);
    this.#candidates = new Int32Array(this.#width).fill(NONE);
  }

  get bytes(): number {
    return this.#counts.byteLength + this.#candidates.byteLength;
  }

  add(key: KeyId): void {
    this.total++;
    for (let row = 0; row < ROWS; row++) {
      const cell = this.#cellOf(key, row);
      this.#counts[cell] = this.#counts[cell]! + 1;
    }
    this.#nominate(key);
  }

  /** HOT. The count of the key, or more. */
  countOf(key: KeyId): number {
    let least = this.#counts[this.#cellOf(key, 0)]!;
    for (let row = 1; row < ROWS; row++) least = Math.min(least, this.#counts[this.#cellOf(key, row)]!);
    return least;
  }

  forHeaviest(limit: number, visit: (key: KeyId, count: number) => void): void {
    [...this.#candidates]
      .filter((key) => key !== NONE)
      .map((key) => ({ key, count: this.countOf(key) }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count || a.key - b.key)
      .slice(0, limit)
      .forEach(({ key, count }) => {
        visit(key, count);
      });
  }

  nextWindow(): void {
    this.total /= 2;
    for (let cell = 0; cell < this.#counts.length; cell++) this.#counts[cell] = this.#counts[cell]! >>> 1;
  }

  /** The key takes the place of the lightest candidate of its set, if that is lighter. */
  #nominate(key: KeyId): void {
    const from = this.#cellOf(key, 0) & -WAYS;
    let lightest = from;
    let least = Number.POSITIVE_INFINITY;
    for (let way = from; way < from + WAYS; way++) {
      const candidate = this.#candidates[way]!;
      if (candidate === key) return;
      const count = candidate === NONE ? -1 : this.countOf(candidate);
      if (count >= least) continue;
      least = count;
      lightest = way;
    }
    if (least < this.countOf(key)) this.#candidates[lightest] = key;
  }

  #cellOf(key: KeyId, row: number): number {
    return row * this.#width + (Math.imul(key + 1, MULTIPLIERS[row]!) >>> this.#shift);
  }
}
