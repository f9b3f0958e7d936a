// CLI: `workload describe` measures what a scenario generates and puts theory beside it
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, temporaryFolder } from './cli.ts';

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

// CLI and theory: the scenario that an import writes is valid, and generates what the definition says.
test('import, validate, describe: the shares of a YCSB file', async () => {
  const folder = temporaryFolder();
  const from = join(folder, 'workloadx');
  const out = join(folder, 'imported.yaml');
  writeFileSync(
    from,
    'recordcount=1000\noperationcount=20000\ntarget=10000\nreadproportion=0.7\nupdateproportion=0.3\n' +
      'requestdistribution=hotspot\nfieldcount=2\ntypo=1\n',
  );
  const written = await cli(['workload', 'import', from, '--out', out]);
  expect(written.code).toBe(0);
  expect(written.stderr).toMatch(/^warning: .*workloadx:8: typo is not known/);
  expect(written.stdout).toMatch(/^not carried over: .*typo/m);
  expect(readFileSync(out, 'utf8')).toMatch(/^# Not carried over: .*typo/m);

  const [valid, described] = await Promise.all([
    cli(['validate', out]),
    cli(['workload', 'describe', out, '--json']),
  ]);
  expect(valid).toMatchObject({ code: 0, stderr: '' });
  const { generated } = JSON.parse(described.stdout);
  // The first comes after one gap, so the last of 20,000 would come at the end.
  expect(generated.requests).toBe(19_999);
  const standardError = Math.sqrt((0.7 * 0.3) / generated.requests);
  expect(Math.abs(generated.operations[0] - 0.7)).toBeLessThan(4 * standardError);
  expect(generated.valueBytes.mean).toBe(200);
  // 200 hot keys share 80 % evenly: the top 10 of them at least their part.
  expect(generated.keys.shares.top10).toBeGreaterThan(0.04);

  const again = await cli(['workload', 'import', from, '--out', out]);
  expect(again).toMatchObject({ code: 2, stdout: '' });
  expect(again.stderr).toContain('--force');
});

test('import without --out prints the scenario; mistakes have a line', async () => {
  const folder = temporaryFolder();
  const from = join(folder, 'w');
  writeFileSync(from, 'recordcount=10\n');
  expect((await cli(['workload', 'import', from])).stdout).toMatch(/^# Imported from w .*^version: 1$/ms);
  writeFileSync(from, 'recordcount=10\nrecordcount=11\n');
  const { code, stderr } = await cli(['workload', 'import', from]);
  expect(code).toBe(3);
  expect(stderr).toMatch(/w:2: recordcount is "11" here and "10" at .*w:1/);
});

test.each([
  // 1 / (1 + 1/2 + ... + 1/100) = 19.28 %.
  [
    'memtier',
    'memtier_benchmark -t 1 -c 10 --rate-limiting=2000 --test-time=1 --key-pattern=Z:Z --key-maximum=99',
    0.1928,
  ],
  [
    'cachebench',
    JSON.stringify({
      generator: 'online',
      numKeys: 100,
      numOps: 20_000,
      numThreads: 1,
      opRatePerSec: 20_000,
      getRatio: 10,
      setRatio: 1,
      keySizeRange: [8, 16],
      keySizeRangeProbability: [1],
      valSizeRange: [32, 64],
      valSizeRangeProbability: [1, 1],
      popularityBuckets: [1, 99],
      popularityWeights: [3, 7],
    }),
    0.3,
  ],
])('import, validate, describe: %s', async (_, definition, top1) => {
  const folder = temporaryFolder();
  const from = join(folder, 'definition');
  const out = join(folder, 'imported.yaml');
  writeFileSync(from, definition);
  expect((await cli(['workload', 'import', from, '--out', out])).code).toBe(0);
  const [valid, described] = await Promise.all([
    cli(['validate', out]),
    cli(['workload', 'describe', out, '--json']),
  ]);
  expect(valid).toMatchObject({ code: 0, stderr: '' });
  const { generated } = JSON.parse(described.stdout);
  expect(generated.requests).toBe(19_999);
  const within = (share: number) => 4 * Math.sqrt((share * (1 - share)) / generated.requests);
  expect(Math.abs(generated.operations[0] - 10 / 11)).toBeLessThan(within(10 / 11));
  expect(Math.abs(generated.keys.shares.top1 - top1)).toBeLessThan(within(top1));
});
