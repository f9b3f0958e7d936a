/**
 * Space-Saving: the heaviest keys of a stream in bounded memory. A key that is not monitored takes the place,
 * and the count, of a lightest one, so no count is ever too low. What it may be too high by is remembered; the rest
 * is the guaranteed count. Of n counted keys, every one with more than n / capacity is monitored.
 *
 * Source: Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams",
 * ICDT 2005. Their Stream-Summary, a list of buckets of equal count, is kept as one array ordered by count: a count
 * grows by one by swapping the counter with the last of its bucket, which then is the first of the next. That
 * is O(1). Keys are found by open addressing.
 */
import type { KeyId } from '../../sim/strategy.ts';

const EMPTY = -1;

export class SpaceSaving {
  readonly #capacity: number;
  /** [counter] */
  readonly #key: Int32Array;
  readonly #count: Int32Array;
  /** [counter] count taken over from the key before */
  readonly #inherited: Int32Array;
  /** [rank] counter, lightest first */
  readonly #ranked: Int32Array;
  /** [counter] */
  readonly #rank: Int32Array;
  /** [count] last rank of the counters with this count; stale where there are none */
  #lastRank = new Int32Array(1024);
  /** Open addressing: [cell] counter or EMPTY; at most a quarter full */
  readonly #cells: Int32Array;
  /** Keys counted since the last reset. */
  total = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#key = new Int32Array(capacity);
    this.#count = new Int32Array(capacity);
    this.#inherited = new Int32Array(capacity);
    this.#ranked = new Int32Array(capacity);
    this.#rank = new Int32Array(capacity);
    this.#cells = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 4)));
    this.reset();
  }

  /** Memory of the sketch [bytes]. */
  get bytes(): number {
    return 5 * this.#key.byteLength + this.#lastRank.byteLength + this.#cells.byteLength;
  }

  /** HOT. Counts one occurrence of the key. */
  add(key: KeyId): void {
    this.total++;
    const cell = this.#cellOf(key);
    const counter = this.#cells[cell]!;
    this.#increment(counter === EMPTY ? this.#replaceLightest(key) : counter);
  }

  /** COLD. Visits at most `limit` keys, heaviest first, each with the count it has at least. */
  forHeaviest(limit: number, visit: (key: KeyId, atLeast: number) => void): void {
    for (let rank = this.#capacity - 1; rank >= Math.max(0, this.#capacity - limit); rank--) {
      const counter = this.#ranked[rank]!;
      if (this.#count[counter] === 0) return;
      visit(this.#key[counter]!, this.#count[counter]! - this.#inherited[counter]!);
    }
  }

  /** COLD. */
  reset(): void {
    this.total = 0;
    this.#key.fill(EMPTY);
    this.#count.fill(0);
    this.#inherited.fill(0);
    this.#cells.fill(EMPTY);
    for (let i = 0; i < this.#capacity; i++) {
      this.#ranked[i] = i;
      this.#rank[i] = i;
    }
    this.#lastRank[0] = this.#capacity - 1;
  }

  #replaceLightest(key: KeyId): number {
    const counter = this.#ranked[0]!;
    if (this.#key[counter] !== EMPTY) this.#vacate(this.#cellOf(this.#key[counter]!));
    this.#key[counter] = key;
    this.#inherited[counter] = this.#count[counter]!;
    this.#cells[this.#cellOf(key)] = counter;
    return counter;
  }

  #increment(counter: number): void {
    const count = this.#count[counter]!;
    const last = this.#lastRank[count]!;
    const rank = this.#rank[counter]!;
    const other = this.#ranked[last]!;
    this.#ranked[rank] = other;
    this.#rank[other] = rank;
    this.#ranked[last] = counter;
    this.#rank[counter] = last;
    this.#lastRank[count] = last - 1;
    this.#count[counter] = count + 1;
    if (count + 1 === this.#lastRank.length) this.#growCounts();
    const bucketExists = last + 1 < this.#capacity && this.#count[this.#ranked[last + 1]!] === count + 1;
    if (!bucketExists) this.#lastRank[count + 1] = last;
  }

  #growCounts(): void {
    const grown = new Int32Array(this.#lastRank.length * 2);
    grown.set(this.#lastRank);
    this.#lastRank = grown;
  }

  /** The cell that holds the key, or the empty one where it belongs. */
  #cellOf(key: KeyId): number {
    const mask = this.#cells.length - 1;
    let cell = this.#homeOf(key);
    for (;;) {
      const counter = this.#cells[cell]!;
      if (counter === EMPTY || this.#key[counter] === key) return cell;
      cell = (cell + 1) & mask;
    }
  }

  /** Fibonacci hashing: the upper half of the product. */
  #homeOf(key: KeyId): number {
    return (Math.imul(key, 0x9e3779b1) >>> 16) & (this.#cells.length - 1);
  }

  /** Empties a cell and closes the gap (Knuth, TAOCP 3, 6.4, Algorithm R). */
  #vacate(emptied: number): void {
    const mask = this.#cells.length - 1;
    let gap = emptied;
    for (let cell = (gap + 1) & mask; this.#cells[cell] !== EMPTY; cell = (cell + 1) & mask) {
      const home = this.#homeOf(this.#key[this.#cells[cell]!]!);
      if (((cell - home) & mask) < ((cell - gap) & mask)) continue;
      this.#cells[gap] = this.#cells[cell]!;
      gap = cell;
    }
    this.#cells[gap] = EMPTY;
  }
}
