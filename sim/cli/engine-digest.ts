/**
 * Which engine made a run: a hash of the sources that decide what is simulated. The version alone would not do:
 * between two releases, or in a clone that somebody works on, the same version does different things.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** TypeScript in a clone, JavaScript where it is installed. */
const SOURCE = extname(import.meta.url);
/** `sim/cli` and `reports` show what happened; they do not decide it. */
const DECIDE = ['sim', 'strategies', 'scenarios'];
const SHOW = join('sim', 'cli');

let known: string | null = null;

export function engineDigest(): string {
  known ??= digest();
  return known;
}

function digest(): string {
  const hash = createHash('sha256');
  const files = DECIDE.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  ).filter((path) => path.endsWith(SOURCE) && !path.endsWith('.d.ts') && !path.startsWith(SHOW));
  for (const path of files.sort())
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(ROOT, path)));
  return hash.digest('hex').slice(0, 16);
}
