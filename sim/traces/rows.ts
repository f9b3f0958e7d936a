/** Recordings made of rows of other recordings: what window, filter, sampling, multiplication and merging share. */
import type { ClockTime, Recording } from '../setup.ts';
import type { KeyId, KeyNames, Nanos } from '../strategy.ts';
import { NONE } from '../strategy.ts';
import { formatRatio } from '../units.ts';
import { KeyDictionary } from './key-dictionary.ts';

/** More requests are not held in memory. */
export const MAX_ROWS = 100_000_000;

/**
 * The rows for which `keep` is true, with times from the first of them and only the keys that occur.
 * Null when no row is left.
 */
export function keepRows(recording: Recording, keep: (row: number) => boolean): Recording | null {
  let count = 0;
  const rows = new Uint32Array(recording.count);
  for (let row = 0; row < recording.count; row++) if (keep(row)) rows[count++] = row;
  if (count === 0) return null;
  const kept = rows.subarray(0, count);
  const keys = new KeyDictionary();
  const idOf = interning(recording.keys, keys);
  const { atNs, key, op, valueBytes, ttlNs } = recording;
  const firstNs = atNs[kept[0]!]!;
  return {
    ...recording,
    base: later(recording.base, firstNs),
    count,
    atNs: Float64Array.from(kept, (row) => atNs[row]! - firstNs),
    key: Int32Array.from(kept, (row) => idOf(key[row]!)),
    op: Uint8Array.from(kept, (row) => op[row]!),
    valueBytes: Int32Array.from(kept, (row) => valueBytes[row]!),
    ttlNs: ttlNs && Float64Array.from(kept, (row) => ttlNs[row]!),
    keys: keys.toTable(),
  };
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

export function noted(recording: Recording, note: string): Recording {
  return { ...recording, notes: [...recording.notes, note] };
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
