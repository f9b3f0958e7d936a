/**
 * Arena of open multi-gets: several keys asked for at once, each on its own node, answered when the last one is.
 * The tail of a multi-get is the tail of the slowest of its nodes (J. Dean and L. A. Barroso, "The Tail at
 * Scale", CACM 56(2), 2013).
 */
import { widen } from './requests.ts';
import { OUTCOME } from './strategy.ts';

export class MultiGets {
  /** Of its first key: the identity of the whole request. */
  ordinal = new Float64Array(0);
  arrivedNs = new Float64Array(0);
  client = new Int32Array(0);
  /** OUTCOME of the first key that failed, or ok. */
  outcome = new Uint8Array(0);
  /** 1 once a key ended because the deadline was over. */
  late = new Uint8Array(0);
  /** Keys without an answer. */
  #left = new Int32Array(0);
  #free = new Int32Array(0);
  #freeCount = 0;
  /** Keys open now, over all multi-gets; counted up by who takes them in. */
  openKeys = 0;

  /** Multi-gets open now. */
  get open(): number {
    return this.#free.length - this.#freeCount;
  }

  take(keys: number, ordinal: number, arrivedNs: number, client: number): number {
    if (this.#freeCount === 0) this.#grow();
    const index = this.#free[--this.#freeCount]!;
    this.ordinal[index] = ordinal;
    this.arrivedNs[index] = arrivedNs;
    this.client[index] = client;
    this.outcome[index] = OUTCOME.ok;
    this.late[index] = 0;
    this.#left[index] = keys;
    return index;
  }

  /** One key ended. True when it was the last; the multi-get is free then, and its columns stay until the next `take`. */
  ended(index: number, outcome: number): boolean {
    if (this.outcome[index] === OUTCOME.ok) this.outcome[index] = outcome;
    this.openKeys--;
    const left = this.#left[index]! - 1;
    this.#left[index] = left;
    if (left > 0) return false;
    this.#free[this.#freeCount++] = index;
    return true;
  }

  #grow(): void {
    const from = this.#free.length;
    const capacity = Math.max(256, from * 2);
    this.ordinal = widen(this.ordinal, new Float64Array(capacity));
    this.arrivedNs = widen(this.arrivedNs, new Float64Array(capacity));
    this.client = widen(this.client, new Int32Array(capacity));
    this.outcome = widen(this.outcome, new Uint8Array(capacity));
    this.late = widen(this.late, new Uint8Array(capacity));
    this.#left = widen(this.#left, new Int32Array(capacity));
    this.#free = new Int32Array(capacity);
    for (let index = capacity - 1; index >= from; index--) this.#free[this.#freeCount++] = index;
  }
}
