/** A recording from memory to replay and back: for what needs all of its columns at once, and for short ones. */
import { createHash } from 'node:crypto';
import type { Recording, Replay } from '../setup.ts';
import { RowBatch, type RowCursor } from './row-batch.ts';

const BATCH_ROWS = 4096;

export function replayOf(recording: Recording): Replay {
  const { atNs, key, op, valueBytes, ttlNs, ...head } = recording;
  let unsized = 0;
  for (let i = 0; i < recording.count; i++) if (valueBytes[i] === 0) unsized++;
  return {
    ...head,
    spanNs: recording.count > 0 ? atNs[recording.count - 1]! : 0,
    unsized,
    setsTtl: ttlNs !== null,
    notes: [],
    digest: digestOf(recording),
    open: () => new Columns(recording),
  };
}

function digestOf({ atNs, key, op, valueBytes, ttlNs, keys }: Recording): string {
  const hash = createHash('sha256');
  for (const column of [atNs, key, op, valueBytes, ...(ttlNs === null ? [] : [ttlNs])]) hash.update(column);
  const name = new Uint8Array(keys.maxBytes);
  for (let id = 0; id < keys.count; id++) {
    const length = keys.read(id, name);
    hash.update(Int32Array.of(length)).update(name.subarray(0, length));
  }
  return hash.digest('hex');
}

export function inMemory({ open, spanNs: _span, unsized: _unsized, setsTtl, ...replay }: Replay): Recording {
  const rows = new RowBatch(replay.count);
  const cursor = open();
  for (let batch = cursor.next(); batch !== null; batch = cursor.next()) rows.append(batch, 0, batch.count);
  const { atNs, key, op, valueBytes, ttlNs } = rows;
  return { ...replay, atNs, key, op, valueBytes, ttlNs: setsTtl ? ttlNs : null };
}

class Columns implements RowCursor {
  readonly #recording: Recording;
  readonly #batch = new RowBatch(BATCH_ROWS);
  #next = 0;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  next(): RowBatch | null {
    const { atNs, key, op, valueBytes, ttlNs, count } = this.#recording;
    const from = this.#next;
    const to = Math.min(count, from + BATCH_ROWS);
    if (from === to) return null;
    const batch = this.#batch;
    batch.atNs.set(atNs.subarray(from, to));
    batch.key.set(key.subarray(from, to));
    batch.op.set(op.subarray(from, to));
    batch.valueBytes.set(valueBytes.subarray(from, to));
    if (ttlNs !== null) batch.ttlNs.set(ttlNs.subarray(from, to));
    else batch.ttlNs.fill(0, 0, to - from);
    batch.count = to - from;
    this.#next = to;
    return batch;
  }
}
