/** A queue of slots from which any may be taken: a doubly linked list on typed arrays. */

import { widen } from '../requests.ts';
import { NONE } from '../strategy.ts';

export class SlotList {
  /** [slot] its neighbours towards the head and towards the tail, or NONE. */
  #newer = new Int32Array(0);
  #older = new Int32Array(0);
  /** Came last. */
  head = NONE;
  /** Came first. */
  tail = NONE;
  size = 0;

  grow(capacity: number): void {
    this.#newer = widen(this.#newer, new Int32Array(capacity));
    this.#older = widen(this.#older, new Int32Array(capacity));
  }

  newer(slot: number): number {
    return this.#newer[slot]!;
  }

  push(slot: number): void {
    this.#newer[slot] = NONE;
    this.#older[slot] = this.head;
    if (this.head === NONE) this.tail = slot;
    else this.#newer[this.head] = slot;
    this.head = slot;
    this.size++;
  }

  remove(slot: number): void {
    const newer = this.#newer[slot]!;
    const older = this.#older[slot]!;
    if (newer === NONE) this.head = older;
    else this.#older[newer] = older;
    if (older === NONE) this.tail = newer;
    else this.#newer[older] = newer;
    this.size--;
  }

  /** From the tail on. */
  *[Symbol.iterator](): Iterator<number> {
    for (let slot = this.tail; slot !== NONE; slot = this.#newer[slot]!) yield slot;
  }
}
