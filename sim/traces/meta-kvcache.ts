/**
 * Meta's CacheLib key-value traces, in all four published column sets (202206, 202210, 202312, 202401). Columns
 * are found by the names in the header. One row stands for `op_count` requests; a key is padded with `0` to
 * `key_size`, as CacheLib's replayer does (KVReplayGenerator.h); `op_time` is in seconds unless `timeUnit` says
 * otherwise, and absent from two of the sets, whose order alone is known. `size` is 0 on a miss.
 */
import { InputError } from '../errors.ts';
import { OP, type Op } from '../strategy.ts';
import { DecimalTime, parseUnsigned, UNIT_EXPONENT } from './fields.ts';
import { forEachLine } from './lines.ts';
import { NameTable } from './name-table.ts';
import { excerpt, type ReadOptions, type RowSink, type TimeBase, type TraceReader } from './reader.ts';
import { ORDER_ONLY, ResolutionMeter } from './resolution.ts';

const COMMA = 0x2c;
const ZERO = 0x30;
const MAX_KEY_SIZE = 256;
/** `op_count` is 16 bits wide. */
const MAX_COUNT = 65_535;

const OPERATIONS = new NameTable<Op>([
  ['GET', OP.get],
  ['GET_LEASE', OP.get],
  ['SET', OP.set],
  ['SET_LEASE', OP.set],
  ['DELETE', OP.delete],
]);

export const metaKvcache: TraceReader = {
  name: 'meta-kvcache',
  summary: 'Meta CacheLib kvcache traces, any of the four column sets, by header name',
  source: 'facebook/CacheLib, cachelib/cachebench/workload/KVReplayGenerator.h and trace documentation',
  unit: 'line',
  sniff(head) {
    const names = columnNames(head, 0, head.indexOf(0x0a));
    return ['key', 'op', 'size', 'op_count', 'key_size'].every((name) => names.includes(name));
  },
  async read(chunks, sink, log, options) {
    let rows: KvcacheRows | undefined;
    await forEachLine(chunks, log, (bytes, start, end, line) => {
      if (rows === undefined) {
        rows = new KvcacheRows(columnNames(bytes, start, end), sink, options, log.place(line));
        return;
      }
      log.rowsRead += 1;
      const problem = rows.read(bytes, start, end);
      if (problem !== null) log.bad(line, problem, excerpt(bytes, start, end));
    });
    return rows?.timeBase ?? ORDER_ONLY;
  },
};

class KvcacheRows {
  readonly #sink: RowSink;
  readonly #time = new DecimalTime();
  readonly #resolution = new ResolutionMeter();
  readonly #timeExponent: number;
  readonly #key = new Uint8Array(MAX_KEY_SIZE);
  /** Column numbers; -1 where the header has none. */
  readonly #columns: Readonly<
    Record<'op_time' | 'key' | 'key_size' | 'op' | 'op_count' | 'size' | 'ttl', number>
  >;
  /** [column] where it starts in the line at hand; one more entry for the end of the line + 1. */
  readonly #starts: Int32Array;

  constructor(names: readonly string[], sink: RowSink, options: ReadOptions, where: string) {
    for (const name of ['key', 'op', 'size'])
      if (!names.includes(name))
        throw new InputError(
          where,
          `no column "${name}" in the header. Needed: key, op, size; known: op_time, op_count, key_size, ttl.`,
        );
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) throw new InputError(where, `the header names the column "${twice}" twice`);
    const column = (name: string): number => names.indexOf(name);
    this.#columns = {
      op_time: column('op_time'),
      key: column('key'),
      key_size: column('key_size'),
      op: column('op'),
      op_count: column('op_count'),
      size: column('size'),
      ttl: column('ttl'),
    };
    this.#timeExponent = UNIT_EXPONENT[options.timeUnit];
    this.#starts = new Int32Array(names.length + 1);
    this.#sink = sink;
  }

  get timeBase(): TimeBase {
    return this.#columns.op_time < 0 ? ORDER_ONLY : this.#resolution.timeBase;
  }

  read(bytes: Uint8Array, start: number, end: number): string | null {
    const columns = this.#columns;
    if (!this.#split(bytes, start, end)) return 'another number of columns than the header';
    const time = columns.op_time;
    if (time >= 0) {
      if (!this.#time.parse(bytes, this.#from(time), this.#to(time), this.#timeExponent))
        return 'op_time is not a number';
      this.#resolution.note(this.#time);
    }
    const op = OPERATIONS.find(bytes, this.#from(columns.op), this.#to(columns.op));
    if (op === undefined) return 'unknown operation';
    const valueBytes = this.#number(bytes, columns.size, 0);
    if (valueBytes < 0) return 'size is not a whole number of bytes';
    const count = this.#number(bytes, columns.op_count, 1);
    if (count < 1 || count > MAX_COUNT) return `op_count is not a whole number from 1 to ${MAX_COUNT}`;
    const ttl = this.#number(bytes, columns.ttl, 0);
    if (ttl < 0) return 'ttl is not a whole number of seconds';
    const keySize = this.#number(bytes, columns.key_size, 0);
    if (keySize < 0) return 'key_size is not a whole number of bytes';

    const keyStart = this.#from(columns.key);
    const recorded = this.#to(columns.key) - keyStart;
    const length = Math.max(recorded, Math.min(keySize, MAX_KEY_SIZE));
    if (recorded > MAX_KEY_SIZE) return `key longer than ${MAX_KEY_SIZE} bytes`;
    for (let i = 0; i < length; i++) this.#key[i] = i < recorded ? bytes[keyStart + i]! : ZERO;
    for (let i = 0; i < count; i++) {
      const refused = this.#sink.row(
        this.#time.seconds,
        this.#time.nanos,
        this.#key,
        0,
        length,
        op,
        valueBytes,
        ttl * 1e9,
      );
      if (refused !== null) return refused;
    }
    return null;
  }

  #split(bytes: Uint8Array, start: number, end: number): boolean {
    const last = this.#starts.length - 1;
    let column = 0;
    this.#starts[0] = start;
    for (let at = start; at < end; at++) {
      if (bytes[at] !== COMMA) continue;
      if (++column >= last) return false;
      this.#starts[column] = at + 1;
    }
    this.#starts[last] = end + 1;
    return column === last - 1;
  }

  #from(column: number): number {
    return this.#starts[column]!;
  }

  #to(column: number): number {
    return this.#starts[column + 1]! - 1;
  }

  /** The whole number in a column, `absent` where there is no such column; -1 when it is none. */
  #number(bytes: Uint8Array, column: number, absent: number): number {
    return column < 0 ? absent : parseUnsigned(bytes, this.#from(column), this.#to(column));
  }
}

function columnNames(bytes: Uint8Array, start: number, end: number): string[] {
  const text = Buffer.from(bytes.subarray(start, Math.max(start, end))).toString('latin1');
  return text.split(',').map((name) => name.trim());
}
