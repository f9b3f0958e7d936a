/** Takes the binary trace format apart, section by section, for whoever gets the bytes. Damage of any kind is an error. */
import { crc32 } from 'node:zlib';
import { InputError } from '../errors.ts';
import type { Nanos } from '../strategy.ts';
import { NONE, OP } from '../strategy.ts';
import {
  BLOCK,
  BLOCK_HEADER_BYTES,
  BLOCK_ROWS,
  FOOTER,
  FOOTER_BYTES,
  MAGIC,
  MAX_SECTION_BYTES,
  TIMES,
  UNITS_NS,
  VERSION,
} from './binary-format.ts';
import { NameArena } from './key-dictionary.ts';
import type { TimeBase } from './reader.ts';
import { RowBatch } from './row-batch.ts';

const OPS = Object.keys(OP).length;

export function isBinary(head: Uint8Array): boolean {
  return MAGIC.every((byte, i) => head[i] === byte);
}

/** Of the file's first bytes. */
export function checkHeader(header: Uint8Array, file: string): void {
  if (!isBinary(header)) throw new InputError(file, 'this is no ekt file: its first bytes are different');
  const version = viewOf(header).getUint32(MAGIC.length, true);
  if (version !== VERSION)
    throw new InputError(
      file,
      `ekt version ${version}; this evenkeel reads version ${VERSION}. Convert the source again.`,
    );
}

export function cutShort(file: string): InputError {
  return new InputError(file, 'the trace is cut short: it has no end. Convert or copy it again.');
}

export function bytesAfterEnd(file: string): InputError {
  return new InputError(file, 'there are further bytes after the end of the trace');
}

export interface SectionHead {
  readonly isFooter: boolean;
  readonly bytes: number;
  readonly crc: number;
}

/** Decodes the sections of one file in their order. */
export class SectionDecoder {
  readonly #file: string;
  readonly #knownKeys: number | null;
  /** Of the keys so far; empty where they were known before. */
  readonly names = new NameArena();
  /** The rows of the block decoded last; `atNs` is since `baseSeconds` of the recording's clock. */
  readonly batch = new RowBatch(BLOCK_ROWS);
  baseSeconds = 0;
  /** Before the next block. */
  rows = 0;
  readonly #scratch = new Uint8Array(8 * BLOCK_ROWS);
  readonly #scratch16 = new Uint16Array(this.#scratch.buffer);
  readonly #scratch32 = new Uint32Array(this.#scratch.buffer);
  readonly #scratch64 = new Float64Array(this.#scratch.buffer);
  readonly #lengths = new Uint16Array(BLOCK_ROWS);

  /** @param knownKeys how many keys the file has, for a further pass, which leaves their names alone */
  constructor(file: string, knownKeys: number | null = null) {
    this.#file = file;
    this.#knownKeys = knownKeys;
  }

  head(bytes: Uint8Array): SectionHead {
    const view = viewOf(bytes);
    const tag = view.getUint32(0, true);
    const length = view.getUint32(4, true);
    if ((tag !== BLOCK && tag !== FOOTER) || length > MAX_SECTION_BYTES) throw this.#damaged('no block');
    return { isFooter: tag === FOOTER, bytes: length, crc: view.getUint32(8, true) };
  }

  block(payload: Uint8Array, { crc }: SectionHead): void {
    this.#verify(payload, crc, BLOCK_HEADER_BYTES);
    const view = viewOf(payload);
    const rows = view.getUint32(0, true);
    const unitNs = view.getUint32(16, true);
    this.baseSeconds = view.getFloat64(8, true);
    if (rows < 1 || rows > BLOCK_ROWS) throw this.#damaged(`${rows} rows in a block`);
    if (!Number.isSafeInteger(this.baseSeconds) || !UNITS_NS.includes(unitNs))
      throw this.#damaged('an unknown time unit');
    const { batch } = this;
    let at = this.#takeNames(payload, view.getUint32(4, true));
    at = this.#column(payload, at, rows, batch.atNs, 8);
    at = this.#column(payload, at, rows, batch.key, 4);
    at = this.#column(payload, at, rows, batch.op, 1);
    at = this.#column(payload, at, rows, batch.valueBytes, 4);
    at = this.#column(payload, at, rows, batch.ttlNs, 8);
    at = this.#column(payload, at, rows, batch.keysLeft, 4);
    if (at !== payload.length) throw this.#damaged('bytes beyond the columns');
    batch.count = rows;
    scale(batch.atNs, rows, unitNs);
    const wrong = faultOf(batch, this.#keys);
    if (wrong !== null) throw this.#damaged(wrong);
    this.rows += rows;
  }

  /** @returns how far times can be trusted */
  footer(payload: Uint8Array, { crc }: SectionHead): TimeBase {
    this.#verify(payload, crc, FOOTER_BYTES);
    const view = viewOf(payload);
    const rows = view.getFloat64(0, true);
    const names = view.getFloat64(8, true);
    const times = TIMES[view.getUint8(24)];
    if (rows !== this.rows || names !== this.#keys || times === undefined)
      throw this.#damaged(`a footer that tells of ${rows} requests and ${names} keys`);
    return { times, resolutionNs: view.getFloat64(16, true) };
  }

  get #keys(): number {
    return this.#knownKeys ?? this.names.count;
  }

  #verify(payload: Uint8Array, crc: number, minBytes: number): void {
    if (crc32(payload) !== crc) throw this.#damaged('a wrong checksum');
    if (payload.length < minBytes) throw this.#damaged('a short section');
  }

  #takeNames(payload: Uint8Array, count: number): number {
    if (count > BLOCK_ROWS) throw this.#damaged(`${count} new keys`);
    const lengths = this.#lengths;
    let at = this.#column(payload, BLOCK_HEADER_BYTES, count, lengths, 2);
    for (let i = 0; i < count; i++) {
      const end = at + lengths[i]!;
      if (end > payload.length) throw this.#damaged('key names that do not fit');
      if (this.#knownKeys === null && this.names.add(payload, at, end) === NONE) throw this.#tooManyNames();
      at = end;
    }
    return at;
  }

  /**
   * HOT. Reads `count` numbers from `at`, by way of aligned memory. Returns where the column ends.
   * @param maxWidth of a number in the file: what is wider would not fit into `out`
   */
  #column(
    payload: Uint8Array,
    at: number,
    count: number,
    out: Float64Array | Int32Array | Uint16Array | Uint8Array,
    maxWidth: number,
  ): number {
    const width = payload[at] ?? 9;
    const end = at + 1 + width * count;
    if (width > maxWidth || end > payload.length) throw this.#damaged('a column that does not fit');
    if (width === 0) {
      out.fill(0, 0, count);
      return end;
    }
    this.#scratch.set(payload.subarray(at + 1, end));
    if (width === 1) out.set(this.#scratch.subarray(0, count));
    else if (width === 2) out.set(this.#scratch16.subarray(0, count));
    else if (width === 4) out.set(this.#scratch32.subarray(0, count));
    else if (width === 8) out.set(this.#scratch64.subarray(0, count));
    else throw this.#damaged('a column that does not fit');
    return end;
  }

  #tooManyNames(): InputError {
    return new InputError(
      this.#file,
      `too many distinct keys (${this.names.count}). Cut or sample the trace.`,
    );
  }

  #damaged(what: string): InputError {
    return new InputError(
      this.#file,
      `the trace is damaged after request ${this.rows}: ${what}. Convert or copy it again.`,
    );
  }
}

/** HOT. */
function scale(atNs: Float64Array, count: number, unitNs: Nanos): void {
  if (unitNs === 1) return;
  for (let i = 0; i < count; i++) atNs[i] = atNs[i]! * unitNs;
}

/** HOT. What cannot be so in any sound file, or null. */
function faultOf(
  { atNs, key, op, valueBytes, ttlNs, keysLeft, count }: RowBatch,
  names: number,
): string | null {
  for (let i = 0; i < count; i++) {
    // Beyond 2^31 they are negative here.
    if (!(key[i]! >= 0 && key[i]! < names) || op[i]! >= OPS) return 'an unknown key or operation';
    if (valueBytes[i]! < 0) return 'an impossible size';
    if (keysLeft[i]! < 0 || (i > 0 && keysLeft[i - 1]! > 0 && keysLeft[i] !== keysLeft[i - 1]! - 1))
      return 'a request without all of its keys';
    const at = atNs[i]!;
    if (!(at >= 0 && at <= Number.MAX_SAFE_INTEGER && Math.floor(at) === at && ttlNs[i]! >= 0))
      return 'an impossible time';
  }
  return null;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
