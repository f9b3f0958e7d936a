// contract: two stored results are told apart, strategy by strategy, over the seeds that both have
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cli } from './cli.ts';
import { SMALL_SCENARIO } from './scenarios.ts';

const folder = mkdtempSync(join(tmpdir(), 'evenkeel-diff-'));

beforeAll(async () => {
  writeFileSync(
    join(folder, 'a.yaml'),
    `${SMALL_SCENARIO}strategies: { a: redis-cluster, b: redis-cluster }\n`,
  );
  const slow = ['--set', 'cluster.node.serviceTime.get=150us', '--set', 'cluster.node.serviceTime.set=150us'];
  await cli(['run', 'a.yaml', '--seeds', '3', '--quiet', '--out', 'was'], { cwd: folder });
  await cli(['run', 'a.yaml', '--seeds', '3', '--quiet', '--out', 'slow', ...slow], { cwd: folder });
  await cli(['run', 'a.yaml', '--seeds', '7,8', '--quiet', '--out', 'other', '--strategy', 'a'], {
    cwd: folder,
  });
  return () => rmSync(folder, { recursive: true });
}, 60_000);

const diff = (...args: string[]) => cli(['diff', ...args], { cwd: folder });

describe('diff', () => {
  test('the same run twice: nothing moved', async () => {
    const { code, stdout } = await diff('was/result.json', 'was/result.json');
    expect(code).toBe(0);
    expect(stdout).toContain('nothing moved: every request and event was the same');
  });

  test('slower nodes: worse, with interval, for each strategy; the setup is named as a cause', async () => {
    const { stdout } = await diff('was/result.json', 'slow/result.json');
    expect(stdout).toContain('over seeds 1 to 3, paired');
    expect(stdout).toContain('the scenarios differ');
    expect(stdout.match(/responseTime\.mean .* -> .*\+[\d.]+% \[\+[\d.]+, \+[\d.]+\] worse/g)).toHaveLength(
      2,
    );
    expect(stdout).toMatch(/and \d+ further metrics \(--all\)/);
    const json = JSON.parse((await diff('was/result.json', 'slow/result.json', '--json')).stdout);
    const mean = json.found.find(({ metric }: { metric: string }) => metric === 'responseTime.mean');
    expect(mean.row.versus.verdict).toBe('worse');
    expect(mean.now - mean.was).toBeCloseTo(mean.row.versus.delta, 9);
    expect(json.identical).toBe(false);
  });

  test('better, the other way round', async () => {
    const { stdout } = await diff('slow/result.json', 'was/result.json');
    expect(stdout).toMatch(/responseTime\.mean .* better/);
    expect(stdout).not.toMatch(/responseTime\.mean .* worse/);
  });

  test('no common seed cannot be compared, and says what to do', async () => {
    const { code, stdout, stderr } = await diff('was/result.json', 'other/result.json');
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toContain('no seed in common');
    expect(stderr).toContain('--seeds');
  });

  test('a file that is no result', async () => {
    const { code, stderr } = await diff('was/result.json', 'a.yaml');
    expect(code).toBe(3);
    expect(stderr).toContain('a.yaml');
  });
});
