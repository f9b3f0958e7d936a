/**
 * Collects rows into a `Recording`: growable columns, dense key ids, times relative to the first request.
 *
 * Time that goes backwards: a request up to `reorderWindowNs` earlier than the latest one is sorted in and
 * counted (several threads write one log, a clock is slewed); one further back is refused as a bad row.
 */
import { InputError } from '../errors.ts';
import type { ClockTime, Recording } from '../setup.ts';
import type { Nanos, Op } from '../strategy.ts';
import { NONE } from '../strategy.ts';
import { KeyDictionary, MAX_KEY_BYTES } from './key-dictionary.ts';
import type { RowLog, RowSink, TimeBase } from './reader.ts';
import { later } from './rows.ts';

export interface RecordingLimits {
  readonly reorderWindowNs: Nanos;
  readonly maxRows: number;
  readonly maxKeys: number;
}

const MAX_VALUE_BYTES = 2 ** 31 - 1;
const FIRST_CAPACITY = 1 << 12;

export class RecordingBuilder implements RowSink {
  readonly #file: string;
  readonly #limits: RecordingLimits;
  readonly #keys: KeyDictionary;
  #count = 0;
  #reordered = 0;
  #baseSeconds = 0;
  #baseNanos = 0;
  #latestNs = 0;
  #atNs = new Float64Array(FIRST_CAPACITY);
  #key = new Int32Array(FIRST_CAPACITY);
  #op = new Uint8Array(FIRST_CAPACITY);
  #valueBytes = new Int32Array(FIRST_CAPACITY);
  #ttlNs: Float64Array<ArrayBuffer> | null = null;

  constructor(file: string, limits: RecordingLimits) {
    this.#file = file;
    this.#limits = limits;
    this.#keys = new KeyDictionary(limits.maxKeys);
  }

  get count(): number {
    return this.#count;
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
    if (!(valueBytes >= 0 && valueBytes <= MAX_VALUE_BYTES)) return 'value size above 2 GiB';
    if (end - start > MAX_KEY_BYTES) return `key longer than ${MAX_KEY_BYTES} bytes`;
    const at = this.#count;
    if (at === 0) {
      this.#baseSeconds = seconds;
      this.#baseNanos = nanos;
    }
    const atNs = (seconds - this.#baseSeconds) * 1e9 + (nanos - this.#baseNanos);
    if (Math.abs(atNs) > Number.MAX_SAFE_INTEGER) return 'more than 104 days from the first row';
    if (atNs < this.#latestNs) {
      if (this.#latestNs - atNs > this.#limits.reorderWindowNs) return this.#backwards();
      this.#reordered += 1;
    } else {
      this.#latestNs = atNs;
    }

    const key = this.#keys.intern(bytes, start, end);
    if (key === NONE) throw this.#tooMany(`distinct keys (${this.#keys.count})`, 'maxKeys');
    if (at >= this.#limits.maxRows) throw this.#tooMany(`requests (${at})`, 'maxRows');
    if (at === this.#atNs.length) this.#grow();
    this.#atNs[at] = atNs;
    this.#key[at] = key;
    this.#op[at] = op;
    this.#valueBytes[at] = valueBytes;
    if (ttlNs > 0) {
      this.#ttlNs ??= new Float64Array(this.#atNs.length);
      this.#ttlNs[at] = ttlNs;
    }
    this.#count = at + 1;
    return null;
  }

  /** The columns, in order of time. The builder is spent afterwards. */
  finish(format: string, timeBase: TimeBase, log: RowLog): Recording {
    const count = this.#count;
    let columns = {
      atNs: new Float64Array(this.#atNs.buffer.transfer(8 * count)),
      key: new Int32Array(this.#key.buffer.transfer(4 * count)),
      op: new Uint8Array(this.#op.buffer.transfer(count)),
      valueBytes: new Int32Array(this.#valueBytes.buffer.transfer(4 * count)),
      ttlNs: this.#ttlNs && new Float64Array(this.#ttlNs.buffer.transfer(8 * count)),
    };
    let base: ClockTime = { seconds: this.#baseSeconds, nanos: this.#baseNanos };
    if (this.#reordered > 0) {
      const order = orderByTime(columns.atNs);
      const { atNs, key, op, valueBytes, ttlNs } = columns;
      base = later(base, atNs[order[0]!]!);
      columns = {
        atNs: Float64Array.from(order, (i) => atNs[i]! - atNs[order[0]!]!),
        key: Int32Array.from(order, (i) => key[i]!),
        op: Uint8Array.from(order, (i) => op[i]!),
        valueBytes: Int32Array.from(order, (i) => valueBytes[i]!),
        ttlNs: ttlNs && Float64Array.from(order, (i) => ttlNs[i]!),
      };
    }
    return {
      format,
      times: timeBase.times,
      resolutionNs: timeBase.resolutionNs,
      base,
      count,
      ...columns,
      keys: this.#keys.toTable(),
      reordered: this.#reordered,
      rowsRead: log.rowsRead,
      skipped: Object.fromEntries([...log.skipped].map(([reason, rows]) => [reason, rows.count])),
      firstSkipped: Object.fromEntries([...log.skipped].map(([reason, rows]) => [reason, rows.first])),
      notes: [],
    };
  }

  #backwards(): string {
    return `time goes backwards by more than ${this.#limits.reorderWindowNs / 1e9} s`;
  }

  #grow(): void {
    const capacity = 2 * this.#atNs.length;
    this.#atNs = new Float64Array(this.#atNs.buffer.transfer(8 * capacity));
    this.#key = new Int32Array(this.#key.buffer.transfer(4 * capacity));
    this.#op = new Uint8Array(this.#op.buffer.transfer(capacity));
    this.#valueBytes = new Int32Array(this.#valueBytes.buffer.transfer(4 * capacity));
    if (this.#ttlNs) this.#ttlNs = new Float64Array(this.#ttlNs.buffer.transfer(8 * capacity));
  }

  #tooMany(what: string, limit: string): InputError {
    return new InputError(
      this.#file,
      `too many ${what} for a recording held in memory. Cut or sample the trace, or raise \`${limit}\`.`,
    );
  }
}

/** Indices of `atNs` in ascending order, equal times as they were. */
function orderByTime(atNs: Float64Array): Uint32Array {
  const order = Uint32Array.from(atNs, (_, i) => i);
  return order.sort((a, b) => atNs[a]! - atNs[b]! || a - b);
}
