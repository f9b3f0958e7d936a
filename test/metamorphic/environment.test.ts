/**
 * Metamorphic: the same bytes, whoever runs the command where. A result outside `perf` is a function of scenario and
 * seed: not of the time zone, language, locale or folder, nor of how many workers there are, nor of which
 * strategies stand beside one.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Result } from '../../sim/result.ts';
import { type CliOptions, cli } from '../cli/cli.ts';

const SCENARIO = `
name: environment
duration: 600ms
cluster: { shards: 3, replicas: 1, zones: [a, b] }
workload: { rate: 3k/s, keys: { count: 2k, popularity: { zipf: 0.99 }, name: 'käse:{id}' } }
faults:
  - { name: kill, at: 200ms, crash: node-0, of: process }
  - { name: back, at: 400ms, restart: node-0 }
strategies:
  redis: redis-cluster
  ring: { preset: consistent-hash }
  choices: { preset: power-of-two-choices }
`;

const KIRIBATI = { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };

async function result(args: readonly string[], options: CliOptions): Promise<Result> {
  const { code, stdout, stderr } = await cli(['run', ...args, '--json', '--quiet', '--check'], options);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Result;
}

/** What the command line and the clock had to do with: `perf`, and the command that made it. */
const runsOf = ({ runs }: Result) => runs.map(({ perf: _perf, ...rest }) => rest);

describe('the same bytes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-metamorphic-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'environment.yaml');
  writeFileSync(path, SCENARIO);
  const plain = result([path, '--workers', '1'], { cwd: folder });

  test.each<[string, readonly string[], CliOptions]>([
    ['with two workers', [path, '--workers', '2'], { cwd: folder }],
    ['in Kiribati, in Turkish', [path], { cwd: folder, env: KIRIBATI }],
    ['in plain C, from another folder', [path], { cwd: '/', env: { LANG: 'C', LC_ALL: 'C', TZ: 'UTC' } }],
  ])('%s', async (_what, args, options) => {
    expect(JSON.stringify(runsOf(await result(args, options)))).toBe(JSON.stringify(runsOf(await plain)));
  });

  test('by a relative path from a deeper folder', async () => {
    const deeper = join(folder, 'a', 'b');
    mkdirSync(deeper, { recursive: true });
    expect(runsOf(await result(['../../environment.yaml'], { cwd: deeper }))).toEqual(runsOf(await plain));
  });

  test.each(['redis', 'choices'])('%s alone as beside the others', async (name) => {
    const alone = runsOf(await result([path, '--strategy', name], { cwd: folder }));
    expect(alone).toEqual(runsOf(await plain).filter(({ strategy }) => strategy === name));
    expect(alone).toHaveLength(1);
  });

  test('but not with another seed', async () => {
    const other = await result([path, '--seed', '2'], { cwd: folder });
    expect(runsOf(other)[0]!.fingerprint).not.toBe(runsOf(await plain)[0]!.fingerprint);
  });
});
