/**
 * libCacheSim's CSV traces: columns by position, given in libCacheSim's own words with positions from 1, as in
 * `columns: "time-col=1, obj-id-col=2, obj-size-col=3, delimiter=,"`; `op-col`, `ttl-col` [s],
 * `has-header=true` and `obj-id-is-num=true` may follow: an id that is no number is then a bad row. Only `obj-id-col`
 * is needed; without `time-col` the order alone is known. As in libCacheSim, there is no quoting.
 */
import { InputError } from '../errors.ts';
import { OP, type Op } from '../strategy.ts';
import { DecimalTime, OP_NAMES, parseUnsigned, UNIT_EXPONENT } from './fields.ts';
import { forEachLine } from './lines.ts';
import { excerpt, type ReadOptions, type RowSink, type TimeBase, type TraceReader } from './reader.ts';
import { ORDER_ONLY, ResolutionMeter } from './resolution.ts';

const COLUMN_NAMES = ['time-col', 'obj-id-col', 'obj-size-col', 'op-col', 'ttl-col'] as const;
const ADVICE =
  'Give `columns` as libCacheSim does, such as "time-col=1, obj-id-col=2, obj-size-col=3, delimiter=,".';

export const libcachesimCsv: TraceReader = {
  name: 'libcachesim-csv',
  summary: 'libCacheSim CSV: columns by position, stated with `columns`',
  source: 'github.com/cacheMon/libCacheSim',
  unit: 'line',
  sniff: () => false,
  async read(chunks, sink, log, options) {
    const layout = parseLayout(options);
    const rows = new PositionalRows(layout, sink, UNIT_EXPONENT[options.timeUnit]);
    let header = layout.hasHeader;
    await forEachLine(chunks, log, (bytes, start, end, line) => {
      if (header) {
        header = false;
        return;
      }
      log.rowsRead += 1;
      const problem = rows.read(bytes, start, end);
      if (problem !== null) log.bad(line, problem, excerpt(bytes, start, end));
    });
    return rows.timeBase;
  },
};

interface Layout {
  readonly delimiter: number;
  readonly hasHeader: boolean;
  readonly idIsNumber: boolean;
  /** From 1; 0 where there is none. */
  readonly columns: Readonly<Record<(typeof COLUMN_NAMES)[number], number>>;
}

function parseLayout(options: ReadOptions): Layout {
  const columns = { 'time-col': 0, 'obj-id-col': 0, 'obj-size-col': 0, 'op-col': 0, 'ttl-col': 0 };
  let delimiter = 0x2c;
  let hasHeader = false;
  let idIsNumber = false;
  // A delimiter may itself be a comma: settings are found, not split apart.
  for (const [, name, value] of options.columns.matchAll(/([a-z-]+)\s*=\s*(\\t|[^\s,]+|[,\t ])/g)) {
    if (isColumnName(name!) && /^[1-9]\d?$/.test(value!)) columns[name] = Number(value);
    else if (name === 'delimiter' && (value === '\\t' || value!.length === 1))
      delimiter = value === '\\t' ? 9 : value!.charCodeAt(0);
    else if (name === 'has-header' && TRUTH.test(value!)) hasHeader = isTrue(value!);
    else if (name === 'obj-id-is-num' && TRUTH.test(value!)) idIsNumber = isTrue(value!);
    else throw new InputError(options.file, `columns: "${name}=${value}" is not understood. ${ADVICE}`);
  }
  if (columns['obj-id-col'] === 0) throw new InputError(options.file, `columns: no obj-id-col. ${ADVICE}`);
  return { delimiter, hasHeader, idIsNumber, columns };
}

const TRUTH = /^(?:true|false|1|0)$/;

function isTrue(value: string): boolean {
  return value === 'true' || value === '1';
}

function isColumnName(name: string): name is (typeof COLUMN_NAMES)[number] {
  return (COLUMN_NAMES as readonly string[]).includes(name);
}

class PositionalRows {
  readonly #layout: Layout;
  readonly #sink: RowSink;
  readonly #timeExponent: number;
  readonly #time = new DecimalTime();
  readonly #resolution = new ResolutionMeter();
  /** [column from 0] where it starts; the entry after the last is the end of the line + 1. */
  readonly #starts: Int32Array;

  constructor(layout: Layout, sink: RowSink, timeExponent: number) {
    this.#layout = layout;
    this.#sink = sink;
    this.#timeExponent = timeExponent;
    this.#starts = new Int32Array(Math.max(...Object.values(layout.columns)) + 1);
  }

  get timeBase(): TimeBase {
    return this.#layout.columns['time-col'] === 0 ? ORDER_ONLY : this.#resolution.timeBase;
  }

  read(bytes: Uint8Array, start: number, end: number): string | null {
    if (!this.#split(bytes, start, end)) return 'fewer columns than `columns` says';
    const { columns } = this.#layout;
    const time = columns['time-col'];
    if (time > 0) {
      if (!this.#time.parse(bytes, this.#from(time), this.#to(time), this.#timeExponent))
        return 'time is not a number from 0 on';
      this.#resolution.note(this.#time);
    }
    const size = columns['obj-size-col'];
    const valueBytes = size > 0 ? parseUnsigned(bytes, this.#from(size), this.#to(size)) : 0;
    if (valueBytes < 0) return 'size is not a whole number of bytes';
    const ttlColumn = columns['ttl-col'];
    const ttl = ttlColumn > 0 ? parseUnsigned(bytes, this.#from(ttlColumn), this.#to(ttlColumn)) : 0;
    if (ttl < 0) return 'TTL is not a whole number of seconds';
    const opColumn = columns['op-col'];
    const op: Op | undefined =
      opColumn > 0 ? OP_NAMES.find(bytes, this.#from(opColumn), this.#to(opColumn)) : OP.get;
    if (op === undefined) return 'unknown operation';
    const id = columns['obj-id-col'];
    if (this.#layout.idIsNumber && !isDigits(bytes, this.#from(id), this.#to(id)))
      return 'object id is not a number';
    return this.#sink.row(
      this.#time.seconds,
      this.#time.nanos,
      bytes,
      this.#from(id),
      this.#to(id),
      op,
      valueBytes,
      ttl * 1e9,
    );
  }

  /** Finds the start of each column needed and the end of the last. */
  #split(bytes: Uint8Array, start: number, end: number): boolean {
    const needed = this.#starts.length - 1;
    let column = 0;
    this.#starts[0] = start;
    for (let at = start; at < end && column < needed; at++)
      if (bytes[at] === this.#layout.delimiter) this.#starts[++column] = at + 1;
    if (column < needed) this.#starts[++column] = end + 1;
    return column === needed;
  }

  #from(column: number): number {
    return this.#starts[column - 1]!;
  }

  #to(column: number): number {
    return this.#starts[column]! - 1;
  }
}

/** Ids may exceed 2^53: they are names. */
function isDigits(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i]! < 0x30 || bytes[i]! > 0x39) return false;
  return end > start;
}
