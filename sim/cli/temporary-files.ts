/**
 * Files that are being written, beside what they will be. Their names say who writes them, so that what a killed
 * process left behind can be told from what another one is writing, and goes with the next command.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, unlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Names of machines, for names of files. */
const HOST = hostname()
  .replace(/[^A-Za-z0-9-]/g, '-')
  .slice(0, 64);
/** In containers every process may have the number that this one has. */
const OWN = `${HOST}.${process.pid}.${randomBytes(4).toString('hex')}.evenkeel-tmp`;
/** A file's name has at most 255 bytes, a character up to four. */
const LONGEST_NAME = 30;

export function temporaryFor(path: string): string {
  const name = basename(path).slice(0, LONGEST_NAME);
  return join(dirname(path), `.${name}.${OWN}`);
}

/** Removes temporary files in `folder` whose process on this machine is gone. */
export function clearLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, host, pid] = /^\..*\.([A-Za-z0-9-]*)\.(\d+)\.[0-9a-f]{8}\.evenkeel-tmp$/s.exec(name) ?? [];
    if (host === HOST && !name.endsWith(OWN) && !isOther(Number(pid))) remove(join(folder, name));
  }
}

/** Never throws: the error that matters is the one before it. */
export function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never made.
  }
}

/** Whether another process has this number. */
function isOther(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
