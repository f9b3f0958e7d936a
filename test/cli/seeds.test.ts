/** CLI: `run --seeds` runs every strategy with the same seeds, and tells what they show. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseResult } from '../../reports/read.ts';
import { cli, temporaryFolder } from './cli.ts';
import { SMALL_SCENARIO } from './scenarios.ts';

function small(): { folder: string; path: string } {
  const folder = temporaryFolder();
  const path = join(folder, 'small.yaml');
  writeFileSync(path, `${SMALL_SCENARIO}strategies: { redis: redis-cluster, two: power-of-two-choices }\n`);
  return { folder, path };
}

describe('run --seeds', () => {
  it('gives each strategy the same seeds, whose runs are those of --seed', async () => {
    const { folder, path } = small();
    const out = join(folder, 'out');
    const { code, stdout } = await cli(['run', path, '--seeds', '3..5', '--out', out, '--quiet']);
    expect(code).toBe(0);
    expect(stdout).toContain('Means over 3 seeds (seeds 3 to 5)');
    expect(stdout).toMatch(/±/);
    const result = parseResult(readFileSync(join(out, 'result.json'), 'utf8'), 'result');
    expect(result.runs.map((run) => `${run.strategy} ${run.seed} ${run.replication}`)).toEqual([
      'redis 3 0',
      'two 3 0',
      'redis 4 1',
      'two 4 1',
      'redis 5 2',
      'two 5 2',
    ]);
    const [redis, two] = [result.runs[2]!, result.runs[3]!];
    expect(redis.requests.offered).toBe(two.requests.offered);
    expect(result.runs[0]!.requests.offered).not.toBe(redis.requests.offered);
    const alone = await cli(['run', path, '--seed', '4', '--json', '--quiet', '--out', out]);
    const fingerprints = JSON.parse(alone.stdout).runs.map((run: { fingerprint: string }) => run.fingerprint);
    expect(fingerprints).toEqual([redis.fingerprint, two.fingerprint]);
    const html = readFileSync(join(out, 'report.html'), 'utf8');
    expect(html.length).toBeGreaterThan(1000);
  });

  it('refuses seeds and margins that are none, before it runs anything', async () => {
    const { path } = small();
    const [seeds, margin] = await Promise.all([
      cli(['run', path, '--seeds', '5..2']),
      cli(['run', path, '--seeds', '2', '--margin', '150%']),
    ]);
    expect([seeds.code, margin.code]).toEqual([2, 2]);
    expect(seeds.stderr).toContain('a range goes up, as in 2..5');
    expect(margin.stderr).toContain('--margin 150%: needs a share from 0% up to 100%');
  });
});
