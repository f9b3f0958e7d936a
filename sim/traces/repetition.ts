/**
 * A recording again and again. From the last request of a pass to the first of the next is a mean gap, so the rate
 * is that of one pass. Every pass is alike to the nanosecond: long runs of a short recording measure the recording
 * well, but not what lies outside it.
 */
import { InputError } from '../errors.ts';
import type { Recording } from '../setup.ts';
import type { Nanos } from '../strategy.ts';
import { formatDuration } from '../units.ts';
import { MAX_ROWS, noted } from './rows.ts';

/** @throws InputError at `where` when it spans no time, or would be too long */
export function repeated(recording: Recording, passes: number, where: string): Recording {
  const long = copied(recording, passes * recording.count, where);
  return noted(long, `the recording ${passes} times in a row`);
}

/** As often as needed until `durationNs` at `speed`; as it is when it lasts that long by itself. */
export function repeatedToFill(
  recording: Recording,
  durationNs: Nanos,
  speed: number,
  where: string,
): Recording {
  const { atNs, count } = recording;
  const periodNs = periodOf(recording, where);
  const fits = (at: Nanos): boolean => Math.round(at / speed) < durationNs;
  const passes = Math.floor((durationNs * speed) / periodNs);
  const lastPassAtNs = Math.round(passes * periodNs);
  const rest = atNs.findLastIndex((at) => fits(lastPassAtNs + at)) + 1;
  const rows = passes * count + rest;
  if (rows <= count) return recording;
  const times = Number((rows / count).toPrecision(3));
  return noted(
    copied(recording, rows, where),
    `the recording ${times} times in a row, to fill ${formatDuration(durationNs)}`,
  );
}

/** The first `rows` requests of endless passes. */
function copied(recording: Recording, rows: number, where: string): Recording {
  if (rows > MAX_ROWS)
    throw new InputError(
      where,
      `${rows} requests are too many to hold in memory (${MAX_ROWS}): repeat it less often`,
    );
  const { atNs, key, op, valueBytes, ttlNs, count } = recording;
  const periodNs = periodOf(recording, where);
  const out = {
    atNs: new Float64Array(rows),
    key: new Int32Array(rows),
    op: new Uint8Array(rows),
    valueBytes: new Int32Array(rows),
    ttlNs: ttlNs && new Float64Array(rows),
  };
  for (let from = 0, pass = 0; from < rows; from += count, pass++) {
    const length = Math.min(count, rows - from);
    const startNs = Math.round(pass * periodNs);
    for (let i = 0; i < length; i++) out.atNs[from + i] = startNs + atNs[i]!;
    out.key.set(key.subarray(0, length), from);
    out.op.set(op.subarray(0, length), from);
    out.valueBytes.set(valueBytes.subarray(0, length), from);
    if (out.ttlNs !== null) out.ttlNs.set(ttlNs!.subarray(0, length), from);
  }
  return { ...recording, count: rows, ...out };
}

/** From a first request to the next one: n requests span n - 1 gaps. */
function periodOf({ atNs, count }: Recording, where: string): number {
  const spanNs = atNs[count - 1]!;
  if (spanNs === 0) throw new InputError(where, 'the recording spans no time: it cannot be repeated');
  return (spanNs * count) / (count - 1);
}
