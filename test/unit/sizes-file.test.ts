/** Unit: sizes of values from a file of cachebench's: what they become, what they are part of, and how mistakes read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { formatProblem } from '../../scenarios/problem.ts';
import { load } from '../../sim/cli/loading.ts';
import { registry } from '../../strategies/index.ts';

const SIZES = JSON.stringify({ valSizeRange: [16, 100], valSizeRangeProbability: [3, 1] });
const scenario = (workload: string) => `workload: ${workload}\nstrategies: { a: redis-cluster }`;
const ONE = scenario('{ rate: 1k/s, valueSize: { file: sizes.json } }');

async function loaded(sizes: string | Uint8Array, text = ONE) {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-sizes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'sizes.json'), sizes);
  const result = await load({ source: { path: join(folder, 'x.yaml'), text }, overrides: [], plugins: [] });
  if ('problems' in result)
    throw new Error(result.problems.map((problem) => formatProblem(problem, { color: false })).join('\n'));
  return result.scenario;
}

const workloadOf = async (sizes: string, text = ONE) =>
  bindSetup(await loaded(sizes, text), 'a', registry, null).workload;

test('are single sizes, or even within intervals where there is one edge more', async () => {
  expect(await workloadOf(SIZES)).toMatchObject({
    valueBytes: { kind: 'discrete', bytes: [16, 100], weights: [3, 1] },
  });
  const intervals = '{ "valSizeRange": [0, 16.7, 100], "valSizeRangeProbability": [3, 1] }';
  expect(await workloadOf(intervals)).toMatchObject({
    valueBytes: { kind: 'piecewise', edgesBytes: [0, 16, 100], weights: [3, 1] },
  });
});

test('may be of one tenant', async () => {
  const text = scenario(
    '{ tenants: { web: { rate: 1/s, valueSize: { file: sizes.json } }, job: { rate: 1/s } } }',
  );
  expect(await workloadOf(SIZES, text)).toMatchObject({
    tenants: [
      { workload: { valueBytes: { kind: 'discrete', bytes: [16, 100] } } },
      { workload: { valueBytes: { kind: 'constant', bytes: 1024 } } },
    ],
  });
});

test('decide the hash of the scenario, as if they were written there', async () => {
  const written = ONE.replace(
    '{ file: sizes.json }',
    '{ discrete: { sizes: [16B, 100B], weights: [3, 1] } }',
  );
  const { hash } = await loaded(SIZES);
  expect(hash).toBe((await loaded(SIZES, written)).hash);
  expect(hash).not.toBe((await loaded(SIZES.replace('100', '101'))).hash);
});

test.each([
  ['', /sizes\.json:1:1: the file is no JSON object/],
  ['{}', /sizes\.json:1:1: valSizeRange: no sizes/],
  ['{"valSizeRange": [1, 2, 3], "valSizeRangeProbability": [1]}', /sizes\.json:1:\d+: .*3 sizes and 1 prob/],
  [
    '{"valSizeRange": [1],\n"valSizeRangeProbability": [-1]}',
    /sizes\.json:2:29: valSizeRangeProbability: -1; acc/,
  ],
  ['{"valSizeRange": [1e12], "valSizeRangeProbability": [1]}', /outside 0 to 536870912 bytes: 1000000000000/],
  ['{"valSizeRange": [1', /sizes\.json:1:\d+: /],
  [new Uint8Array([0x7b, 0xff, 0x7d]), /sizes\.json: this is not text in UTF-8/],
])('mistake %#', async (sizes, message) => {
  const error = await loaded(sizes).then(
    () => '',
    (thrown: Error & { where?: string }) => `${thrown.where}: ${thrown.message}`,
  );
  expect(error).toMatch(message);
});

test('a missing file is told where the scenario names it', async () => {
  const error = loaded(SIZES, ONE.replace('sizes.json', 'nope.json'));
  await expect(error).rejects.toMatchObject({ where: expect.stringMatching(/x\.yaml:1:44$/) });
});
