/** Files of numbers that a scenario names: what is in them stands in its place before the scenario is checked. */
import { statSync } from 'node:fs';
import { InputError } from '../sim/errors.ts';

export interface NamedFile {
  /** The same file read in the same way. */
  readonly id: string;
  /** Absolute. */
  readonly path: string;
  /** What to write in place of the map that names the file. */
  readonly read: () => Promise<FileContent>;
}

export type FileContent = Readonly<Record<string, unknown>>;

const MAX_BYTES = 64 * 2 ** 20;

/** @param where the scenario names it: `file:line:column` */
export function checkReadable(path: string, where: string, what: string): void {
  let bytes: number;
  try {
    bytes = statSync(path).size;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be opened (${code})`;
    throw new InputError(where, `${path}: ${reason}`, { cause: error });
  }
  if (bytes > MAX_BYTES)
    throw new InputError(path, `${bytes} bytes are too many for ${what}; at most ${MAX_BYTES}`);
}
