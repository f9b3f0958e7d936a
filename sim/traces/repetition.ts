/**
 * A recording again and again. From the last request of a pass to the first of the next is a mean gap, so the rate
 * is that of one pass. Every pass is alike to the nanosecond: long runs of a short recording measure the recording
 * well, but not what lies outside it.
 */
import { InputError } from '../errors.ts';
import type { Replay } from '../setup.ts';
import type { Nanos } from '../strategy.ts';
import { formatDuration } from '../units.ts';
import type { RowBatch, RowCursor } from './row-batch.ts';
import { noted } from './rows.ts';

/** @throws InputError at `where` when it spans no time */
export function repeated(replay: Replay, passes: number, where: string): Replay {
  const periodNs = periodOf(replay, where);
  const last = { startNs: Math.round((passes - 1) * periodNs), ...replay };
  const long = inARow(replay, periodNs, passes - 1, last);
  return noted(long, `the recording ${passes} times in a row`);
}

/** As often as needed until `durationNs` at `speed`; as it is when it lasts that long by itself. */
export function repeatedToFill(replay: Replay, durationNs: Nanos, speed: number, where: string): Replay {
  const periodNs = periodOf(replay, where);
  const passes = Math.floor((durationNs * speed) / periodNs);
  const startNs = Math.round(passes * periodNs);
  const last = { startNs, ...partUntil(replay, (at) => Math.round((startNs + at) / speed) < durationNs) };
  const rows = passes * replay.count + last.count;
  if (rows <= replay.count) return replay;
  const times = Number((rows / replay.count).toPrecision(3));
  return noted(
    inARow(replay, periodNs, passes, last),
    `the recording ${times} times in a row, to fill ${formatDuration(durationNs)}`,
  );
}

/** The start of a recording. */
type Part = Pick<Replay, 'count' | 'spanNs' | 'unsized'>;

/** The requests before the first whose time does not fit. */
export function partUntil(replay: Replay, fits: (atNs: Nanos) => boolean): Part {
  let count = 0;
  let spanNs = 0;
  let unsized = 0;
  const cursor = replay.open();
  for (let batch = cursor.next(); batch !== null; batch = cursor.next()) {
    for (let row = 0; row < batch.count; row++) {
      if (!fits(batch.atNs[row]!)) return { count, spanNs, unsized };
      spanNs = batch.atNs[row]!;
      if (batch.valueBytes[row] === 0) unsized++;
      count++;
    }
  }
  return { count, spanNs, unsized };
}

/** Whole passes, then a part of one, which may be empty. */
function inARow(
  replay: Replay,
  periodNs: number,
  passes: number,
  last: Part & { readonly startNs: Nanos },
): Replay {
  const count = passes * replay.count + last.count;
  const beforeLastNs = Math.round((passes - 1) * periodNs) + replay.spanNs;
  return {
    ...replay,
    count,
    spanNs: last.count > 0 ? last.startNs + last.spanNs : beforeLastNs,
    unsized: passes * replay.unsized + last.unsized,
    digest: `${replay.digest} in a row ${count}`,
    open: () => new Passes(replay, periodNs, count),
  };
}

class Passes implements RowCursor {
  readonly #replay: Replay;
  readonly #periodNs: number;
  #rowsLeft: number;
  #pass = 0;
  #cursor: RowCursor;

  constructor(replay: Replay, periodNs: number, rows: number) {
    this.#replay = replay;
    this.#periodNs = periodNs;
    this.#rowsLeft = rows;
    this.#cursor = replay.open();
  }

  next(): RowBatch | null {
    if (this.#rowsLeft === 0) return null;
    let batch = this.#cursor.next();
    if (batch === null) {
      this.#pass++;
      this.#cursor = this.#replay.open();
      batch = this.#cursor.next()!;
    }
    batch.count = Math.min(batch.count, this.#rowsLeft);
    this.#rowsLeft -= batch.count;
    const startNs = Math.round(this.#pass * this.#periodNs);
    for (let row = 0; row < batch.count; row++) batch.atNs[row] = startNs + batch.atNs[row]!;
    return batch;
  }
}

/** From a first request to the next one: n requests span n - 1 gaps. */
function periodOf({ spanNs, count }: Replay, where: string): number {
  if (spanNs === 0) throw new InputError(where, 'the recording spans no time: it cannot be repeated');
  return (spanNs * count) / (count - 1);
}
