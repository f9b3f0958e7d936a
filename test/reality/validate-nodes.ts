/**
 * `npm run validate:nodes`: the fingerprints of the cookbook, and all that the kept storms say, under other majors of
 * Node. Each comes from npm (the package `node`) into a temporary folder and plays every scenario and storm; what differs
 * from what is committed is told.
 * With a word (`print`) it prints this Node's own fingerprints as JSON.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COOKBOOK_FILES, recipesOf } from '../golden/cookbook.ts';
import { digestsByPart } from '../golden/storms.ts';

const MAJORS = ['22', '24', '26'];

async function print(): Promise<void> {
  const fingerprints: Record<string, string> = {};
  for (const file of COOKBOOK_FILES)
    for (const recipe of await recipesOf(file)) fingerprints[recipe.id] = recipe.fingerprint();
  for (const [part, digest] of Object.entries(digestsByPart())) fingerprints[`storms: ${part}`] = digest;
  process.stdout.write(JSON.stringify({ node: process.version, fingerprints }));
}

function install(major: string, folder: string): string {
  const prefix = join(folder, major);
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--prefix', prefix, `node@${major}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(prefix, 'node_modules/node/bin/node');
}

function compare(golden: Readonly<Record<string, string>>): number {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-nodes-'));
  let differing = 0;
  try {
    for (const major of MAJORS) {
      const options = { encoding: 'utf8', maxBuffer: 1e8 } as const;
      const text = execFileSync(install(major, folder), [import.meta.filename, 'print'], options);
      const { node, fingerprints } = JSON.parse(text) as { node: string; fingerprints: typeof golden };
      const ids = Object.keys(golden);
      const others = ids.filter((id) => fingerprints[id] !== golden[id]);
      differing += others.length;
      console.log(`${node}: ${ids.length - others.length} of ${ids.length} fingerprints as committed`);
      for (const id of others) console.log(`  ${id}: ${fingerprints[id]}, committed ${golden[id]}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return differing;
}

if (process.argv[2] === 'print') await print();
else {
  const golden = (name: string): Record<string, string> =>
    JSON.parse(readFileSync(join(import.meta.dirname, '../golden', name), 'utf8'));
  const storms = Object.entries(golden('storms.json')).map(([part, digest]) => [`storms: ${part}`, digest]);
  const committed = { ...golden('fingerprints.json'), ...Object.fromEntries(storms) };
  process.exitCode = compare(committed) > 0 ? 1 : 0;
}
