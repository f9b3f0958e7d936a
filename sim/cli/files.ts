/** Output files: whole or not at all. */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { bytes as formatBytes } from '../../reports/format.ts';
import { visible } from '../../reports/safe.ts';
import { EXIT } from './exit-codes.ts';
import { CliError, usageError } from './failures.ts';
import { clearLeftovers, remove, temporaryFor } from './temporary-files.ts';

const CHUNK_BYTES = 1 << 20;

/** Writes a temporary file beside `path`, forces it to the disk and renames it: no reader sees half of it. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  const file = new WholeFile(path);
  file.write(typeof content === 'string' ? Buffer.from(content) : content);
  file.finish();
}

/** A file that somebody may have written by hand is replaced only when that is asked for. */
export function refuseToReplace(path: string, force: boolean | undefined): void {
  if (existsSync(path) && force !== true)
    throw usageError(`${visible(path)} is there already; --force replaces it`);
}

/** The same for what comes in pieces: `finish` or `discard` it. */
export class WholeFile {
  readonly #path: string;
  readonly #temporary: string;
  #file: number | null = null;

  constructor(path: string) {
    this.#path = path;
    this.#temporary = temporaryFor(path);
    this.#try(() => {
      makeFolder(dirname(path));
      clearLeftovers(dirname(path));
      this.#file = openSync(this.#temporary, 'wx');
    });
  }

  write(bytes: Uint8Array): void {
    this.#try(() => writeFully(this.#file!, bytes));
  }

  finish(): void {
    this.#try(() => {
      fsyncSync(this.#file!);
      this.#close();
      renameSync(this.#temporary, this.#path);
    });
  }

  discard(): void {
    this.#close();
    remove(this.#temporary);
  }

  #close(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#file = null;
  }

  #try(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.discard();
      throw outputError(this.#path, error);
    }
  }
}

/** Makes sure, before any work is done, that files can be written to `folder`. */
export function prepareFolder(folder: string): void {
  const probe = temporaryFor(join(folder, 'probe'));
  try {
    makeFolder(folder);
    clearLeftovers(folder);
    closeSync(openSync(probe, 'wx'));
  } catch (error) {
    throw outputError(folder, error);
  } finally {
    remove(probe);
  }
}

/** With its parents. Not by `recursive: true`, which never returns below /proc, where mkdir says ENOENT. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another process may have been faster.
    if (!existsSync(folder)) throw error;
  }
}

/** One write may take less than there is: a full disk says so with the next. */
export function writeFully(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** All of a file, a pipe or a device, as text. */
export function readInput(path: string, maxBytes: number): string {
  return readBytes(path, maxBytes).toString('utf8');
}

/** @param path or a descriptor; what is larger than `maxBytes` is refused, and not held in memory */
export function readBytes(path: string | number, maxBytes: number): Buffer {
  let file: number | null = null;
  try {
    file = typeof path === 'number' ? path : openSync(path, 'r');
    const known = fstatSync(file).size;
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const parts: Buffer[] = [];
    let bytes = known > maxBytes ? known : 0;
    while (bytes <= maxBytes) {
      const read = readSync(file, chunk);
      if (read === 0) return Buffer.concat(parts);
      // A pipe gives a little at a time: what is kept is no longer than that.
      parts.push(Buffer.from(chunk.subarray(0, read)));
      bytes += read;
    }
    const found = known > maxBytes ? formatBytes(known) : `more than ${formatBytes(maxBytes)}`;
    throw new Error(`it has ${found}; at most ${formatBytes(maxBytes)} are taken`);
  } catch (error) {
    const name = typeof path === 'number' ? 'stdin' : path;
    throw new CliError(EXIT.invalidInput, `cannot read ${name}: ${reasonOf(error)}`);
  } finally {
    if (file !== null && file !== path) closeSync(file);
  }
}

/** A name as a file name: letters, digits, dots, dashes; never empty, hidden, or a way out of the folder. */
export function fileNameFor(name: string): string {
  const safe = name
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '');
  return safe.slice(0, 100) || 'scenario';
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is larger than the system allows (ulimit -f)',
  EIO: 'the disk reports an error',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'a file of that name is in the way',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'the name is too long',
};

export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}

function outputError(path: string, error: unknown): CliError {
  return new CliError(
    EXIT.invalidInput,
    `cannot write ${path}: ${reasonOf(error)}`,
    '--out DIR writes elsewhere; nothing half-written was left behind.',
    { cause: error },
  );
}
