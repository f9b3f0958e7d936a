/**
 * Plain CSV with a header: columns `t` (or `t_ms`, `t_us`, `t_ns`), `key`, `op`, `size`, `ttl` (or `ttl_ms`) in
 * any order, others ignored; only `key` is required. Without `t` the order alone is known, without `op`
 * everything is a get. `t` and `ttl` are decimal seconds; quotes as in RFC 4180. Parsed by fast-csv, as latin1:
 * every byte of a key survives, valid UTF-8 or not.
 */
import type { Writable } from 'node:stream';
import { InputError } from '../errors.ts';
import { OP, type Op } from '../strategy.ts';
import { DecimalTime, OP_NAMES, parseUnsigned, UNIT_EXPONENT } from './fields.ts';
import type { RowLog, RowSink, TimeBase, TraceReader } from './reader.ts';
import { excerpt } from './reader.ts';
import { ORDER_ONLY, ResolutionMeter } from './resolution.ts';

/** An unclosed quote makes the rest of the file one row; this much of it is held before that is an error. */
const MAX_ROW_BYTES = 1024 * 1024;
const TIME_COLUMNS = { t: 's', t_s: 's', t_ms: 'ms', t_us: 'us', t_ns: 'ns' } as const;
const UNMATCHED_QUOTES =
  'the quotes of this row, or of one soon after it, do not match; a quote inside a quoted field is written twice';
const ACCEPTED = 't (or t_ms, t_us, t_ns), key, op, size, ttl (or ttl_ms)';

export const csv: TraceReader = {
  name: 'csv',
  summary: 'comma-separated values with the columns t, key, op, size, ttl, by header name',
  source: 'RFC 4180; the columns are defined here',
  unit: 'line',
  sniff(head) {
    const names = headerNames(Buffer.from(head).toString('latin1').split(/\r?\n/, 1)[0]!.split(','));
    return names.includes('key') && names.some(isTimeColumn);
  },
  async read(chunks, sink, log) {
    let rows: CsvRows | undefined;
    let line = 1;
    const progress = { bytesSinceRow: 0 };
    const { parse } = await import('fast-csv'); // most recordings are in other formats
    const parser = parse({ headers: false, encoding: 'latin1', ignoreEmpty: false });
    const fed = feed(parser, chunks, progress).catch((error: Error) => parser.destroy(error));
    try {
      for await (const row of parser as AsyncIterable<string[]>) {
        progress.bytesSinceRow = 0;
        if (rows === undefined) rows = new CsvRows(columnsOf(row, log.place(line)), sink, log);
        else rows.row(row, line);
        line += 1 + lineBreaksIn(row);
      }
      await fed;
    } catch (error) {
      if (error instanceof RangeError) throw new InputError(log.place(line), error.message, { cause: error });
      if (error instanceof Error && error.message.startsWith('Parse Error'))
        throw new InputError(log.place(line), `${UNMATCHED_QUOTES} (${shortened(error.message)})`, {
          cause: error,
        });
      throw error;
    }
    return rows?.timeBase ?? ORDER_ONLY;
  },
};

/** Writes chunk by chunk, each after the last one's rows are out, so that a row without an end is noticed. */
async function feed(
  parser: Writable,
  chunks: AsyncIterable<Uint8Array>,
  progress: { bytesSinceRow: number },
): Promise<void> {
  for await (const chunk of chunks) {
    progress.bytesSinceRow += chunk.length;
    if (progress.bytesSinceRow > MAX_ROW_BYTES)
      throw new RangeError(
        `no end of this row within ${MAX_ROW_BYTES / 1024} KiB: look for an unclosed quote`,
      );
    await new Promise<void>((resolve, reject) => {
      parser.write(chunk, (error) => (error ? reject(error) : resolve()));
    });
  }
  parser.end();
}

/** Reads rows of strings by the positions that the header gives. */
class CsvRows {
  readonly #sink: RowSink;
  readonly #log: RowLog;
  readonly #columns: Columns;
  readonly #time = new DecimalTime();
  readonly #ttl = new DecimalTime();
  readonly #resolution = new ResolutionMeter();
  #scratch = new Uint8Array(1024);

  constructor(columns: Columns, sink: RowSink, log: RowLog) {
    this.#columns = columns;
    this.#sink = sink;
    this.#log = log;
  }

  get timeBase(): TimeBase {
    return this.#columns.time < 0 ? ORDER_ONLY : this.#resolution.timeBase;
  }

  row(row: readonly string[], line: number): void {
    if (row.length === 0) {
      this.#log.skip(line, 'empty line');
      return;
    }
    this.#log.rowsRead += 1;
    const problem = this.#request(row);
    if (problem !== null) {
      const content = Buffer.from(row.join(','), 'latin1');
      this.#log.bad(line, problem, excerpt(content, 0, content.length));
    }
  }

  #request(row: readonly string[]): string | null {
    const columns = this.#columns;
    if (row.length !== columns.count) return 'another number of columns than the header';
    if (columns.time >= 0) {
      const end = this.#write(row[columns.time]!);
      if (!this.#time.parse(this.#scratch, 0, end, columns.timeExponent))
        return 'time is not a number from 0 on';
      this.#resolution.note(this.#time);
    }
    let op: Op | undefined = OP.get;
    if (columns.op >= 0) {
      const end = this.#write(row[columns.op]!);
      op = OP_NAMES.find(this.#scratch, 0, end);
      if (op === undefined) return 'unknown operation (get, set, delete or incr)';
    }
    let valueBytes = 0;
    const size = columns.size < 0 ? '' : row[columns.size]!;
    if (size !== '') {
      const end = this.#write(size);
      valueBytes = parseUnsigned(this.#scratch, 0, end);
      if (valueBytes < 0) return 'size is not a whole number of bytes from 0 on';
    }
    let ttlNs = 0;
    const ttl = columns.ttl < 0 ? '' : row[columns.ttl]!;
    if (ttl !== '') {
      const end = this.#write(ttl);
      if (!this.#ttl.parse(this.#scratch, 0, end, columns.ttlExponent))
        return 'ttl is not a number from 0 on';
      ttlNs = this.#ttl.seconds * 1e9 + this.#ttl.nanos;
    }
    const key = row[columns.key]!;
    if (key.includes('\0')) return 'NUL byte in the key';
    const length = this.#write(key);
    return this.#sink.row(
      this.#time.seconds,
      this.#time.nanos,
      this.#scratch,
      0,
      length,
      op,
      valueBytes,
      ttlNs,
    );
  }

  /** Puts the bytes of a field at the start of the scratch; returns how many. */
  #write(field: string): number {
    if (field.length > this.#scratch.length) this.#scratch = new Uint8Array(2 * field.length);
    for (let i = 0; i < field.length; i++) this.#scratch[i] = field.charCodeAt(i);
    return field.length;
  }
}

/** Positions of the columns in a row; -1 where there is none. */
interface Columns {
  readonly count: number;
  readonly time: number;
  readonly timeExponent: number;
  readonly key: number;
  readonly op: number;
  readonly size: number;
  readonly ttl: number;
  readonly ttlExponent: number;
}

function columnsOf(header: readonly string[], where: string): Columns {
  const names = headerNames(header);
  const twice = names.find((name, i) => name !== '' && names.indexOf(name) !== i);
  if (twice !== undefined) throw new InputError(where, `the header names the column "${twice}" twice`);
  if (!names.includes('key'))
    throw new InputError(
      where,
      `no column "key" in the header. Found: ${shortened(names.join(', '))}. Accepted: ${ACCEPTED}.`,
    );
  const times = names.filter(isTimeColumn);
  const ttls = names.filter((name) => name === 'ttl' || name === 'ttl_ms');
  if (times.length > 1 || ttls.length > 1)
    throw new InputError(
      where,
      `the header has ${[...times, ...ttls].join(', ')}: keep one time column and one ttl column`,
    );
  const time = times[0];
  return {
    count: names.length,
    time: time === undefined ? -1 : names.indexOf(time),
    timeExponent: time === undefined ? 0 : UNIT_EXPONENT[TIME_COLUMNS[time]],
    key: names.indexOf('key'),
    op: names.indexOf('op'),
    size: names.indexOf('size'),
    ttl: ttls[0] === undefined ? -1 : names.indexOf(ttls[0]),
    ttlExponent: ttls[0] === 'ttl_ms' ? UNIT_EXPONENT.ms : UNIT_EXPONENT.s,
  };
}

function isTimeColumn(name: string): name is keyof typeof TIME_COLUMNS {
  return Object.hasOwn(TIME_COLUMNS, name);
}

/** Lower case, no blanks around, no byte order mark (which is three characters in latin1). */
function headerNames(cells: readonly string[]): string[] {
  return cells.map((cell, i) => (i === 0 ? cell.replace(/^\xef\xbb\xbf/, '') : cell).trim().toLowerCase());
}

/** Line breaks inside quoted fields: such a row takes several lines. */
function lineBreaksIn(row: readonly string[]): number {
  let count = 0;
  for (const field of row)
    for (let at = field.indexOf('\n'); at >= 0; at = field.indexOf('\n', at + 1)) count++;
  return count;
}

function shortened(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  return excerpt(bytes, 0, bytes.length);
}
