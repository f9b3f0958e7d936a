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

describe('run --until', () => {
  it('adds seeds, stops at --max-seeds, and says how far it got', async () => {
    const { folder, path } = small();
    const out = join(folder, 'out');
    const { code, stdout, stderr } = await cli([
      'run',
      path,
      '--until',
      'hottest.utilization=0.01%',
      '--max-seeds',
      '12',
      '--out',
      out,
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/is known to ±[\d.]+% after 10 seeds, wanted is ±0.01%: 2 more/);
    expect(stdout).toMatch(/not reached with 12 seeds: ±[\d.]+%/);
    const { replications, runs } = parseResult(readFileSync(join(out, 'result.json'), 'utf8'), 'result');
    expect(replications!.seeds).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(replications!.until).toMatchObject({ metric: 'hottest.utilization', reached: false });
    expect(runs.map((run) => run.replication)).toEqual(Array.from({ length: 24 }, (_, i) => i >> 1));
  });

  it('stops at ten where they are enough', async () => {
    const { folder, path } = small();
    const { stdout } = await cli([
      'run',
      path,
      '--until',
      'p99=50%',
      '--quiet',
      '--out',
      join(folder, 'out'),
    ]);
    expect(stdout).toMatch(/±50% of responseTime.p99, was reached with 10 seeds: ±/);
  });

  it('refuses what it cannot aim at, and contradictions', async () => {
    const { path } = small();
    const [metric, both, alone] = await Promise.all([
      cli(['run', path, '--until', 'p98=2%']),
      cli(['run', path, '--until', 'p99=2%', '--seeds', '5']),
      cli(['run', path, '--max-seeds', '50']),
    ]);
    expect([metric.code, both.code, alone.code]).toEqual([2, 2, 2]);
    expect(metric.stderr).toContain('unknown metric "p98"; did you mean "p90"?');
    expect(both.stderr).toContain('leave --seeds out');
    expect(alone.stderr).toContain('--max-seeds bounds --until');
  });
});

describe('warmUp: auto', () => {
  it('is found by a pilot run, used by all runs, and stated', async () => {
    const { folder, path } = small();
    const args = ['run', path, '--json', '--quiet', '--out', join(folder, 'out')];
    const auto = JSON.parse((await cli([...args, '--set', 'warmUp=auto'])).stdout);
    const note: string = auto.scenario.notes.at(-1);
    expect(note).toContain('MSER-5');
    const found = /the first ([\d.]+m?s) are left out/.exec(note)?.[1] ?? '0s';
    const given = JSON.parse((await cli([...args, '--set', `warmUp=${found}`])).stdout);
    const counts = (result: typeof auto) =>
      result.runs.map((run: { responseTime: { count: number } }) => run.responseTime.count);
    expect(counts(auto)).toEqual(counts(given));
  });

  it('that is given is stated too', async () => {
    const { folder, path } = small();
    const { stdout } = await cli([
      'run',
      path,
      '--quiet',
      '--set',
      'warmUp=100ms',
      '--out',
      join(folder, 'out'),
    ]);
    expect(stdout).toContain('the first 100ms are left out as warm-up, as the scenario says');
  });
});
