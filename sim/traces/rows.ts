/** Replays made of the rows of other replays: what window, filter, sampling, multiplication and merging share. */
import type { ClockTime, Replay } from '../setup.ts';
import type { KeyId, KeyNames, Nanos } from '../strategy.ts';
import { NONE } from '../strategy.ts';
import { formatRatio } from '../units.ts';
import { type KeyDictionary, NameArena } from './key-dictionary.ts';
import { RowBatch, type RowCursor } from './row-batch.ts';

/** Calls `onBatch` for all rows of one pass. */
export function forEachBatch(cursor: RowCursor, onBatch: (batch: RowBatch) => void): void {
  for (let batch = cursor.next(); batch !== null; batch = cursor.next()) onBatch(batch);
}

/** The rows of `cursor` as `change` leaves them, in place; batches that it leaves empty are passed over. */
export function changed(cursor: RowCursor, change: (batch: RowBatch) => void): RowCursor {
  return {
    next() {
      for (let batch = cursor.next(); batch !== null; batch = cursor.next()) {
        change(batch);
        if (batch.count > 0) return batch;
      }
      return null;
    },
  };
}

/**
 * The rows for which `keep` is true, with times from the first of them and only the keys that occur, in the order
 * in which they do. Null when no row is left. Takes one pass to find that out.
 * @param how what tells this selection from others
 */
export function keepRows(
  replay: Replay,
  how: string,
  keep: (batch: RowBatch, row: number) => boolean,
): Replay | null {
  const idOf = new Int32Array(replay.keys.count).fill(NONE);
  const names = new NameArena();
  const addName = adding(replay.keys, names);
  let count = 0;
  let unsized = 0;
  let firstNs = 0;
  let lastNs = 0;
  forEachBatch(sifted(replay.open(), keep), (batch) => {
    if (count === 0) firstNs = batch.atNs[0]!;
    lastNs = batch.atNs[batch.count - 1]!;
    count += batch.count;
    for (let row = 0; row < batch.count; row++) {
      if (batch.valueBytes[row] === 0) unsized++;
      const key = batch.key[row]!;
      if (idOf[key] === NONE) idOf[key] = addName(key);
    }
  });
  if (count === 0) return null;
  return {
    ...replay,
    base: later(replay.base, firstNs),
    count,
    spanNs: lastNs - firstNs,
    unsized,
    keys: names.toTable(),
    digest: `${replay.digest} ${how}`,
    open: () =>
      changed(sifted(replay.open(), keep), ({ atNs, key, count: rows }) => {
        for (let row = 0; row < rows; row++) {
          atNs[row] = atNs[row]! - firstNs;
          key[row] = idOf[key[row]!]!;
        }
      }),
  };
}

function sifted(cursor: RowCursor, keep: (batch: RowBatch, row: number) => boolean): RowCursor {
  return changed(wholeRequests(cursor), (batch) => {
    let kept = 0;
    let first = 0;
    for (let row = 0; row < batch.count; row++) {
      const isLast = batch.keysLeft[row] === 0;
      if (keep(batch, row)) batch.move(row, kept++);
      if (!isLast) continue;
      // Of a request with several keys, those that are left are counted anew.
      for (let left = 0; first < kept - left; left++) batch.keysLeft[kept - 1 - left] = left;
      first = kept;
    }
    batch.count = kept;
  });
}

/** Batches that do not end before the last key of a request. */
function wholeRequests(cursor: RowCursor): RowCursor {
  const joined = new RowBatch(1 << 12);
  return {
    next() {
      let batch = cursor.next();
      if (batch === null || batch.keysLeft[batch.count - 1] === 0) return batch;
      joined.count = 0;
      for (; batch !== null; batch = cursor.next()) {
        joined.append(batch, 0, batch.count);
        if (batch.keysLeft[batch.count - 1] === 0) break;
      }
      return joined;
    },
  };
}

/** Takes up a name from `keys` and returns its id in `names`, which has no more names than `keys`. */
function adding(keys: KeyNames, names: NameArena): (key: KeyId) => KeyId {
  const name = new Uint8Array(keys.maxBytes);
  return (key) => names.add(name, 0, keys.read(key, name));
}

/** Ids of `keys` in another dictionary, which takes up a name when its key is first asked for; NONE when full. */
export function interning(keys: KeyNames, into: KeyDictionary): (key: KeyId) => KeyId {
  const known = new Int32Array(keys.count).fill(NONE);
  const name = new Uint8Array(keys.maxBytes);
  return (key) => {
    if (known[key] === NONE) known[key] = into.intern(name, 0, keys.read(key, name));
    return known[key]!;
  };
}

export function noted(replay: Replay, note: string): Replay {
  return { ...replay, notes: [...replay.notes, note] };
}

/** `5.1%` of `part / whole`, to three digits. */
export function shareText(part: number, whole: number): string {
  return formatRatio(Number((part / whole).toPrecision(3)));
}

/** `time` and `ns` more (or less, when negative). */
export function later(time: ClockTime, ns: Nanos): ClockTime {
  const nanos = time.nanos + (ns % 1e9);
  const carry = Math.floor(nanos / 1e9);
  return { seconds: time.seconds + Math.trunc(ns / 1e9) + carry, nanos: nanos - carry * 1e9 };
}
