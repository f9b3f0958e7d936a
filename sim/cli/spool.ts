/**
 * Bytes written once and read again at any place, by any thread: in memory while they are few, in a temporary file
 * when they are many. The file loses its name as soon as it is open, so it is gone with the process, however that ends.
 */
import { mkdtempSync, openSync, readSync, rmdirSync, unlinkSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadAt } from '../traces/stored-trace.ts';
import { EXIT } from './exit-codes.ts';
import { CliError } from './failures.ts';
import { reasonOf } from './files.ts';

/** Some ten million requests in the binary trace format. */
const MAX_BYTES_IN_MEMORY = 64 * 2 ** 20;

/** Where bytes lie; plain data, the same in every thread of the process. */
export type Spooled = { readonly memory: SharedArrayBuffer } | { readonly descriptor: number };

export class Spool {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #descriptor: number | null = null;
  bytes = 0;

  constructor(maxBytesInMemory: number = MAX_BYTES_IN_MEMORY) {
    this.#maxBytes = maxBytesInMemory;
  }

  /** `part` is the spool's to keep. */
  write(part: Uint8Array): void {
    this.bytes += part.length;
    this.#parts.push(part);
    if (this.#descriptor === null && this.bytes <= this.#maxBytes) return;
    try {
      this.#descriptor ??= openNameless();
      for (const each of this.#parts)
        for (let at = 0; at < each.length; ) at += writeSync(this.#descriptor, each, at);
    } catch (error) {
      throw new CliError(
        EXIT.invalidInput,
        `cannot write a temporary file in ${tmpdir()}: ${reasonOf(error)}`,
        'TMPDIR names another folder; `evenkeel trace convert` makes a file that needs none.',
        { cause: error },
      );
    }
    this.#parts = [];
  }

  finish(): Spooled {
    if (this.#descriptor !== null) return { descriptor: this.#descriptor };
    const memory = new SharedArrayBuffer(this.bytes);
    const out = new Uint8Array(memory);
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    this.#parts = [];
    return { memory };
  }
}

function openNameless(): number {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-'));
  const path = join(folder, 'trace.ekt');
  const descriptor = openSync(path, 'wx+', 0o600);
  unlinkSync(path);
  rmdirSync(folder);
  return descriptor;
}

export function readerOf(spooled: Spooled): ReadAt {
  if ('descriptor' in spooled) return (into, at) => readFully(spooled.descriptor, into, at);
  const all = new Uint8Array(spooled.memory);
  return (into, at) => {
    const part = all.subarray(at, at + into.length);
    into.set(part);
    return part.length;
  };
}

/** One read may return less than there is. */
function readFully(descriptor: number, into: Uint8Array, position: number): number {
  let filled = 0;
  while (filled < into.length) {
    const bytes = readSync(descriptor, into, filled, into.length - filled, position + filled);
    if (bytes === 0) break;
    filled += bytes;
  }
  return filled;
}
