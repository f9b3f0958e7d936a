/**
 * Redis's approximation of an order over all keys: a few are drawn for each eviction, and the best candidates seen so
 * far are kept in a pool of sixteen, sorted by how idle they are (EVPOOL_SIZE, evictionPoolPopulate and
 * performEvictions in Redis's evict.c). The pool keeps keys, with the idleness they had when they were drawn: one that
 * was read since may go all the same, one that is gone is passed over.
 *
 * Redis takes neighbours in its hash table, where they lie at random; here each is drawn on its own.
 */
import { type KeyId, NONE, type Rng } from '../strategy.ts';
import type { Entries } from './entries.ts';
import type { SlotSet } from './slot-set.ts';

const POOL_SIZE = 16;

export class EvictionPool {
  readonly #key = new Int32Array(POOL_SIZE);
  /** Ascending. */
  readonly #idle = new Float64Array(POOL_SIZE);
  #size = 0;

  /** The slot to evict from `candidates`; NONE where there are none. */
  pick(
    entries: Entries,
    candidates: SlotSet,
    samples: number,
    rng: Rng,
    idleOf: (slot: number) => number,
  ): number {
    while (candidates.size > 0) {
      for (let drawn = 0; drawn < samples; drawn++) {
        const slot = candidates.any(rng);
        this.#offer(entries.keyAt(slot), idleOf(slot));
      }
      while (this.#size > 0) {
        const slot = entries.slotOf(this.#key[--this.#size]!);
        if (slot !== NONE && candidates.has(slot)) return slot;
      }
    }
    return NONE;
  }

  #offer(key: KeyId, idle: number): void {
    const keys = this.#key;
    const idles = this.#idle;
    let at = 0;
    while (at < this.#size && idles[at]! < idle) at++;
    if (this.#size === POOL_SIZE) {
      if (at === 0) return;
      at--;
      keys.copyWithin(0, 1, at + 1);
      idles.copyWithin(0, 1, at + 1);
    } else {
      keys.copyWithin(at + 1, at, this.#size);
      idles.copyWithin(at + 1, at, this.#size);
      this.#size++;
    }
    keys[at] = key;
    idles[at] = idle;
  }
}
