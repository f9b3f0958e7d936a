/** lru: the one accessed longest ago goes, exactly. fifo: the one that came first, whether read since or not. */
import type { EvictionPolicy } from './policy.ts';
import { SlotList } from './slot-list.ts';

export class QueueEviction implements EvictionPolicy {
  readonly #queue = new SlotList();
  readonly #renews: boolean;

  /** @param renews whether an access counts as a new arrival (lru) or not (fifo) */
  constructor(renews: boolean) {
    this.#renews = renews;
  }

  grow(capacity: number): void {
    this.#queue.grow(capacity);
  }

  added(slot: number): void {
    this.#queue.push(slot);
  }

  accessed(slot: number): void {
    if (!this.#renews || this.#queue.head === slot) return;
    this.#queue.remove(slot);
    this.#queue.push(slot);
  }

  removed(slot: number): void {
    this.#queue.remove(slot);
  }

  victim(): number {
    return this.#queue.tail;
  }

  slots(): Iterable<number> {
    return this.#queue;
  }
}
