/** A recording as a source: its rows in order, at its speed. */
import type { RecordedWorkload } from '../setup.ts';
import type { KeyNames } from '../strategy.ts';
import type { RowBatch, RowCursor } from '../traces/row-batch.ts';
import { BLOCK_SIZE, type RequestBlock } from './request-block.ts';
import type { RequestSource } from './request-source.ts';

export class RecordedSource implements RequestSource {
  readonly keys: KeyNames;
  readonly #rows: RowCursor;
  readonly #speed: number;
  readonly #defaultBytes: number;
  readonly #durationNs: number;
  /** Null at the end. */
  #batch: RowBatch | null;
  #row = 0;

  constructor({ recording, speed, valueBytes }: RecordedWorkload, durationNs: number) {
    this.keys = recording.keys;
    this.#rows = recording.open();
    this.#speed = speed;
    this.#defaultBytes = valueBytes;
    this.#durationNs = durationNs;
    this.#batch = this.#rows.next();
  }

  fill(block: RequestBlock): number {
    let count = 0;
    while (count < BLOCK_SIZE && this.#batch !== null) {
      const wanted = Math.min(BLOCK_SIZE - count, this.#batch.count - this.#row);
      const copied = this.#copy(this.#batch, block, count, wanted);
      count += copied;
      this.#row += copied;
      if (copied < wanted) this.#batch = null;
      else if (this.#row === this.#batch.count) {
        this.#batch = this.#rows.next();
        this.#row = 0;
      }
    }
    return count;
  }

  /** HOT. Returns how many rows come before the end of the run. */
  #copy(batch: RowBatch, block: RequestBlock, to: number, count: number): number {
    const from = this.#row;
    for (let i = 0; i < count; i++) {
      const atNs = Math.round(batch.atNs[from + i]! / this.#speed);
      if (atNs >= this.#durationNs) return i;
      block.atNs[to + i] = atNs;
      block.key[to + i] = batch.key[from + i]!;
      block.op[to + i] = batch.op[from + i]!;
      block.valueBytes[to + i] = batch.valueBytes[from + i]! || this.#defaultBytes;
      block.ttlNs[to + i] = batch.ttlNs[from + i]!;
      block.keysLeft[to + i] = batch.keysLeft[from + i]!;
    }
    return count;
  }
}
