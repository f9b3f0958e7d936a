/** Law: no cell of a sweep is lost or counted twice, and no file is half written, whatever dies meanwhile. `npm run torture` is the long form. */
import { expect, it } from 'vitest';
import { temporaryFolder } from '../cli/cli.ts';
import { tortureFiles } from './tortured-files.ts';
import { tortureSweep } from './tortured-sweep.ts';

it('a sweep whose workers and processes are killed, on a disk that is full, ends in the same bytes', async () => {
  const torture = { cells: 24, kills: 3, killWorkers: 0.2, diskFull: 2 };
  const counts = await tortureSweep(temporaryFolder(), torture);
  expect(counts.killed).toBeGreaterThanOrEqual(3);
  expect(counts.diskFull).toBe(2);
  // Some ten processes that load everything anew, on a machine that may be busy.
}, 600_000);

it('a result, report or baseline that a killed command or a full disk stopped is the old one or whole', async () => {
  const counts = await tortureFiles(temporaryFolder(), 2);
  expect(counts.diskFull).toBe(3);
}, 600_000);
