/**
 * s3-fifo: a small queue that most entries leave soon, a main queue for those read meanwhile, and ghosts of what left
 * the small one, which go to the main queue when they come back. J. Yang et al., "FIFO Queues are All You Need for
 * Cache Eviction", SOSP 2023, algorithm 1: a tenth of the memory for the small queue, two bits of frequency, promotion
 * after more than one access, as many ghosts as the main queue has entries.
 *
 * A key is a ghost when no more keys than there are ghosts have become one since; so ghosts need no queue.
 */

import { widen } from '../requests.ts';
import { NONE } from '../strategy.ts';
import type { EvictionPolicy, PolicyContext } from './policy.ts';
import { SlotList } from './slot-list.ts';

const SMALL_SHARE = 0.1;
const MAX_FREQUENCY = 3;

export class S3Fifo implements EvictionPolicy {
  readonly #context: PolicyContext;
  readonly #small = new SlotList();
  readonly #main = new SlotList();
  #smallBytes = 0;
  /** [slot] accesses since it came, or since it was passed over; up to MAX_FREQUENCY. */
  #frequency = new Int32Array(0);
  /** [slot] bytes it counts with in the small queue; 0 in the main queue. */
  #inSmall = new Int32Array(0);
  /** [key] which ghost it became, counted from 1; 0 for none. */
  readonly #ghost: Int32Array;
  #ghosts = 0;

  constructor(context: PolicyContext) {
    this.#context = context;
    this.#ghost = new Int32Array(context.keyCount);
  }

  grow(capacity: number): void {
    this.#small.grow(capacity);
    this.#main.grow(capacity);
    this.#frequency = widen(this.#frequency, new Int32Array(capacity));
    this.#inSmall = widen(this.#inSmall, new Int32Array(capacity));
  }

  added(slot: number): void {
    const { entries } = this.#context;
    const key = entries.keyAt(slot);
    const ghost = this.#ghost[key]!;
    this.#frequency[slot] = 0;
    this.#inSmall[slot] = 0;
    this.#ghost[key] = 0;
    if (ghost > 0 && ghost > this.#ghosts - this.#main.size) {
      this.#main.push(slot);
      return;
    }
    this.#small.push(slot);
    this.#inSmall[slot] = entries.bytesAt(slot);
    this.#smallBytes += this.#inSmall[slot]!;
  }

  accessed(slot: number): void {
    if (this.#frequency[slot]! < MAX_FREQUENCY) this.#frequency[slot] = this.#frequency[slot]! + 1;
  }

  removed(slot: number): void {
    if (this.#inSmall[slot]! > 0) this.#leaveSmall(slot);
    else this.#main.remove(slot);
  }

  #leaveSmall(slot: number): void {
    this.#small.remove(slot);
    this.#smallBytes -= this.#inSmall[slot]!;
    this.#inSmall[slot] = 0;
  }

  victim(): number {
    for (;;) {
      const fromSmall = this.#smallBytes >= SMALL_SHARE * this.#context.limitBytes || this.#main.size === 0;
      const slot = fromSmall && this.#small.size > 0 ? this.#fromSmall() : this.#fromMain();
      if (slot !== NONE || this.#small.size + this.#main.size === 0) return slot;
    }
  }

  /** The oldest goes and leaves a ghost, or moves to the main queue. */
  #fromSmall(): number {
    const slot = this.#small.tail;
    if (this.#frequency[slot]! > 1) {
      this.#leaveSmall(slot);
      this.#frequency[slot] = 0;
      this.#main.push(slot);
      return NONE;
    }
    this.#ghost[this.#context.entries.keyAt(slot)] = ++this.#ghosts;
    return slot;
  }

  /** The oldest goes, or has another turn. */
  #fromMain(): number {
    const slot = this.#main.tail;
    if (slot === NONE) return this.#small.tail;
    if (this.#frequency[slot] === 0) return slot;
    this.#frequency[slot] = this.#frequency[slot]! - 1;
    this.#main.remove(slot);
    this.#main.push(slot);
    return NONE;
  }

  *slots(): Iterable<number> {
    yield* this.#main;
    yield* this.#small;
  }
}
