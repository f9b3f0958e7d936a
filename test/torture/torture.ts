/** `npm run torture`: the long form. CELLS and KILLS in the environment ask for more or less. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tortureFiles } from './tortured-files.ts';
import { tortureSweep } from './tortured-sweep.ts';

const cells = Number(process.env['CELLS'] ?? 2000);
const kills = Number(process.env['KILLS'] ?? 30);
const folder = mkdtempSync(join(tmpdir(), 'evenkeel-torture-'));
try {
  const files = await tortureFiles(folder, kills);
  console.log('result, report and baseline:', files);
  const sweep = await tortureSweep(folder, { cells, kills, killWorkers: 0.1, diskFull: 5 });
  console.log('sweep:', sweep);
} finally {
  rmSync(folder, { recursive: true });
}
