/**
 * Which rows of a trace are taken: sizes and names that no cache has are refused, and so is a time that goes
 * backwards by more than the reorder window. A request that is less early stands out of order, because several
 * threads write one log, or a clock is slewed; it is counted, and sorted in by whoever holds the rows.
 */
import type { Nanos } from '../strategy.ts';
import { MAX_KEY_BYTES } from './key-dictionary.ts';

export const REORDER_WINDOW_NS = 1e9;
const MAX_VALUE_BYTES = 2 ** 31 - 1;

export class RowGuard {
  readonly #reorderWindowNs: Nanos;
  #latestNs = Number.NEGATIVE_INFINITY;
  /** Of the first row. */
  baseSeconds = 0;
  baseNanos = 0;
  /** Of the row at hand, since the first one; negative when it is earlier. */
  atNs = 0;
  /** Rows earlier than one before them. */
  reordered = 0;

  constructor(reorderWindowNs: Nanos) {
    this.#reorderWindowNs = reorderWindowNs;
  }

  /** Why the row is refused, or null. */
  refuse(seconds: number, nanos: number, keyBytes: number, valueBytes: number): string | null {
    if (!(valueBytes >= 0 && valueBytes <= MAX_VALUE_BYTES)) return 'value size above 2 GiB';
    if (keyBytes > MAX_KEY_BYTES) return `key longer than ${MAX_KEY_BYTES} bytes`;
    if (this.#latestNs < 0) {
      this.baseSeconds = seconds;
      this.baseNanos = nanos;
      this.#latestNs = 0;
    }
    const atNs = (seconds - this.baseSeconds) * 1e9 + (nanos - this.baseNanos);
    if (!(Math.abs(atNs) <= Number.MAX_SAFE_INTEGER)) return 'more than 104 days from the first row';
    if (atNs >= this.#latestNs) this.#latestNs = atNs;
    else if (this.#latestNs - atNs <= this.#reorderWindowNs) this.reordered += 1;
    else return `time goes backwards by more than ${this.#reorderWindowNs / 1e9} s`;
    this.atNs = atNs;
    return null;
  }
}
