/**
 * Requests on their way from a recording to the engine: some thousands at a time, as columns, pulled by whoever is
 * next. So a recording of any length passes through memory of the same size, again for every pass over it.
 */
import type { KeyId, Nanos } from '../strategy.ts';

export class RowBatch {
  count = 0;
  /** Since the first request of the recording; ascending. */
  atNs: Float64Array<ArrayBuffer>;
  key: Int32Array<ArrayBuffer>;
  op: Uint8Array<ArrayBuffer>;
  /** 0 where the recording does not say. */
  valueBytes: Int32Array<ArrayBuffer>;
  /** 0 where the request sets no expiry. */
  ttlNs: Float64Array<ArrayBuffer>;
  /** Further keys of the same request that follow; 0 for the last and for single ones. */
  keysLeft: Int32Array<ArrayBuffer>;

  constructor(capacity: number) {
    this.atNs = new Float64Array(capacity);
    this.key = new Int32Array(capacity);
    this.op = new Uint8Array(capacity);
    this.valueBytes = new Int32Array(capacity);
    this.ttlNs = new Float64Array(capacity);
    this.keysLeft = new Int32Array(capacity);
  }

  push(atNs: Nanos, key: KeyId, op: number, valueBytes: number, ttlNs: Nanos, keysLeft: number): void {
    const at = this.count;
    if (at === this.atNs.length) this.#resize(2 * at);
    this.atNs[at] = atNs;
    this.key[at] = key;
    this.op[at] = op;
    this.valueBytes[at] = valueBytes;
    this.ttlNs[at] = ttlNs;
    this.keysLeft[at] = keysLeft;
    this.count = at + 1;
  }

  /** Rows `start .. end` of another batch, behind those there are. */
  append(from: RowBatch, start: number, end: number): void {
    const at = this.count;
    const count = at + end - start;
    if (count > this.atNs.length) this.#resize(Math.max(count, 2 * this.atNs.length));
    this.atNs.set(from.atNs.subarray(start, end), at);
    this.key.set(from.key.subarray(start, end), at);
    this.op.set(from.op.subarray(start, end), at);
    this.valueBytes.set(from.valueBytes.subarray(start, end), at);
    this.ttlNs.set(from.ttlNs.subarray(start, end), at);
    this.keysLeft.set(from.keysLeft.subarray(start, end), at);
    this.count = count;
  }

  /** Takes the first `rows` rows away; the others move up. */
  drop(rows: number): void {
    for (const column of [this.atNs, this.key, this.op, this.valueBytes, this.ttlNs, this.keysLeft])
      column.copyWithin(0, rows, this.count);
    this.count -= rows;
  }

  /** Row `from` takes the place of row `to`. */
  move(from: number, to: number): void {
    this.atNs[to] = this.atNs[from]!;
    this.key[to] = this.key[from]!;
    this.op[to] = this.op[from]!;
    this.valueBytes[to] = this.valueBytes[from]!;
    this.ttlNs[to] = this.ttlNs[from]!;
    this.keysLeft[to] = this.keysLeft[from]!;
  }

  /** No capacity beyond the rows there are. */
  trim(): void {
    this.#resize(this.count);
  }

  #resize(capacity: number): void {
    this.atNs = new Float64Array(this.atNs.buffer.transfer(8 * capacity));
    this.key = new Int32Array(this.key.buffer.transfer(4 * capacity));
    this.op = new Uint8Array(this.op.buffer.transfer(capacity));
    this.valueBytes = new Int32Array(this.valueBytes.buffer.transfer(4 * capacity));
    this.ttlNs = new Float64Array(this.ttlNs.buffer.transfer(8 * capacity));
    this.keysLeft = new Int32Array(this.keysLeft.buffer.transfer(4 * capacity));
  }
}

export interface RowCursor {
  /** The next rows, at least one; the caller's to change until the next call. Null at the end and ever after. */
  next(): RowBatch | null;
}
