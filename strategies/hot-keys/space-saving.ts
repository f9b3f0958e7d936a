/**
 * Space-Saving: the heaviest keys of a stream in bounded memory. A key that is not monitored takes the place,
 * and the count, of a lightest one, so no count is ever too low. What it may be too high by is remembered; the rest
 * is the guaranteed count. Of n counted keys, every one with more than n / capacity is monitored.
 *
 * Source: Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams",
 * ICDT 2005. Their Stream-Summary, a list of buckets of equal count, is kept as one array ordered by count: a count
 * grows by one by swapping the counter with the last of its bucket, which then is the first of the next. That
 * is O(1).
 */
import { type KeyId, NONE } from '../../sim/strategy.ts';
import { KeyIndex } from './key-index.ts';
import type { Sketch } from './sketch.ts';

export class SpaceSaving implements Sketch {
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
  readonly #counterOf: KeyIndex;
  total = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#key = new Int32Array(capacity);
    this.#count = new Int32Array(capacity);
    this.#inherited = new Int32Array(capacity);
    this.#ranked = new Int32Array(capacity);
    this.#rank = new Int32Array(capacity);
    this.#counterOf = new KeyIndex(this.#key);
    this.nextWindow();
  }

  get bytes(): number {
    return 5 * this.#key.byteLength + this.#lastRank.byteLength + this.#counterOf.bytes;
  }

  add(key: KeyId): void {
    this.total++;
    const counter = this.#counterOf.find(key);
    this.#increment(counter === NONE ? this.#replaceLightest(key) : counter);
  }

  /** Each with the count it has at least. */
  forHeaviest(limit: number, visit: (key: KeyId, atLeast: number) => void): void {
    for (let rank = this.#capacity - 1; rank >= Math.max(0, this.#capacity - limit); rank--) {
      const counter = this.#ranked[rank]!;
      if (this.#count[counter] === 0) return;
      visit(this.#key[counter]!, this.#count[counter]! - this.#inherited[counter]!);
    }
  }

  nextWindow(): void {
    this.total = 0;
    this.#key.fill(NONE);
    this.#count.fill(0);
    this.#inherited.fill(0);
    this.#counterOf.clear();
    for (let i = 0; i < this.#capacity; i++) {
      this.#ranked[i] = i;
      this.#rank[i] = i;
    }
    this.#lastRank[0] = this.#capacity - 1;
  }

  #replaceLightest(key: KeyId): number {
    const counter = this.#ranked[0]!;
    if (this.#key[counter] !== NONE) this.#counterOf.remove(counter);
    this.#key[counter] = key;
    this.#inherited[counter] = this.#count[counter]!;
    this.#counterOf.add(counter);
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
}
