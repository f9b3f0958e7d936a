/** Files of numbers that a scenario names: what is in them stands in its place before the scenario is checked. */
import { type Stats, statSync } from 'node:fs';
import { InputError } from '../sim/errors.ts';
import { LIMITS } from '../sim/limits.ts';

export interface NamedFile {
  /** The same file read in the same way. */
  readonly id: string;
  /** Absolute. */
  readonly path: string;
  /** What to write in place of the map that names the file. */
  readonly read: () => Promise<FileContent>;
}

export type FileContent = Readonly<Record<string, unknown>>;

/** @param where the scenario names it: `file:line:column` */
export function checkReadable(path: string, where: string, what: string): void {
  let found: Stats;
  try {
    found = statSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'there is no such file' : `it cannot be opened (${code})`;
    throw new InputError(where, `${path}: ${reason}`, { cause: error });
  }
  if (!found.isFile()) throw new InputError(path, `this is no file, as ${what} has to be`);
  if (found.size > LIMITS.namedFileBytes)
    throw new InputError(
      path,
      `${found.size} bytes are too many for ${what}; at most ${LIMITS.namedFileBytes}`,
    );
}
