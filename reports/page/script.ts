/**
 * The page's script: browser/main.ts with Vega, its interpreter and the few parts of d3 it uses, in one piece.
 * Bundled when a report is made (a third of a second), so that a clone needs no build; same input, same bytes.
 */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const CREDITS =
  '/* Contains Vega (BSD-3-Clause, University of Washington Interactive Data Lab) and D3 (ISC, Mike Bostock). */';

/** As this file: TypeScript in a clone, JavaScript where it is installed. */
const ENTRY = new URL(`../browser/main${extname(import.meta.url)}`, import.meta.url);

let bundled: Promise<string> | null = null;

export function pageScript(): Promise<string> {
  bundled ??= bundle();
  return bundled;
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(ENTRY)],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    charset: 'ascii',
    legalComments: 'none',
    banner: { js: CREDITS },
    write: false,
    tsconfigRaw: '{}',
  });
  return outputFiles[0]!.text;
}
