/** Collects rows into a `Recording`: growable columns, dense key ids, times relative to the first request. */
import { InputError } from '../errors.ts';
import type { Recording } from '../setup.ts';
import type { Nanos, Op } from '../strategy.ts';
import { NONE } from '../strategy.ts';
import { sortByTime } from './in-order.ts';
import { KeyDictionary } from './key-dictionary.ts';
import type { RowLog, RowSink, TimeBase } from './reader.ts';
import { RowBatch } from './row-batch.ts';
import { RowGuard } from './row-guard.ts';
import { later } from './rows.ts';

export interface RecordingLimits {
  readonly reorderWindowNs: Nanos;
  readonly maxRows: number;
  readonly maxKeys: number;
}

export class RecordingBuilder implements RowSink {
  readonly #file: string;
  readonly #limits: RecordingLimits;
  readonly #keys: KeyDictionary;
  readonly #guard: RowGuard;
  readonly #rows = new RowBatch(1 << 12);

  constructor(file: string, limits: RecordingLimits) {
    this.#file = file;
    this.#limits = limits;
    this.#keys = new KeyDictionary(limits.maxKeys);
    this.#guard = new RowGuard(limits.reorderWindowNs);
  }

  get count(): number {
    return this.#rows.count;
  }

  row(
    seconds: number,
    nanos: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    op: Op,
    valueBytes: number,
    ttlNs: Nanos,
  ): string | null {
    const refused = this.#guard.refuse(seconds, nanos, end - start, valueBytes);
    if (refused !== null) return refused;
    const key = this.#keys.intern(bytes, start, end);
    if (key === NONE) throw this.#tooMany(`distinct keys (${this.#keys.count})`);
    if (this.count >= this.#limits.maxRows) throw this.#tooMany(`requests (${this.count})`);
    // What is measured in memory is measured key by key.
    this.#rows.push(this.#guard.atNs, key, op, valueBytes, ttlNs, 0);
    return null;
  }

  /** The columns, in order of time. The builder is spent afterwards. */
  finish(format: string, timeBase: TimeBase, log: RowLog): Recording {
    const { baseSeconds, baseNanos, reordered } = this.#guard;
    const rows = this.#rows;
    rows.trim();
    if (reordered > 0) sortByTime(rows);
    const { atNs, key, op, valueBytes, ttlNs, count } = rows;
    const firstNs = count > 0 ? atNs[0]! : 0;
    if (firstNs !== 0) for (let i = 0; i < count; i++) atNs[i]! -= firstNs;
    return {
      format,
      times: timeBase.times,
      resolutionNs: timeBase.resolutionNs,
      base: later({ seconds: baseSeconds, nanos: baseNanos }, firstNs),
      count,
      atNs,
      key,
      op,
      valueBytes,
      ttlNs: ttlNs.some((ns) => ns > 0) ? ttlNs : null,
      keys: this.#keys.toTable(),
      reordered,
      ...skippedOf(log),
    };
  }

  #tooMany(what: string): InputError {
    return new InputError(
      this.#file,
      `too many ${what} for a recording held in memory. Cut or sample the trace.`,
    );
  }
}

export function skippedOf(log: RowLog): Pick<Recording, 'rowsRead' | 'skipped' | 'firstSkipped'> {
  return {
    rowsRead: log.rowsRead,
    skipped: Object.fromEntries([...log.skipped].map(([reason, rows]) => [reason, rows.count])),
    firstSkipped: Object.fromEntries([...log.skipped].map(([reason, rows]) => [reason, rows.first])),
  };
}
