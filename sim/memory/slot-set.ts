/** A set of slots that can be drawn from at random: a dense list, and where in it each slot stands. */

import { widen } from '../requests.ts';
import type { Rng } from '../strategy.ts';

export class SlotSet {
  #list = new Int32Array(0);
  /** [slot] place in the list plus one; 0 for none. */
  #place = new Int32Array(0);
  size = 0;

  grow(capacity: number): void {
    this.#list = widen(this.#list, new Int32Array(capacity));
    this.#place = widen(this.#place, new Int32Array(capacity));
  }

  has(slot: number): boolean {
    return this.#place[slot]! > 0;
  }

  add(slot: number): void {
    if (this.has(slot)) return;
    this.#list[this.size++] = slot;
    this.#place[slot] = this.size;
  }

  /** The last one takes its place. */
  remove(slot: number): void {
    const place = this.#place[slot]!;
    if (place === 0) return;
    const last = this.#list[--this.size]!;
    this.#list[place - 1] = last;
    this.#place[last] = place;
    this.#place[slot] = 0;
  }

  /** The set must not be empty. */
  any(rng: Rng): number {
    return this.#list[rng.below(this.size)]!;
  }

  *[Symbol.iterator](): Iterator<number> {
    for (let i = 0; i < this.size; i++) yield this.#list[i]!;
  }
}
