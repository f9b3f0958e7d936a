/**
 * Finds the slot of a key: open addressing with linear probing, at most a quarter full, so a look-up ends after
 * a cell or two. Deletion closes the gap instead of leaving tombstones (Knuth, TAOCP 3, 6.4, Algorithm R).
 */
import { type KeyId, NONE } from '../../sim/strategy.ts';

export class KeyIndex {
  /** [slot] the key it holds; the owner of the slots writes it */
  readonly #keyOf: Int32Array;
  /** [cell] slot or NONE */
  readonly #cells: Int32Array;
  readonly #mask: number;

  constructor(keyOf: Int32Array) {
    this.#keyOf = keyOf;
    this.#cells = new Int32Array(2 ** Math.ceil(Math.log2(keyOf.length * 4))).fill(NONE);
    this.#mask = this.#cells.length - 1;
  }

  get bytes(): number {
    return this.#cells.byteLength;
  }

  /** HOT. The slot that holds the key, or NONE. */
  find(key: KeyId): number {
    return this.#cells[this.#cellOf(key)]!;
  }

  /** HOT. `keyOf[slot]` is a key that no other slot holds. */
  add(slot: number): void {
    this.#cells[this.#cellOf(this.#keyOf[slot]!)] = slot;
  }

  /** HOT. The slot's key is about to change or go. */
  remove(slot: number): void {
    let gap = this.#cellOf(this.#keyOf[slot]!);
    for (let cell = (gap + 1) & this.#mask; this.#cells[cell] !== NONE; cell = (cell + 1) & this.#mask) {
      const home = this.#homeOf(this.#keyOf[this.#cells[cell]!]!);
      if (((cell - home) & this.#mask) < ((cell - gap) & this.#mask)) continue;
      this.#cells[gap] = this.#cells[cell]!;
      gap = cell;
    }
    this.#cells[gap] = NONE;
  }

  clear(): void {
    this.#cells.fill(NONE);
  }

  /** The cell that holds the key, or the empty one where it belongs. */
  #cellOf(key: KeyId): number {
    let cell = this.#homeOf(key);
    for (;;) {
      const slot = this.#cells[cell]!;
      if (slot === NONE || this.#keyOf[slot] === key) return cell;
      cell = (cell + 1) & this.#mask;
    }
  }

  /** Fibonacci hashing: the product's high bits, as many as the table needs. */
  #homeOf(key: KeyId): number {
    return (Math.imul(key, 0x9e3779b1) >>> 8) & this.#mask;
  }
}
