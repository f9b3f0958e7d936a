/**
 * allkeys-lfu and volatile-lfu as Redis does them: eight bits that count accesses by their logarithm (R. Morris, CACM
 * 1978), less one for every minute since the last access. Defaults of redis.conf: lfu-log-factor 10, lfu-decay-time 1;
 * a new key starts at 5, lest it go at once (LFU_INIT_VAL; LFULogIncr and LFUDecrAndReturn in evict.c).
 */

import { widen } from '../requests.ts';
import { EvictionPool } from './eviction-pool.ts';
import type { EvictionPolicy, PolicyContext } from './policy.ts';
import type { SlotSet } from './slot-set.ts';

const INITIAL = 5;
const MAX = 255;
const LOG_FACTOR = 10;
const DECAY_NS = 60e9;
/** Minutes are kept in 16 bits. */
const MINUTES = 2 ** 16;

export class RedisLfu implements EvictionPolicy {
  readonly #context: PolicyContext;
  readonly #candidates: SlotSet;
  readonly #pool = new EvictionPool();
  /** [slot] minute of the last access above, counter in the low eight bits. */
  #word = new Int32Array(0);
  readonly #idleOf = (slot: number): number => MAX - this.counter(slot);

  constructor(context: PolicyContext, candidates: SlotSet) {
    this.#context = context;
    this.#candidates = candidates;
  }

  /** As decayed by now. */
  counter(slot: number): number {
    const word = this.#word[slot]!;
    const minutes = (this.#minute() - (word >>> 8) + MINUTES) % MINUTES;
    return Math.max(0, (word & MAX) - minutes);
  }

  #minute(): number {
    return Math.floor(this.#context.time.nowNs / DECAY_NS) % MINUTES;
  }

  grow(capacity: number): void {
    this.#word = widen(this.#word, new Int32Array(capacity));
  }

  added(slot: number): void {
    this.#word[slot] = (this.#minute() << 8) | INITIAL;
  }

  accessed(slot: number): void {
    let counter = this.counter(slot);
    const above = Math.max(0, counter - INITIAL);
    if (counter < MAX && this.#context.rng.float() < 1 / (above * LOG_FACTOR + 1)) counter++;
    this.#word[slot] = (this.#minute() << 8) | counter;
  }

  removed(): void {}

  victim(): number {
    const { entries, samples, rng } = this.#context;
    return this.#pool.pick(entries, this.#candidates, samples, rng, this.#idleOf);
  }

  slots(): Iterable<number> {
    return this.#context.all;
  }

  inherit(slot: number, from: RedisLfu, fromSlot: number): void {
    this.#word[slot] = from.#word[fromSlot]!;
  }
}
