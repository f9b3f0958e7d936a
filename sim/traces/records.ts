/** Cuts a byte stream into records of fixed size, whatever the chunk borders. */
import type { RowLog } from './reader.ts';

/** The record at `view` offset `at`; valid during the call only. `record` counts from 1. */
export type RecordHandler = (view: DataView, at: number, record: number) => void;

export async function forEachRecord(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
  log: RowLog,
  onRecord: RecordHandler,
): Promise<void> {
  const held = new Uint8Array(size);
  const heldView = new DataView(held.buffer);
  let heldBytes = 0;
  for await (const chunk of chunks) {
    let at = 0;
    if (heldBytes > 0) {
      at = Math.min(size - heldBytes, chunk.length);
      held.set(chunk.subarray(0, at), heldBytes);
      heldBytes += at;
      if (heldBytes < size) continue;
      onRecord(heldView, 0, ++log.rowsRead);
    }
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (; at + size <= chunk.length; at += size) onRecord(view, at, ++log.rowsRead);
    held.set(chunk.subarray(at));
    heldBytes = chunk.length - at;
  }
  if (heldBytes > 0) log.bad(++log.rowsRead, `the file ends inside a record of ${size} bytes`, '');
}

const DIGITS = 20;

/** Writes unsigned integers as decimal key names: `bytes[start .. 20)` after `write`. */
export class DecimalName {
  readonly bytes = new Uint8Array(DIGITS);
  readonly end = DIGITS;
  start = DIGITS;

  /** @param low, high the two 32-bit halves, unsigned */
  write(low: number, high: number): void {
    let at = DIGITS;
    let upper = high;
    let lower = low;
    while (upper > 0) {
      // One decimal digit by long division in base 2^32.
      const rest = upper % 10;
      upper = (upper - rest) / 10;
      const dividend = rest * 2 ** 32 + lower;
      lower = Math.floor(dividend / 10);
      this.bytes[--at] = 0x30 + (dividend - 10 * lower);
    }
    do {
      const next = Math.floor(lower / 10);
      this.bytes[--at] = 0x30 + (lower - 10 * next);
      lower = next;
    } while (lower > 0);
    this.start = at;
  }
}
