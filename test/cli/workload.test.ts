// CLI: `workload describe` measures what a scenario generates and puts theory beside it
import { expect, test } from 'vitest';
import { cli } from './cli.ts';

const SCENARIO = 'scenarios/hot-shard.yaml';
const SHORT = ['--set', 'workload.rate=2k/s', '--set', 'workload.keys.count=1k'];

test('prints generated and expected figures side by side', async () => {
  const { code, stdout, stderr } = await cli(['workload', 'describe', SCENARIO, ...SHORT]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/generated +theory/);
  // Zipf 0.99 over 1,000 keys: 12.94 % for the first, 38.25 % for the first ten.
  expect(stdout).toMatch(/^top key .* 12\.9%$/m);
  expect(stdout).toMatch(/^top 10 keys .* 38\.2%$/m);
  expect(stdout).toMatch(/^Zipf exponent, fitted +0\.9[89]\d +0\.990$/m);
});

test('prints JSON for scripts', async () => {
  const { code, stdout } = await cli(['workload', 'describe', SCENARIO, ...SHORT, '--json']);
  const { generated, theory } = JSON.parse(stdout);
  expect(code).toBe(0);
  const standardError = Math.sqrt((0.95 * 0.05) / generated.requests);
  expect(Math.abs(generated.operations[0] - theory.operations[0])).toBeLessThan(4 * standardError);
});

test('a recording has no theory beside it', async () => {
  const { stdout } = await cli(['workload', 'describe', 'scenarios/recorded-flash-crowd.yaml', '--json']);
  expect(JSON.parse(stdout).theory).toBeNull();
});

test('tenants are described together and one by one', async () => {
  const args = ['workload', 'describe', 'scenarios/two-tenants.yaml', '--set', 'duration=2s'];
  const [text, json] = await Promise.all([cli(args), cli([...args, '--json'])]);
  expect(text.stdout).toMatch(/^all tenants\n.*^web\n.*^batch\n/ms);
  const { generated, theory, tenants } = JSON.parse(json.stdout);
  expect(tenants.map(({ name }: { name: string }) => name)).toEqual(['web', 'batch']);
  const sum = (of: (tenant: (typeof tenants)[number]) => number): number =>
    tenants.map(of).reduce((a: number, b: number) => a + b, 0);
  expect(sum((tenant) => tenant.generated.requests)).toBe(generated.requests);
  expect(sum((tenant) => tenant.theory.ratePerSec)).toBeCloseTo(theory.ratePerSec, 6);
});

test('another action is a usage error', async () => {
  const { code, stderr } = await cli(['workload', 'explain', SCENARIO]);
  expect(code).toBe(2);
  expect(stderr).toContain('accepted: describe');
});
