/** Reads the binary trace format. Damage of any kind ends the reading: part of a trace is a wrong trace. */
import { crc32 } from 'node:zlib';
import { InputError } from '../errors.ts';
import type { Op } from '../strategy.ts';
import { OP } from '../strategy.ts';
import {
  BLOCK,
  BLOCK_HEADER_BYTES,
  BLOCK_ROWS,
  decodeColumn,
  FILE_HEADER_BYTES,
  FOOTER,
  FOOTER_BYTES,
  MAGIC,
  MAX_SECTION_BYTES,
  SECTION_HEADER_BYTES,
  TIMES,
  UNITS_NS,
  VERSION,
} from './binary-format.ts';
import { MAX_KEYS } from './key-dictionary.ts';
import type { RowLog, RowSink, TimeBase, TraceReader } from './reader.ts';

const OPS = Object.keys(OP).length;

export const binary: TraceReader = {
  name: 'ekt',
  summary: "evenkeel's own binary format: columns in checked blocks, written by trace convert",
  source: 'sim/traces/binary-format.ts',
  unit: 'record',
  sniff: (head) => MAGIC.every((byte, i) => head[i] === byte),
  async read(chunks, sink, log, { file }) {
    const input = new ExactReader(chunks, file);
    const header = await input.take(FILE_HEADER_BYTES);
    if (!MAGIC.every((byte, i) => header[i] === byte))
      throw new InputError(file, 'this is no ekt file: its first bytes are different');
    const version = viewOf(header).getUint32(MAGIC.length, true);
    if (version !== VERSION)
      throw new InputError(
        file,
        `ekt version ${version}; this evenkeel reads version ${VERSION}. Convert the source again.`,
      );
    const blocks = new BlockDecoder(sink, log, file);
    for (;;) {
      const head = viewOf(await input.take(SECTION_HEADER_BYTES));
      const tag = head.getUint32(0, true);
      const length = head.getUint32(4, true);
      if ((tag !== BLOCK && tag !== FOOTER) || length > MAX_SECTION_BYTES)
        throw damaged(file, log, 'no block');
      const expected = head.getUint32(8, true);
      const payload = await input.take(length);
      if (crc32(payload) !== expected) throw damaged(file, log, 'a wrong checksum');
      if (tag === BLOCK) {
        blocks.decode(payload);
        continue;
      }
      if (!(await input.atEnd()))
        throw new InputError(file, 'there are further bytes after the end of the trace');
      return blocks.footer(payload);
    }
  },
};

/** Hands the rows of each block to the sink. Names and lengths are checked before they are used. */
class BlockDecoder {
  readonly #sink: RowSink;
  readonly #log: RowLog;
  readonly #file: string;
  readonly #names: Uint8Array[] = [];
  readonly #columns = Array.from({ length: 5 }, () => new Float64Array(BLOCK_ROWS));

  constructor(sink: RowSink, log: RowLog, file: string) {
    this.#sink = sink;
    this.#log = log;
    this.#file = file;
  }

  decode(payload: Uint8Array): void {
    if (payload.length < BLOCK_HEADER_BYTES) throw this.#damaged('a short block');
    const view = viewOf(payload);
    const rows = view.getUint32(0, true);
    const base = view.getFloat64(8, true);
    const unitNs = view.getUint32(16, true);
    if (rows < 1 || rows > BLOCK_ROWS) throw this.#damaged(`${rows} rows in a block`);
    let at = this.#takeNames(payload, view.getUint32(4, true));
    for (const column of this.#columns) {
      at = decodeColumn(payload, at, rows, column);
      if (at < 0) throw this.#damaged('a column that does not fit');
    }
    if (at !== payload.length) throw this.#damaged('bytes beyond the columns');
    this.#emit(rows, base, unitNs);
  }

  footer(payload: Uint8Array): TimeBase {
    if (payload.length < FOOTER_BYTES) throw this.#damaged('a short footer');
    const view = viewOf(payload);
    const rows = view.getFloat64(0, true);
    const names = view.getFloat64(8, true);
    const times = TIMES[view.getUint8(24)];
    if (rows !== this.#log.rowsRead || names !== this.#names.length || times === undefined)
      throw this.#damaged(`a footer that tells of ${rows} requests and ${names} keys`);
    return { times, resolutionNs: view.getFloat64(16, true) };
  }

  #takeNames(payload: Uint8Array, count: number): number {
    if (count > BLOCK_ROWS || this.#names.length + count > MAX_KEYS) throw this.#damaged(`${count} new keys`);
    const lengths = new Float64Array(count);
    let at = decodeColumn(payload, BLOCK_HEADER_BYTES, count, lengths);
    if (at < 0) throw this.#damaged('key lengths that do not fit');
    for (const length of lengths) {
      if (!(Number.isInteger(length) && length >= 0 && at + length <= payload.length))
        throw this.#damaged('key names that do not fit');
      this.#names.push(payload.slice(at, at + length));
      at += length;
    }
    return at;
  }

  #emit(rows: number, base: number, unitNs: number): void {
    const [offset, key, op, valueBytes, ttlNs] = this.#columns as [
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    if (!Number.isSafeInteger(base) || !UNITS_NS.includes(unitNs))
      throw this.#damaged('an unknown time unit');
    for (let i = 0; i < rows; i++) {
      const name = this.#names[key[i]!];
      if (name === undefined || op[i]! >= OPS) throw this.#damaged('an unknown key or operation');
      this.#log.rowsRead++;
      const ns = offset[i]! * unitNs;
      if (!(ns >= 0 && Number.isSafeInteger(ns) && ttlNs[i]! >= 0)) throw this.#damaged('an impossible time');
      const seconds = Math.floor(ns / 1e9);
      const refused = this.#sink.row(
        base + seconds,
        ns - seconds * 1e9,
        name,
        0,
        name.length,
        op[i] as Op,
        valueBytes[i]!,
        ttlNs[i]!,
      );
      if (refused !== null) this.#log.bad(this.#log.rowsRead, refused, '');
    }
  }

  #damaged(what: string): InputError {
    return damaged(this.#file, this.#log, what);
  }
}

/** Takes exactly so many bytes from a stream, whatever the chunk borders. */
class ExactReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #file: string;
  #held: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(chunks: AsyncIterable<Uint8Array>, file: string) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#file = file;
  }

  async take(length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    for (let filled = 0; filled < length; ) {
      if (await this.atEnd())
        throw new InputError(this.#file, 'the trace is cut short: it has no end. Convert or copy it again.');
      const part = this.#held.subarray(this.#at, this.#at + length - filled);
      out.set(part, filled);
      filled += part.length;
      this.#at += part.length;
    }
    return out;
  }

  async atEnd(): Promise<boolean> {
    while (this.#at === this.#held.length) {
      const next = await this.#chunks.next();
      if (next.done) return true;
      this.#held = next.value;
      this.#at = 0;
    }
    return false;
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(file: string, log: RowLog, what: string): InputError {
  return new InputError(
    file,
    `the trace is damaged after request ${log.rowsRead}: ${what}. Convert or copy it again.`,
  );
}
