/** CLI: `check` judges scenarios by their gates; its exit code is the verdict. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, temporaryFolder } from './cli.ts';
import { SMALL_SCENARIO } from './scenarios.ts';

/** A scenario file with these gates, in a folder of its own. */
function scenario(gates: readonly string[], more = ''): string {
  const path = join(temporaryFolder(), 'small.yaml');
  const list = gates.map((gate) => `  - ${gate}\n`).join('');
  const strategies = 'strategies: { redis: redis-cluster, two: power-of-two-choices }';
  writeFileSync(path, `${SMALL_SCENARIO}${more}${strategies}\n${gates.length > 0 ? `gates:\n${list}` : ''}`);
  return path;
}

describe('check', () => {
  it('passes with 0 where every gate holds for every strategy', async () => {
    const { code, stdout } = await cli(['check', scenario(['p99 < 1s', 'lostWrites == 0']), '--quiet']);
    expect(stdout).toContain('check passed: 4 of 4 gates hold');
    expect(code).toBe(0);
  });

  it('fails with 1 and says expected, got, seeds, where to look and how to see it again', async () => {
    const path = scenario(['redis.p99 < 1us']);
    const { code, stdout } = await cli(['check', path, '--seeds', '3', '--quiet', '--set', 'duration=300ms']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/expected < 1us, got \d+us \[\d+us, \d+us\] \(3 seeds, worst [123]\)/);
    expect(stdout).toMatch(/most of it: node node-\d: busy/);
    const line = /reproduce: {2}evenkeel (.*)/.exec(stdout)![1]!;
    const again = await cli([...line.split(' '), '--quiet', '--json', '--out', temporaryFolder()]);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout).runs[0].strategy).toBe('redis');
  });

  it('only tells of a broken gate of level warn, and leaves out one that is off', async () => {
    const gates = ['{ expect: "redis.p99 < 1us", level: warn }', '{ expect: "p50 < 1us", level: off }'];
    const { code, stdout } = await cli(['check', scenario(gates), '--quiet']);
    expect(stdout).toContain('(warning)');
    expect(stdout).toContain('0 of 1 gates hold, 1 only warned');
    expect(code).toBe(0);
  });

  it('names the fault that cost most', async () => {
    const faults = 'faults: [{ name: kill, at: 100ms, crash: node-0 }]\n';
    const { code, stdout } = await cli(['check', scenario(['redis.failed == 0'], faults), '--quiet']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/most of it: fault kill \(node-0 at 100ms\): \d+ of the \d+ failed requests/);
  });

  it('writes a page: one scenario with its whole report, several with a verdict each', async () => {
    const [one, other] = [scenario(['p99 < 1us']), scenario(['p99 < 1s'])];
    const file = join(temporaryFolder(), 'check.html');
    const single = await cli(['check', one, '--quiet', '--format', `html=${file}`]);
    expect(single.code).toBe(1);
    const page = readFileSync(file, 'utf8');
    for (const id of ['gates-1', 'percentiles', 'heatmap', 'cost']) expect(page).toContain(`id="${id}"`);
    await cli(['check', one, other, '--quiet', '--format', `html=${file}`]);
    const both = readFileSync(file, 'utf8');
    for (const id of ['gates-1', 'gates-2', 'matrix', 'result-2']) expect(both).toContain(`id="${id}"`);
  });

  it('ends with 4 where there is nothing to compare, and skips such files of a folder', async () => {
    const without = scenario([]);
    const named = await cli(['check', without, '--quiet']);
    expect(named.code).toBe(4);
    expect(named.stdout).toContain('it has no gates, and there is no baselines');
    const folder = await cli(['check', join(without, '..'), '--quiet']);
    expect(folder.code).toBe(4);
    expect(folder.stdout).toContain('small.yaml: no gates and no baseline');
  });

  it('ends with 4 where a gate finds nothing to judge: no crash, no recovery', async () => {
    const { code, stdout } = await cli(['check', scenario(['recoveryTime < 1s']), '--quiet']);
    expect(stdout).toContain('no crash of a primary happened');
    expect(code).toBe(4);
  });

  it('refuses a mistyped gate before it runs anything, at its place', async () => {
    const path = scenario(['p99 < 5ms', 'redos.p99 < 5ms', '"p50 < 3 parsecs"']);
    const { code, stderr, stdout } = await cli(['check', path]);
    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain(`${path}:8:5: error: gates[1]: unknown strategy "redos"; did you mean "redis"?`);
    expect(stderr).toContain(`${path}:9:14: error: gates[2]`);
  });
});
