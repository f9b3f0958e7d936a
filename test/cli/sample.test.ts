/** CLI: `run --sample` tells a long run by a few windows of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cli, temporaryFolder } from './cli.ts';

const WEEK = `name: week
duration: 7d
cluster: { shards: 3, replicas: 1 }
workload:
  rate: 1k/s
  arrivals: { diurnal: { peakOverMean: 1.5, peakAt: 20h } }
  keys: { count: 1k, popularity: { zipf: 0.9 } }
faults:
  - { at: 3d, crash: node-0, name: kill }
strategies:
  redis: { preset: redis-cluster, failover: { use: redis-cluster, nodeTimeout: 1s } }
  two-choices: { preset: redis-cluster, selection: power-of-two-choices, failover: { use: redis-cluster, nodeTimeout: 1s } }
`;

function week(): { folder: string; sampled(...more: string[]): ReturnType<typeof cli> } {
  const folder = temporaryFolder();
  const scenario = join(folder, 'week.yaml');
  writeFileSync(scenario, WEEK);
  const args = ['run', scenario, '--sample', '12', '--window', '1s', '--around', '10s', '--quiet'];
  return { folder, sampled: (...more) => cli([...args, ...more]) };
}
it('a week in seconds: every figure with its interval, the time around the fault whole, the same bytes again', async () => {
  const { folder, sampled } = week();
  const first = await sampled('--json', '--out', join(folder, 'a'), '--workers', '1');
  const again = await sampled('--json', '--out', join(folder, 'b'), '--workers', '2');
  expect(first.code).toBe(0);
  const [one, other] = [JSON.parse(first.stdout), JSON.parse(again.stdout)];
  expect({ ...one, perf: null }).toEqual({ ...other, perf: null });
  expect(one.schema).toBe('evenkeel/sample@1');
  expect(one.requests).toBeCloseTo(7 * 86_400 * 1000, -6);
  expect(one.strata[0]).toMatchObject({ name: 'around kill', windows: 3, spanMs: 15_000 });
  for (const { responseTime, failedShare, faults } of one.strategies) {
    for (const { value, low, high } of [responseTime.mean, responseTime.p50, failedShare]) {
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
    }
    expect(faults).toMatchObject([{ fault: 'kill', node: 'node-0' }]);
  }
  expect(readFileSync(join(folder, 'a/sample.md'), 'utf8')).toContain('| kill | redis |');
}, 60_000);

it('says what it stands for, and refuses what it cannot stand for', async () => {
  const { folder, sampled } = week();
  const text = (await sampled('--out', join(folder, 'c'))).stdout;
  expect(text).toContain('604,800,000 requests in 7 days, told by 15 windows');
  expect(text.split('\n').every((line) => line.length <= 100)).toBe(true);
  const short = await sampled('--set', 'duration=5s', '--set', 'faults=[]');
  expect(short).toMatchObject({ code: 2 });
  expect(short.stderr).toMatch(/Run all of it without --sample/);
  const hazard = await sampled('--set', 'faults=[{ crashes: node-0, mtbf: 1d, mttr: 1m }]');
  expect(hazard).toMatchObject({ code: 3 });
  expect(hazard.stderr).toMatch(/is not known before the run/);
  expect((await sampled('--seeds', '3')).stderr).toMatch(/draws its own seeds/);
}, 60_000);
