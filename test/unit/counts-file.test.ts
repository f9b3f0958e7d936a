/** Unit: a rate curve from a CSV file of counts: what it becomes, what it is part of, and how mistakes read. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { formatProblem } from '../../scenarios/problem.ts';
import { load } from '../../sim/cli/loading.ts';
import { setupHash } from '../../sim/experiments/fingerprint.ts';
import type { Setup } from '../../sim/setup.ts';
import { describeWorkload } from '../../sim/workload/describe.ts';
import { requestSource } from '../../sim/workload/source.ts';
import { registry } from '../../strategies/index.ts';

const COUNTS = 'requests,errors\n100,0\n400,1\n0,0\n';
const FORM = 'file: counts.csv, column: requests, every: 1m';
const text = (form: string) =>
  `workload: { rate: 1k/s, arrivals: { counts: { ${form} } } }\nstrategies: { a: redis-cluster }`;

function folderWith(csv: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-counts-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'counts.csv'), csv);
  return folder;
}

async function loaded(csv: string | Uint8Array, scenario: string, overrides: readonly string[] = []) {
  const folder = folderWith(csv);
  const source = { path: join(folder, 'x.yaml'), text: scenario };
  const result = await load({ source, overrides, plugins: [] });
  if ('problems' in result)
    throw new Error(result.problems.map((problem) => formatProblem(problem, { color: false })).join('\n'));
  return result.scenario;
}

const setupOf = async (csv: string, scenario = text(FORM), strategy = 'a'): Promise<Setup> =>
  bindSetup(await loaded(csv, scenario), strategy, registry, null);

describe('counts in a file', () => {
  test.each([
    ['with the length of an interval', FORM, COUNTS],
    [
      'behind a byte order mark, with CRLF, quotes and without a final newline',
      FORM,
      '\ufeffrequests\r\n"100"\r\n400\r\n0',
    ],
    [
      'with seconds',
      'file: counts.csv, column: n, time: t',
      't,n\n1700000000,100\n1700000060,400\n1700000120,0\n',
    ],
    [
      'with dates, across the end of a day',
      'file: counts.csv, column: n, time: at',
      'n,at\n100,2026-01-31 23:59\n400,2026-02-01T00:00:00Z\n0,2026-02-01T01:01:00.000+01:00\n',
    ],
  ])('%s', async (_, form, csv) => {
    const { workload } = await setupOf(csv, text(form));
    expect(workload).toMatchObject({
      arrivals: {
        kind: 'curve',
        ratePerSec: 1000,
        curve: { kind: 'counts', intervalNs: 60e9, counts: [100, 400, 0] },
      },
    });
  });

  test('are the same workload as counts in the scenario', async () => {
    const inline = text('every: 1m, values: [100, 400, 0]');
    expect(await setupOf(COUNTS)).toEqual(await setupOf(COUNTS, inline));
    expect((await loaded(COUNTS, text(FORM))).hash).toBe((await loaded(COUNTS, inline)).hash);
  });

  test('decide which scenario it is', async () => {
    const other = COUNTS.replace('400', '401');
    expect((await loaded(COUNTS, text(FORM))).hash).not.toBe((await loaded(other, text(FORM))).hash);
    expect(setupHash(await setupOf(COUNTS))).not.toBe(setupHash(await setupOf(other)));
  });

  test('are for tenants and for a single strategy too', async () => {
    const tenant = `workload: { tenants: { web: { rate: 1k/s, arrivals: { counts: { ${FORM} } } } } }
strategies: { a: redis-cluster }`;
    expect((await setupOf(COUNTS, tenant)).workload).toMatchObject({
      tenants: [{ workload: { arrivals: { curve: { counts: [100, 400, 0] } } } }],
    });
    const single = `${text(FORM).slice(0, -1)}, b: { preset: redis-cluster, with: { workload.arrivals.counts.column: errors } } }`;
    expect((await setupOf(COUNTS, single)).workload).toMatchObject({
      arrivals: { curve: { counts: [100, 400, 0] } },
    });
    expect((await setupOf(COUNTS, single, 'b')).workload).toMatchObject({
      arrivals: { curve: { counts: [0, 1, 0] } },
    });
  });

  test('are what arrives', async () => {
    const setup = { ...(await setupOf(COUNTS)), durationNs: 180e9 };
    const { requests, peakOverMean } = describeWorkload(requestSource(setup, 1), 180e9, 60e9);
    // Shares 1/5, 4/5, 0: the busiest of three minutes has 12/5 of the mean, within 4.9 binomial standard errors.
    const error = 3 * Math.sqrt((0.8 * 0.2) / requests);
    expect(Math.abs(peakOverMean - 2.4)).toBeLessThan(4.9 * error);
  });
});

describe('mistakes', () => {
  test.each([
    ['requests\n1\nten\n', FORM, /counts\.csv:3$/, '"ten" is no count'],
    ['requests\n1\n"1,234"\n', FORM, /counts\.csv:3$/, '"1,234" is no count'],
    ['requests\n1\n-5\n', FORM, /counts\.csv:3$/, '"-5" is no count'],
    ['requests,x\n1,2\n,3\n', FORM, /counts\.csv:3$/, 'no count; write 0 where nothing was counted'],
    ['requests,x\n"1","a\nb"\nx,3\n', FORM, /counts\.csv:4$/, '"x" is no count'],
    ['requests,x\n1,2\n3\n', FORM, /counts\.csv:3$/, '1 cells below a header of 2'],
    ['requests\n1\n\n2\n', FORM, /counts\.csv:3$/, 'an empty line'],
    ['', FORM, /counts\.csv$/, 'the file is empty'],
    ['requests\n', FORM, /counts\.csv$/, 'no row below the header'],
    ['request\n1\n', FORM, /x\.yaml:1:\d+$/, 'did you mean "request"?'],
    ['requests,requests\n1,2\n', FORM, /counts\.csv:1$/, 'twice'],
    ['n,t\n1,0\n', 'file: counts.csv, column: n, time: t', /counts\.csv$/, 'does not tell how long'],
    ['n,t\n1,0\n1,60\n1,180\n', 'file: counts.csv, column: n, time: t', /csv:4$/, '2m after the row before'],
    ['n,t\n1,60\n1,0\n', 'file: counts.csv, column: n, time: t', /csv:3$/, 'not after the row before'],
    ['n,t\n1,1700000000000\n', 'file: counts.csv, column: n, time: t', /csv:2$/, 'is no time'],
    ['n,t\n1,08:15\n', 'file: counts.csv, column: n, time: t', /csv:2$/, '"08:15" is no time'],
    [COUNTS, 'file: no.csv, column: n, every: 1m', /x\.yaml:1:\d+$/, 'there is no such file'],
  ])('%j, %s', async (csv, form, where, message) => {
    const error: unknown = await loaded(csv, text(form)).catch((failure: unknown) => failure);
    expect(error).toMatchObject({
      where: expect.stringMatching(where) as string,
      message: expect.stringContaining(message) as string,
    });
  });

  test.each([
    ['every: 1m', 'give values, or a file'],
    ['values: [1]', 'how long is an interval?'],
    ['values: [1], every: 1m, file: counts.csv, column: requests', 'give values, or a file'],
    ['file: counts.csv, every: 1m', 'a file needs the column'],
    ['file: counts.csv, column: requests', 'how long is an interval?'],
    ['file: counts.csv, column: errors, time: t, every: 1m', 'how long is an interval?'],
    [
      'file: counts.csv, column: zeros, every: 1m',
      'x.yaml:1:53: error: workload.arrivals.counts.values: all counts are 0',
    ],
  ])('%s', async (form, message) => {
    await expect(loaded('requests,zeros\n1,0\n', text(form))).rejects.toThrow(message);
  });

  test('a file that nobody read is a problem, not a curve', () => {
    const result = loadScenario({ path: 'x.yaml', text: text(FORM) }, { registry });
    expect('problems' in result && JSON.stringify(result.problems)).toMatch(/counts\.csv.* was not read/);
  });
});
