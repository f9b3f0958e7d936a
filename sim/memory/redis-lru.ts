/**
 * allkeys-lru and volatile-lru as Redis approximates them: of a few drawn keys the one idle for longest. A key keeps
 * the time of its last access in 24 bits of seconds (LRU_CLOCK_RESOLUTION, LRU_CLOCK_MAX in Redis's server.h), so that
 * within a second Redis cannot tell older from newer.
 */

import { widen } from '../requests.ts';
import { EvictionPool } from './eviction-pool.ts';
import type { EvictionPolicy, PolicyContext } from './policy.ts';
import type { SlotSet } from './slot-set.ts';

const RESOLUTION_NS = 1e9;
const CLOCK_MAX = 2 ** 24 - 1;

export class RedisLru implements EvictionPolicy {
  readonly #context: PolicyContext;
  readonly #candidates: SlotSet;
  readonly #pool = new EvictionPool();
  /** [slot] when it was accessed last, by the clock. */
  #accessed = new Int32Array(0);
  readonly #idleOf = (slot: number): number => {
    const clock = this.#clock();
    const then = this.#accessed[slot]!;
    return clock >= then ? clock - then : clock + CLOCK_MAX - then;
  };

  constructor(context: PolicyContext, candidates: SlotSet) {
    this.#context = context;
    this.#candidates = candidates;
  }

  #clock(): number {
    return Math.floor(this.#context.time.nowNs / RESOLUTION_NS) & CLOCK_MAX;
  }

  grow(capacity: number): void {
    this.#accessed = widen(this.#accessed, new Int32Array(capacity));
  }

  added(slot: number): void {
    this.#accessed[slot] = this.#clock();
  }

  accessed(slot: number): void {
    this.#accessed[slot] = this.#clock();
  }

  removed(): void {}

  victim(): number {
    const { entries, samples, rng } = this.#context;
    return this.#pool.pick(entries, this.#candidates, samples, rng, this.#idleOf);
  }

  slots(): Iterable<number> {
    return this.#context.all;
  }

  inherit(slot: number, from: RedisLru, fromSlot: number): void {
    this.#accessed[slot] = from.#accessed[fromSlot]!;
  }
}
