/**
 * Space-Saving: the heaviest keys of a stream in bounded memory. A key that is not monitored takes the place,
 * and the count, of the lightest one, so a count is never too low. What it may be too high by is remembered; the rest is the
 * guaranteed count.
 *
 * Source: Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data Streams",
 * ICDT 2005. The lightest is kept at the root of a binary heap; keys are found by open addressing.
 */
import type { KeyId } from '../../sim/strategy.ts';

const EMPTY = -1;

export class SpaceSaving {
  readonly #capacity: number;
  /** Heap order: [position], lightest first. */
  readonly #keys: Int32Array;
  readonly #counts: Int32Array;
  /** Count taken over from the key before. */
  readonly #inherited: Int32Array;
  /** Open addressing from key to heap position; twice as many cells as needed at least. */
  readonly #cells: Int32Array;
  #size = 0;
  /** Keys counted since the last reset. */
  total = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#keys = new Int32Array(capacity);
    this.#counts = new Int32Array(capacity);
    this.#inherited = new Int32Array(capacity);
    this.#cells = new Int32Array(2 ** Math.ceil(Math.log2(capacity * 4))).fill(EMPTY);
  }

  /** Memory of the sketch. */
  get bytes(): number {
    return this.#keys.byteLength + 2 * this.#counts.byteLength + this.#cells.byteLength;
  }

  /** HOT. */
  add(key: KeyId): void {
    this.total++;
    let position = this.#positionOf(key);
    if (position === EMPTY) {
      if (this.#size < this.#capacity) {
        position = this.#size++;
        this.#counts[position] = 0;
      } else {
        position = 0;
        this.#forget(this.#keys[0]!);
      }
      this.#keys[position] = key;
      this.#inherited[position] = this.#counts[position]!;
      this.#cells[this.#freeCell(key)] = position;
      position = this.#siftUp(position);
    }
    this.#counts[position] = this.#counts[position]! + 1;
    this.#siftDown(position);
  }

  /** COLD. Visits every monitored key with the count it has at least. */
  forEach(visit: (key: KeyId, atLeast: number) => void): void {
    for (let i = 0; i < this.#size; i++) visit(this.#keys[i]!, this.#counts[i]! - this.#inherited[i]!);
  }

  /** COLD. */
  reset(): void {
    this.#size = 0;
    this.total = 0;
    this.#cells.fill(EMPTY);
  }

  #homeOf(key: KeyId): number {
    return (Math.imul(key, 0x9e3779b1) >>> 7) & (this.#cells.length - 1);
  }

  #positionOf(key: KeyId): number {
    const mask = this.#cells.length - 1;
    for (let cell = this.#homeOf(key); ; cell = (cell + 1) & mask) {
      const position = this.#cells[cell]!;
      if (position === EMPTY || this.#keys[position] === key) return position;
    }
  }

  #freeCell(key: KeyId): number {
    const mask = this.#cells.length - 1;
    let cell = this.#homeOf(key);
    while (this.#cells[cell] !== EMPTY) cell = (cell + 1) & mask;
    return cell;
  }

  /** Where the key at this heap position is filed. */
  #cellOf(position: number): number {
    const mask = this.#cells.length - 1;
    let cell = this.#homeOf(this.#keys[position]!);
    while (this.#cells[cell] !== position) cell = (cell + 1) & mask;
    return cell;
  }

  /** Removes a key from its cell and closes the gap (Knuth, TAOCP 3, 6.4, Algorithm R). */
  #forget(key: KeyId): void {
    const mask = this.#cells.length - 1;
    let gap = this.#homeOf(key);
    while (this.#keys[this.#cells[gap]!] !== key) gap = (gap + 1) & mask;
    for (let cell = (gap + 1) & mask; this.#cells[cell] !== EMPTY; cell = (cell + 1) & mask) {
      const home = this.#homeOf(this.#keys[this.#cells[cell]!]!);
      if (((cell - home) & mask) < ((cell - gap) & mask)) continue;
      this.#cells[gap] = this.#cells[cell]!;
      gap = cell;
    }
    this.#cells[gap] = EMPTY;
  }

  #swap(a: number, b: number): void {
    const cellA = this.#cellOf(a);
    const cellB = this.#cellOf(b);
    exchange(this.#keys, a, b);
    exchange(this.#counts, a, b);
    exchange(this.#inherited, a, b);
    this.#cells[cellA] = b;
    this.#cells[cellB] = a;
  }

  #siftUp(from: number): number {
    let position = from;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (this.#counts[parent]! <= this.#counts[position]!) break;
      this.#swap(parent, position);
      position = parent;
    }
    return position;
  }

  #siftDown(from: number): void {
    let position = from;
    for (;;) {
      let child = 2 * position + 1;
      if (child >= this.#size) return;
      if (child + 1 < this.#size && this.#counts[child + 1]! < this.#counts[child]!) child++;
      if (this.#counts[position]! <= this.#counts[child]!) return;
      this.#swap(position, child);
      position = child;
    }
  }
}

function exchange(array: Int32Array, a: number, b: number): void {
  const value = array[a]!;
  array[a] = array[b]!;
  array[b] = value;
}
