/** Writes the binary trace format: rows in, bytes out, in constant memory but for the key dictionary. */
import { crc32 } from 'node:zlib';
import { InputError } from '../errors.ts';
import type { Nanos, Op } from '../strategy.ts';
import { NONE } from '../strategy.ts';
import {
  BLOCK,
  BLOCK_HEADER_BYTES,
  BLOCK_NAME_BYTES,
  BLOCK_ROWS,
  encodeColumn,
  FILE_HEADER_BYTES,
  FOOTER,
  FOOTER_BYTES,
  MAGIC,
  SECTION_HEADER_BYTES,
  TIMES,
  UNITS_NS,
  VERSION,
} from './binary-format.ts';
import { KeyDictionary, MAX_KEY_BYTES } from './key-dictionary.ts';
import type { RowSink, TimeBase } from './reader.ts';
import { REORDER_WINDOW_NS, RowGuard } from './row-guard.ts';

export class BinaryWriter implements RowSink {
  readonly #file: string;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #guard = new RowGuard(REORDER_WINDOW_NS);
  readonly #keys = new KeyDictionary();
  readonly #seconds = new Float64Array(BLOCK_ROWS);
  readonly #nanos = new Float64Array(BLOCK_ROWS);
  readonly #offset = new Float64Array(BLOCK_ROWS);
  readonly #key = new Uint32Array(BLOCK_ROWS);
  readonly #op = new Uint8Array(BLOCK_ROWS);
  readonly #valueBytes = new Uint32Array(BLOCK_ROWS);
  readonly #ttlNs = new Float64Array(BLOCK_ROWS);
  readonly #keysLeft = new Uint32Array(BLOCK_ROWS);
  #names: number[] = [];
  #nameBytes = new Uint8Array(BLOCK_NAME_BYTES + MAX_KEY_BYTES);
  #nameEnd = 0;
  #rows = 0;
  #count = 0;

  /**
   * @param file whose rows they are, for messages
   * @param write takes the bytes in order; they are its own to keep
   */
  constructor(file: string, write: (bytes: Uint8Array) => void) {
    this.#file = file;
    this.#write = write;
    const header = new Uint8Array(FILE_HEADER_BYTES);
    header.set(MAGIC);
    new DataView(header.buffer).setUint32(MAGIC.length, VERSION, true);
    write(header);
  }

  get count(): number {
    return this.#count;
  }

  get keys(): number {
    return this.#keys.count;
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
    keysLeft = 0,
  ): string | null {
    const refused = this.#guard.refuse(seconds, nanos, end - start, valueBytes);
    if (refused !== null) return refused;
    const known = this.#keys.count;
    const key = this.#keys.intern(bytes, start, end);
    if (key === NONE)
      throw new InputError(this.#file, `too many distinct keys (${known}). Cut or sample the trace.`);
    if (key === known) {
      this.#nameBytes.set(bytes.subarray(start, end), this.#nameEnd);
      this.#nameEnd += end - start;
      this.#names.push(end - start);
    }
    const at = this.#rows++;
    this.#seconds[at] = seconds;
    this.#nanos[at] = nanos;
    this.#key[at] = key;
    this.#op[at] = op;
    this.#valueBytes[at] = valueBytes;
    this.#ttlNs[at] = ttlNs;
    this.#keysLeft[at] = keysLeft;
    this.#count++;
    if (this.#rows === BLOCK_ROWS || this.#nameEnd >= BLOCK_NAME_BYTES) this.#flush();
    return null;
  }

  finish(format: string, base: TimeBase): void {
    if (this.#rows > 0) this.#flush();
    const footer = new Uint8Array(FOOTER_BYTES);
    const view = new DataView(footer.buffer);
    view.setFloat64(0, this.#count, true);
    view.setFloat64(8, this.#keys.count, true);
    view.setFloat64(16, base.resolutionNs, true);
    view.setUint8(24, TIMES.indexOf(base.times));
    this.#section(FOOTER, [footer, Buffer.from(format)]);
  }

  #flush(): void {
    const rows = this.#rows;
    // Relative to the block's earliest second: rows may stand a little out of order.
    let base = this.#seconds[0]!;
    for (let i = 1; i < rows; i++) base = Math.min(base, this.#seconds[i]!);
    for (let i = 0; i < rows; i++) this.#offset[i] = (this.#seconds[i]! - base) * 1e9 + this.#nanos[i]!;
    const offsets = this.#offset.subarray(0, rows);
    if (!offsets.every((offset) => offset >= 0 && Number.isSafeInteger(offset)))
      throw new InputError(
        this.#file,
        `requests near number ${this.#count} lie more than 104 days apart, or have times that are no integers`,
      );
    const unitNs = UNITS_NS.find((unit) => offsets.every((offset) => offset % unit === 0))!;
    for (let i = 0; i < rows; i++) this.#offset[i]! /= unitNs;

    const header = new Uint8Array(BLOCK_HEADER_BYTES);
    const view = new DataView(header.buffer);
    view.setUint32(0, rows, true);
    view.setUint32(4, this.#names.length, true);
    view.setFloat64(8, base, true);
    view.setUint32(16, unitNs, true);
    this.#section(BLOCK, [
      header,
      encodeColumn(this.#names, this.#names.length),
      this.#nameBytes.slice(0, this.#nameEnd),
      encodeColumn(this.#offset, rows),
      encodeColumn(this.#key, rows),
      encodeColumn(this.#op, rows),
      encodeColumn(this.#valueBytes, rows),
      encodeColumn(this.#ttlNs, rows),
      encodeColumn(this.#keysLeft, rows),
    ]);
    this.#rows = 0;
    this.#names = [];
    this.#nameEnd = 0;
  }

  #section(tag: number, parts: readonly Uint8Array[]): void {
    const payload = Buffer.concat(parts);
    const header = new Uint8Array(SECTION_HEADER_BYTES);
    const view = new DataView(header.buffer);
    view.setUint32(0, tag, true);
    view.setUint32(4, payload.length, true);
    view.setUint32(8, crc32(payload), true);
    this.#write(header);
    this.#write(payload);
  }
}
