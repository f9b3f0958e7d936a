/**
 * What every trace reader is: bytes in, rows out, in constant memory. A reader hands each request to a
 * `RowSink` and each row it cannot use to the `RowLog`, which applies the policy for bad rows.
 */
import { InputError } from '../errors.ts';
import type { Times } from '../setup.ts';
import type { Nanos, Op } from '../strategy.ts';

/** Takes requests one by one. */
export interface RowSink {
  /**
   * One request at `seconds` + `nanos` (integers; two numbers because a wall-clock time in nanoseconds exceeds
   * 2^53) for the key named `bytes[start .. end)`, which is valid during the call only. `valueBytes` is 0 where
   * the trace does not say, `ttlNs` 0 where the request sets no expiry. `keysLeft`
   * further keys of the same request follow, in rows of the same time; none when left out. Returns why the row is refused, or null.
   */
  row(
    seconds: number,
    nanos: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    op: Op,
    valueBytes: number,
    ttlNs: Nanos,
    keysLeft?: number,
  ): string | null;
}

export interface ReadOptions {
  /** Name of the trace in messages. */
  readonly file: string;
  /** Unit of the time column, for formats that do not say it themselves. */
  readonly timeUnit: 's' | 'ms' | 'us' | 'ns';
  /** Column positions, for formats that have no fixed ones; written as the format's own tools write them. */
  readonly columns: string;
  /** Whether a command with several keys stays one request, or becomes one for each key. */
  readonly multiGets: 'expand' | 'keep';
}

/** How far the times of a trace can be trusted. */
export interface TimeBase {
  readonly times: Times;
  /** Distance of two neighbouring time stamps; 0 for order-only traces. */
  readonly resolutionNs: Nanos;
}

/** One format. */
export interface TraceReader {
  /** What `format:` says. */
  readonly name: string;
  /** One sentence. */
  readonly summary: string;
  /** Where the format is specified. */
  readonly source: string;
  /** What its rows are counted in, in messages. */
  readonly unit: 'line' | 'record';
  /** Whether a trace that starts with `head` and is called `fileName` (without .gz, .zst) looks like this. */
  sniff(head: Uint8Array, fileName: string): boolean;
  read(
    chunks: AsyncIterable<Uint8Array>,
    sink: RowSink,
    log: RowLog,
    options: ReadOptions,
  ): Promise<TimeBase>;
}

/** What happens to a bad row: counted and left out, until there are too many; or the end. */
export interface BadRowPolicy {
  readonly onError: 'skip' | 'stop';
  /** With `skip`: this many bad rows end the reading. */
  readonly maxBadRows: number;
}

interface SkippedRows {
  readonly count: number;
  /** Line or record number of the first, from 1. */
  readonly first: number;
}

/** Counts the rows of one trace, and those left out by reason. */
export class RowLog {
  /** Lines or records, headers aside. */
  rowsRead = 0;
  readonly #file: string;
  readonly unit: 'line' | 'record';
  readonly #policy: BadRowPolicy;
  readonly #skipped = new Map<string, { count: number; first: number }>();
  #badRows = 0;
  #firstBad = '';

  constructor(file: string, unit: 'line' | 'record', policy: BadRowPolicy) {
    this.#file = file;
    this.unit = unit;
    this.#policy = policy;
  }

  /** Rows left out, by reason. */
  get skipped(): ReadonlyMap<string, SkippedRows> {
    return this.#skipped;
  }

  get badRows(): number {
    return this.#badRows;
  }

  /** Place, reason and excerpt of the first bad row; empty when there is none. */
  get firstBad(): string {
    return this.#firstBad;
  }

  /** A sound row that is no request of the workload. Reasons come from a small fixed set. */
  skip(row: number, reason: string): void {
    const known = this.#skipped.get(reason);
    if (known === undefined) this.#skipped.set(reason, { count: 1, first: row });
    else known.count += 1;
  }

  /** A row that cannot be used. Throws when the policy says so. */
  bad(row: number, reason: string, content: string): void {
    this.skip(row, reason);
    this.#badRows += 1;
    const found = content === '' ? reason : `${reason}: ${content}`;
    if (this.#badRows === 1) this.#firstBad = `${this.place(row)}: ${found}`;
    if (this.#policy.onError === 'stop')
      throw new InputError(
        this.place(row),
        `${found}. With onError: skip such rows are counted and left out.`,
      );
    if (this.#badRows >= this.#policy.maxBadRows)
      throw new InputError(
        this.place(row),
        `${found}. This is bad ${this.unit} number ${this.#badRows}, which is the limit; ` +
          `the first was ${this.#firstBad}. Repair the trace, check \`format\`, or raise \`maxBadRows\`.`,
      );
  }

  /** `file:12` for line 12, `file record 12` for record 12. */
  place(row: number): string {
    return this.unit === 'line' ? `${this.#file}:${row}` : `${this.#file} record ${row}`;
  }
}

const EXCERPT_BYTES = 80;

/** The start of `bytes[start .. end)` for a message: one line, printable, whatever the bytes. */
export function excerpt(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let i = start; i < Math.min(end, start + EXCERPT_BYTES); i++) {
    const byte = bytes[i]!;
    const printable = byte >= 0x20 && byte < 0x7f;
    text += printable ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
  }
  return end - start > EXCERPT_BYTES ? `${text}...` : text;
}
