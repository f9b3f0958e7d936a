/**
 * sieve: a queue in order of arrival, a bit per entry for "read since", and a hand that moves from the oldest to the
 * newest, clears bits, and evicts the first entry without one. It stays where it was. Y. Zhang et al., "SIEVE is
 * Simpler than LRU", NSDI 2024, algorithm 1.
 */

import { widen } from '../requests.ts';
import { NONE } from '../strategy.ts';
import type { EvictionPolicy } from './policy.ts';
import { SlotList } from './slot-list.ts';

export class Sieve implements EvictionPolicy {
  readonly #queue = new SlotList();
  /** [slot] 1 when it was read since the hand passed. */
  #visited = new Int32Array(0);
  #hand = NONE;

  grow(capacity: number): void {
    this.#queue.grow(capacity);
    this.#visited = widen(this.#visited, new Int32Array(capacity));
  }

  added(slot: number): void {
    this.#visited[slot] = 0;
    this.#queue.push(slot);
  }

  accessed(slot: number): void {
    this.#visited[slot] = 1;
  }

  removed(slot: number): void {
    if (slot === this.#hand) this.#hand = this.#queue.newer(slot);
    this.#queue.remove(slot);
  }

  victim(): number {
    const queue = this.#queue;
    if (queue.size === 0) return NONE;
    let slot = this.#hand === NONE ? queue.tail : this.#hand;
    while (this.#visited[slot] === 1) {
      this.#visited[slot] = 0;
      slot = queue.newer(slot);
      if (slot === NONE) slot = queue.tail;
    }
    this.#hand = slot;
    return slot;
  }

  slots(): Iterable<number> {
    return this.#queue;
  }
}
