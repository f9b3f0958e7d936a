/**
 * Cuts a byte stream into lines, whatever the chunk borders: LF or CRLF, last line with or without an end, a
 * byte order mark before the first or none. A line
 * with a NUL byte is a bad row in every format: no text has any, but a disk that lost power leaves blocks of them.
 */
import { LIMITS } from '../limits.ts';
import { excerpt, type RowLog } from './reader.ts';

/** The line `bytes[start .. end)`, without its end; valid during the call only. `line` counts from 1. */
export type LineHandler = (bytes: Uint8Array, start: number, end: number, line: number) => void;

/** Calls `onLine` for every line; empty, overlong and damaged ones go to the log instead. */
export async function forEachLine(
  chunks: AsyncIterable<Uint8Array>,
  log: RowLog,
  onLine: LineHandler,
): Promise<void> {
  const cutter = new LineCutter(log, onLine);
  for await (const chunk of chunks) cutter.push(chunk);
  cutter.end();
}

class LineCutter {
  readonly #log: RowLog;
  readonly #onLine: LineHandler;
  #line = 0;
  /** Start of a line whose end is in a later chunk. */
  #held = new Uint8Array(1 << 12);
  /** Length of that start; above LIMITS.traceLineBytes its bytes are no longer kept. */
  #heldBytes = 0;
  /** Whether the chunk at hand, or the start held, has a NUL byte: one fast search instead of one per line. */
  #chunkHasNul = false;
  #heldHasNul = false;

  constructor(log: RowLog, onLine: LineHandler) {
    this.#log = log;
    this.#onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    this.#chunkHasNul = chunk.includes(0);
    let start = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0; end = chunk.indexOf(0x0a, start)) {
      if (this.#heldBytes === 0) {
        this.#emit(chunk, start, end, this.#chunkHasNul);
      } else {
        this.#hold(chunk, start, end);
        this.#emitHeld();
      }
      start = end + 1;
    }
    this.#hold(chunk, start, chunk.length);
  }

  end(): void {
    if (this.#heldBytes > 0) this.#emitHeld();
  }

  #hold(chunk: Uint8Array, start: number, end: number): void {
    const total = this.#heldBytes + end - start;
    this.#heldHasNul ||= this.#chunkHasNul;
    if (total <= LIMITS.traceLineBytes) {
      if (total > this.#held.length) this.#held = new Uint8Array(this.#held.buffer.transfer(2 * total));
      this.#held.set(chunk.subarray(start, end), this.#heldBytes);
    }
    this.#heldBytes = total;
  }

  #emitHeld(): void {
    const length = this.#heldBytes;
    const suspect = this.#heldHasNul;
    this.#heldBytes = 0;
    this.#heldHasNul = false;
    this.#emit(this.#held, 0, length, suspect);
  }

  #emit(bytes: Uint8Array, start: number, end: number, suspect: boolean): void {
    this.#line += 1;
    if (end - start > LIMITS.traceLineBytes) {
      this.#log.rowsRead += 1;
      this.#log.bad(this.#line, `line longer than ${LIMITS.traceLineBytes / 1024 / 1024} MiB`, '');
      return;
    }
    if (suspect && bytes.subarray(start, end).includes(0)) {
      this.#log.rowsRead += 1;
      this.#log.bad(this.#line, 'NUL byte in the line', excerpt(bytes, start, end));
      return;
    }
    const from = this.#line === 1 ? start + byteOrderMark(bytes, start, end) : start;
    const bare = end > from && bytes[end - 1] === 0x0d ? end - 1 : end;
    if (bare === from) this.#log.skip(this.#line, 'empty line');
    else this.#onLine(bytes, from, bare, this.#line);
  }
}

/** Length of the mark that some editors and spreadsheets write before UTF-8 text: it belongs to no column. */
export function byteOrderMark(bytes: Uint8Array, start: number, end: number): number {
  const marked =
    end - start >= 3 && bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
  return marked ? 3 : 0;
}
