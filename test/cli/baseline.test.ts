/** CLI: baselines are kept, compared with and replaced; what changed and what got worse are two things. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, temporaryFolder } from './cli.ts';
import { SMALL_SCENARIO } from './scenarios.ts';

interface Kept {
  strategies: Record<string, { fingerprint: string[]; metrics: Record<string, number[]> }>;
}

/** A folder with `small.yaml` and its baseline over three seeds. */
async function saved(gates = '') {
  const cwd = temporaryFolder();
  writeFileSync(join(cwd, 'small.yaml'), `${SMALL_SCENARIO}strategies: { redis: redis-cluster }\n${gates}`);
  const file = join(cwd, 'baselines/small.json');
  const run = (...args: string[]) => cli([...args, '--quiet'], { cwd });
  const save = await run('baseline', 'save', 'small.yaml', '--seeds', '3');
  expect(save).toMatchObject({ code: 0, stdout: '' });
  const edit = (change: (kept: Kept) => void) => {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as Kept;
    change(kept);
    writeFileSync(file, JSON.stringify(kept));
  };
  return { file, run, edit, cwd };
}

describe('baseline', () => {
  it('is the same bytes again, small, with a column per line', async () => {
    const { file, run } = await saved();
    const first = readFileSync(file, 'utf8');
    expect((await run('baseline', 'update', 'small.yaml', '--reason', 'first')).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(first);
    expect(first.length).toBeLessThan(8000);
    expect(first).toMatch(/^ {8}"responseTime\.p99": \[[\d.]+, [\d.]+, [\d.]+\],$/m);
  });

  it('is not overwritten by save, nor replaced without a reason', async () => {
    const { run } = await saved();
    const again = await run('baseline', 'save', 'small.yaml');
    expect(again.code).toBe(2);
    expect(again.stderr).toContain('evenkeel baseline update small.yaml --reason "..."');
    const update = await run('baseline', 'update', 'small.yaml');
    expect(update.code).toBe(2);
    expect(update.stderr).toContain('update needs --reason');
    expect((await run('baseline', 'sav', 'small.yaml')).stderr).toContain('did you mean "save"?');
  });

  it('is shown, and its absence is said with what to do', async () => {
    const { run } = await saved();
    expect((await run('baseline', 'show', 'small.yaml')).stdout).toContain('seeds       1, 2, 3');
    const absent = await run('baseline', 'diff', 'small.yaml', '--baselines', 'elsewhere');
    expect(absent.code).toBe(4);
    expect(absent.stderr).toContain('evenkeel baseline save small.yaml');
  });
});

describe('check against a baseline', () => {
  it('passes where nothing moved, over the seeds of the baseline', async () => {
    const { run } = await saved();
    const { code, stdout } = await run('check', 'small.yaml');
    expect(stdout).toContain('3 seeds from 1');
    expect(stdout).toContain('check passed: 3 of 3 gates hold');
    expect(stdout).not.toContain('behaviour changed');
    expect(code).toBe(0);
  });

  it('tells of a metric that moved, and does not fail by that', async () => {
    const { run, edit } = await saved();
    edit(({ strategies }) => {
      strategies['redis']!.metrics['requests.attempts']![1]! += 1000;
    });
    const { code, stdout } = await run('check', 'small.yaml');
    expect(stdout).toMatch(/behaviour changed.*\n {4}redis: requests\.attempts \d+ -> \d+ \(-\d+%\)/);
    expect(code).toBe(0);
    const diff = await run('baseline', 'diff', 'small.yaml', '--json');
    expect(JSON.parse(diff.stdout).changes).toMatchObject([{ metric: 'requests.attempts', seedsMoved: 1 }]);
  });

  it('tells of runs that went another way though no metric moved', async () => {
    const { run, edit } = await saved();
    edit(({ strategies }) => {
      strategies['redis']!.fingerprint[0] = 'another';
    });
    expect((await run('check', 'small.yaml')).stdout).toContain('redis: fingerprint another -> ');
  });

  it('fails with 1 where p99 is worse by more than the margin and by more than chance', async () => {
    const { run, edit } = await saved();
    edit(({ strategies }) => {
      const { metrics } = strategies['redis']!;
      metrics['responseTime.p99'] = metrics['responseTime.p99']!.map((value) => value / 2);
    });
    const { code, stdout } = await run('check', 'small.yaml');
    expect(stdout).toContain('✗ p99 <= baseline + 5% for "redis"');
    expect(stdout).toMatch(/expected <= \d+us \(baseline \+ 5%\), got \d+us/);
    expect(code).toBe(1);
  });

  it('is inconclusive where the seeds disagree: 0, or 7 if undecided is not good enough', async () => {
    const { run, edit } = await saved();
    edit(({ strategies }) => {
      strategies['redis']!.metrics['responseTime.p99']![0]! /= 2;
    });
    expect((await run('check', 'small.yaml')).code).toBe(0);
    const { code, stdout } = await run('check', 'small.yaml', '--strict');
    expect(stdout).toMatch(/~ p99 <= baseline[\s\S]*more seeds? would tell/);
    expect(code).toBe(7);
  });

  it('refuses to compare another setup and says what differs', async () => {
    const { run } = await saved();
    const { code, stdout } = await run('check', 'small.yaml', '--set', 'cluster.shards=3');
    expect(stdout).toMatch(/the baseline is of another setup .*what differs: cluster$/m);
    expect(code).toBe(4);
  });

  it('refuses a file that is no baseline', async () => {
    const { run, file } = await saved();
    writeFileSync(file, '{"schema":"evenkeel/baseline@9"}');
    const { code, stderr } = await run('check', 'small.yaml');
    expect(stderr).toContain('small.json is no baseline of this version: schema');
    expect(code).toBe(4);
  });

  it("judges the scenario's own gates, also of one class of nodes", async () => {
    const { run } = await saved(
      'gates: [hottest.utilization <= baseline on primaries, p99 <= baseline - 50%]\n',
    );
    const { code, stdout } = await run('check', 'small.yaml');
    expect(stdout).toContain('✓ hottest.utilization <= baseline on primaries');
    expect(stdout).toContain('✗ p99 <= baseline - 50%');
    expect(code).toBe(1);
  });

  it('says that a gate against a baseline has none', async () => {
    const { run } = await saved('gates: [p99 <= baseline + 5%]\n');
    const { code, stdout } = await run('check', 'small.yaml', '--baselines', 'elsewhere');
    expect(stdout).toContain('there is no baseline elsewhere/small.json');
    expect(code).toBe(4);
  });
});
