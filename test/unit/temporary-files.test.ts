/** Unit: what a killed process left half written goes with the next file; what others are writing stays. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { WholeFile, writeWhole } from '../../sim/cli/files.ts';

test('leftovers of dead processes of this machine go, and nothing else', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const host = hostname().replace(/[^A-Za-z0-9-]/g, '-');
  const dead = spawnSync(process.execPath, ['--version']).pid;
  const name = (host: string, pid: number) => `.result.json.${host}.${pid}.0123abcd.evenkeel-tmp`;
  const stay = [name(host, process.ppid), name(`other-${host}`, dead), '.result.json', 'x.evenkeel-tmp'];
  // In a container, the process before this one had the same number.
  for (const each of [...stay, name(host, dead), name(host, process.pid)])
    writeFileSync(join(folder, each), '');
  const slow = new WholeFile(join(folder, 'slow.json'));
  writeWhole(join(folder, 'result.json'), '{}');
  slow.write(Buffer.from('[]'));
  slow.finish();
  expect(readdirSync(folder).sort()).toEqual([...stay, 'result.json', 'slow.json'].sort());
});

test('a name as long as a file system takes can be written', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const name = `${'x'.repeat(250)}.json`;
  writeWhole(join(folder, name), '{}');
  expect(readdirSync(folder)).toEqual([name]);
});
