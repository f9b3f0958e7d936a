/** What finds the heavy keys of one client's requests in bounded memory. */
import type { KeyId } from '../../sim/strategy.ts';

export interface Sketch {
  /** Keys counted, in the same measure as the counts. */
  readonly total: number;
  /** Memory [bytes]. */
  readonly bytes: number;
  /** HOT. Counts one occurrence of the key. */
  add(key: KeyId): void;
  /** COLD. Visits at most `limit` keys, heaviest first. */
  forHeaviest(limit: number, visit: (key: KeyId, count: number) => void): void;
  /** COLD. A window is over: old counts go, or count for less. */
  nextWindow(): void;
}
