/** Rows in order of time; equal times as they were. */
import type { Nanos } from '../strategy.ts';
import { RowBatch, type RowCursor } from './row-batch.ts';

/**
 * Puts the rows of batches in order when it is known how far back later batches go: what is earlier than all that
 * is still to come goes on, the rest is held. So memory holds what stands out of order, not the recording.
 */
export class InOrder implements RowCursor {
  readonly #rows: RowCursor;
  readonly #earliestLater: ArrayLike<Nanos>;
  readonly #out = new RowBatch(1 << 12);
  #held = new RowBatch(1 << 12);
  #batch = 0;

  /** @param earliestLater [batch] the earliest time in any batch behind it; Infinity for the last */
  constructor(rows: RowCursor, earliestLater: ArrayLike<Nanos>) {
    this.#rows = rows;
    this.#earliestLater = earliestLater;
  }

  next(): RowBatch | null {
    for (let batch = this.#rows.next(); batch !== null; batch = this.#rows.next()) {
      this.#held.append(batch, 0, batch.count);
      sortByTime(this.#held);
      const ready = this.#rowsUpTo(this.#earliestLater[this.#batch++]!);
      if (ready === 0) continue;
      this.#out.count = 0;
      this.#out.append(this.#held, 0, ready);
      this.#held.drop(ready);
      return this.#out;
    }
    return null;
  }

  /** Of equal times the earlier row goes first, so those up to the bound itself are ready. */
  #rowsUpTo(boundNs: Nanos): number {
    const { atNs, count } = this.#held;
    let ready = count;
    while (ready > 0 && atNs[ready - 1]! > boundNs) ready--;
    return ready;
  }
}

/** In place. */
export function sortByTime(rows: RowBatch): void {
  const { atNs, key, op, valueBytes, ttlNs, keysLeft, count } = rows;
  let ascending = true;
  for (let i = 1; i < count && ascending; i++) ascending = atNs[i - 1]! <= atNs[i]!;
  if (ascending) return;
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  order.sort((a, b) => atNs[a]! - atNs[b]! || a - b);
  for (const column of [atNs, key, op, valueBytes, ttlNs, keysLeft]) {
    const before = column.slice(0, count);
    for (let i = 0; i < count; i++) column[i] = before[order[i]!]!;
  }
}
