/** CLI: `capacity` finds how little is enough, or how much is still all right, and says what breaks next. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CapacityReport } from '../../reports/capacity-report.ts';
import { cli, temporaryFolder } from './cli.ts';

// 10,000 requests a second fill one node: 100 us each.
const SCENARIO = `
duration: 1s
cluster: { shards: 2, replicas: 1, zones: [a, b], node: { serviceTime: { get: 100us, set: 100us, perKiB: 0us } } }
workload: { rate: 10k/s, keys: { count: 10k } }
prices: { node: 50, currency: EUR }
faults: [{ name: late, at: 500s, crash: node-0 }]
strategies:
  redis: redis-cluster
  ring: { preset: consistent-hash, with: { cluster.shards: 4, cluster.replicas: 0 } }
`;

function scenario(): string {
  const path = join(temporaryFolder(), 'small.yaml');
  writeFileSync(path, SCENARIO);
  return path;
}

async function capacity(...args: string[]): Promise<CapacityReport> {
  const { stdout, stderr, code } = await cli(['capacity', scenario(), '--json', '--quiet', ...args]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
}

describe('capacity', () => {
  it('finds the rate that theory says: utilization is rate times service time', async () => {
    const strategy = ['--strategy', 'redis', '--set', 'cluster.shards=1', '--set', 'duration=2s'];
    const report = await capacity(
      '--slo',
      'hottest.utilization < 70%',
      '--vary',
      'workload.rate=6k/s..8k/s',
      ...strategy,
    );
    const [{ answer, next }] = report.strategies as [CapacityReport['strategies'][0]];
    // Service times are exponential: over 2 s and 5 seeds, the mean of utilization has a standard error of
    // 0.7 sqrt(2 / 70,000) = 0.4 %; t(0.992, 4 degrees) = 3.9 of them, and two steps of 5 % for the grid.
    expect(answer!.value).toBeLessThanOrEqual(7_000);
    expect(answer!.value).toBeGreaterThan(7_000 * (1 - 2 * 0.05 - 3.9 * 0.004));
    expect(next!.value / answer!.value).toBeCloseTo(1.05, 1);
    expect(next!.findings.some(({ status }) => status !== 'pass')).toBe(true);
  });

  it('finds the fewest shards of each strategy, by its own count, with what they cost', async () => {
    const report = await capacity(
      '--slo',
      'hottest.utilization < 60%',
      '--vary',
      'cluster.shards=1..5',
      '--seeds',
      '2',
    );
    const [redis, ring] = report.strategies as [
      CapacityReport['strategies'][0],
      CapacityReport['strategies'][0],
    ];
    // 10,000/s x 100 us is one busy node: two of them are at 50 % if they share evenly, one is at 100 %.
    expect(redis.answer!.value).toBe(2);
    expect(redis.perMonth).toBe(2 * 2 * 50);
    expect(redis.next).toMatchObject({ value: 1, verdict: 'fail' });
    // Four servers, none a replica: the varied value is laid over the strategy's own.
    expect(ring.answer!.nodes).toBe(ring.answer!.value);
    expect(ring.points.map(({ value }) => value)).toContain(4);
  });

  it('asks for more where the objective must hold with a node down, and names the crash', async () => {
    const slo = ['--slo', 'unavailableTime(crash) < 1us', '--slo', 'p50 < 1s'];
    const args = [
      ...slo,
      '--vary',
      'cluster.shards=2..4',
      '--strategy',
      'redis',
      '--during',
      'crash',
      '--seeds',
      '2',
    ];
    const { code, stdout } = await cli(['capacity', scenario(), '--quiet', ...args]);
    expect(code).toBe(1);
    expect(stdout).toContain('in each situation: no fault, crash');
    expect(stdout).toMatch(/nothing from 2 to 4 meets every objective/);
    expect(stdout).toMatch(/unavailableTime\(crash\) < 1us \[crash\]/);
    expect(stdout).toMatch(/most of it: fault crash \(node-\d at 333ms\)/);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('names the zone that is gone, the busiest one', async () => {
    const args = ['--slo', 'unavailableTime < 1us', '--vary', 'cluster.shards=2..3', '--strategy', 'redis'];
    const { stdout } = await cli([
      'capacity',
      scenario(),
      '--quiet',
      '--seeds',
      '2',
      '--during',
      'zone',
      ...args,
    ]);
    expect(stdout).toContain('in each situation: no fault, zone');
    expect(stdout).toMatch(/unavailableTime < 1us \[zone\]/);
  });

  it('gives up where ever longer steps bring it no closer', async () => {
    const args = ['--slo', 'p50 < 1us', '--vary', 'cluster.shards', '--strategy', 'redis', '--seeds', '2'];
    const { code, stdout } = await cli([
      'capacity',
      scenario(),
      '--quiet',
      '--set',
      'duration=200ms',
      ...args,
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain('nothing asked meets every objective; the search ended');
    expect(stdout).toMatch(/asked, with seeds: 2 fail \(\d\), 3 fail \(\d\), 5 fail \(\d\), 9 fail/);
  });

  it('finds the fewest copies of hot keys', async () => {
    const path = join(temporaryFolder(), 'copies.yaml');
    writeFileSync(
      path,
      `
duration: 1s
cluster: { shards: 8, replicas: 1, node: { serviceTime: { get: 100us, set: 100us, perKiB: 0us } } }
workload:
  rate: 16k/s
  keys: { count: 1k, popularity: { hotSet: { keys: 1, share: 40% } } }
  operations: { get: 100% }
strategies:
  hot: { preset: redis-cluster, hotKeys: { use: replicate, copies: 1, window: 50ms, sampleEvery: 1 } }
`,
    );
    const args = [
      '--slo',
      'hottest.utilization < 40%',
      '--vary',
      'strategies.hot.hotKeys.copies=1..7',
      '--seeds',
      '2',
    ];
    const { stdout } = await cli(['capacity', path, '--json', '--quiet', ...args]);
    const [{ answer, next }] = (JSON.parse(stdout) as CapacityReport).strategies as [
      CapacityReport['strategies'][0],
    ];
    // The hot key alone is 6.4k/s, 64 % of a node; with c copies beside its home 64 % / (c + 1), and 12 % of others:
    // 44 % with one copy, 33 % with two.
    expect(answer!.value).toBe(2);
    expect(next!.value).toBe(1);
  });

  it('says the same twice, and as Markdown', async () => {
    const args = [
      '--slo',
      'hottest.utilization < 60%',
      '--vary',
      'cluster.shards=1..3',
      '--strategy',
      'redis',
      '--seeds',
      '2',
    ];
    const path = scenario();
    const runs = [1, 2].map(() => cli(['capacity', path, '--quiet', '--markdown', ...args]));
    const [first, second] = await Promise.all(runs);
    expect(second).toEqual(first);
    expect(first!.stdout).toContain('| redis | 2 | 4 | 200 | at 1\\: hottest.utilization &lt; 60%\\: ');
  });

  it.each([
    [['--vary', 'cluster.shards'], 'capacity needs an objective'],
    [['--slo', 'p98 < 5ms', '--vary', 'cluster.shards'], 'unknown metric "p98"; did you mean "p9'],
    [['--slo', 'failed < 1% after crash', '--vary', 'cluster.shards'], 'unknown fault "crash"'],
    [['--slo', 'p99 <= baseline', '--vary', 'cluster.shards'], 'capacity has no baseline'],
    [['--slo', 'redis.p99 < 1s', '--vary', 'cluster.shards'], 'every strategy is judged by itself'],
    [['--slo', 'recoveryTime < 1s', '--vary', 'cluster.shards'], 'add --during crash'],
    [['--slo', 'p99 < 1s', '--vary', 'cluster.shards=8..2'], 'a range goes up, as in 2..8'],
    [['--slo', 'p99 < 1s', '--vary', 'cluster.shrads'], 'the scenario has no number there'],
    [['--slo', 'p99 < 1s', '--vary', 'cluster.shards', '--during', 'crush'], 'did you mean "crash"?'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await cli(['capacity', scenario(), '--quiet', ...args]);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });
});
