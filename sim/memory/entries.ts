/** What one node holds: entries in slots, found by key. Slots that fall free are used again. */

import { widen } from '../requests.ts';
import { type KeyId, NONE } from '../strategy.ts';

const FIRST_CAPACITY = 1024;

export class Entries {
  /** [key] slot plus one; 0 for none. */
  readonly #slotOf: Int32Array;
  /** [slot] */
  #key = new Int32Array(0);
  #bytes = new Int32Array(0);
  /** [slot] the next free one, or NONE. */
  #nextFree = new Int32Array(0);
  #firstFree = NONE;
  count = 0;
  usedBytes = 0;

  constructor(keyCount: number) {
    this.#slotOf = new Int32Array(keyCount);
  }

  get capacity(): number {
    return this.#key.length;
  }

  /** NONE where the key is not held. */
  slotOf(key: KeyId): number {
    return this.#slotOf[key]! - 1;
  }

  keyAt(slot: number): KeyId {
    return this.#key[slot]!;
  }

  bytesAt(slot: number): number {
    return this.#bytes[slot]!;
  }

  /** There is a free slot; otherwise `grow` first. */
  get hasFree(): boolean {
    return this.#firstFree !== NONE;
  }

  grow(): void {
    const from = this.capacity;
    const capacity = Math.max(FIRST_CAPACITY, 2 * from);
    this.#key = widen(this.#key, new Int32Array(capacity));
    this.#bytes = widen(this.#bytes, new Int32Array(capacity));
    this.#nextFree = widen(this.#nextFree, new Int32Array(capacity));
    for (let slot = capacity - 1; slot >= from; slot--) {
      this.#nextFree[slot] = this.#firstFree;
      this.#firstFree = slot;
    }
  }

  add(key: KeyId, bytes: number): number {
    const slot = this.#firstFree;
    this.#firstFree = this.#nextFree[slot]!;
    this.#slotOf[key] = slot + 1;
    this.#key[slot] = key;
    this.#bytes[slot] = bytes;
    this.count++;
    this.usedBytes += bytes;
    return slot;
  }

  resize(slot: number, bytes: number): void {
    this.usedBytes += bytes - this.#bytes[slot]!;
    this.#bytes[slot] = bytes;
  }

  remove(slot: number): void {
    this.#slotOf[this.#key[slot]!] = 0;
    this.#nextFree[slot] = this.#firstFree;
    this.#firstFree = slot;
    this.count--;
    this.usedBytes -= this.#bytes[slot]!;
  }
}
