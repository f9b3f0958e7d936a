// browser: a page of several results is silent, reaches nothing, and shows strangers' names literally
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderCheckHtml } from '../../reports/check-html.ts';
import type { CheckReport } from '../../reports/check-report.ts';
import { renderSeveralHtml } from '../../reports/several-html.ts';
import { HOSTILE_NAMES } from '../hostile-names.ts';
import { namedByStranger, replicatedSample, sampleResult } from '../sample-result.ts';
import { hasBrowser, launch, ready, watch } from './browser.ts';

describe.skipIf(!hasBrowser)('page of several results in a browser', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    browser = await launch();
    folder = await mkdtemp(join(tmpdir(), 'evenkeel-several-'));
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  test('a matrix, then each result; nothing noisy, nothing fetched', async () => {
    const results = [sampleResult(), replicatedSample(), ...HOSTILE_NAMES.slice(0, 4).map(namedByStranger)];
    const file = join(folder, 'several.html');
    await writeFile(file, await renderSeveralHtml(results));
    const page = await (await browser.newContext({ viewport: { width: 1000, height: 900 } })).newPage();
    const misdeeds = await watch(page);
    const url = pathToFileURL(file).href;
    await page.goto(url);
    await ready(page);
    expect(misdeeds).toEqual({ noise: [], requests: [url], violations: [] });
    expect(await page.locator('#matrix tbody tr').count()).toBe(results.length);
    expect(await page.locator('section[id^=result-]').count()).toBe(results.length);
    expect(await page.locator('#matrix').innerText()).toContain('better');
  });

  test('the page of a check: gates first, then its report; nothing noisy, nothing fetched', async () => {
    const result = replicatedSample();
    const [hostile] = HOSTILE_NAMES;
    const gate = {
      gate: hostile!,
      level: 'error' as const,
      strategy: hostile!,
      status: 'fail' as const,
      metric: 'responseTime.p99',
      explains: '',
      expected: '< 5ms',
      got: '6.1ms',
      interval: ['5.9ms', '6.3ms'] as [string, string],
      seeds: 3,
      worstSeed: 1,
      value: 6.1,
      limit: 5,
      finding: hostile!,
      contributor: hostile!,
      reproduce: 'evenkeel run a.yaml --seed 1',
      place: { file: 'a.yaml', line: 1, column: 1 },
    };
    const scenario = {
      name: 'a',
      file: 'a.yaml',
      seeds: [1, 2, 3],
      problems: [],
      gates: [gate],
      baseline: null,
    };
    const engine = { version: '1', node: '24' };
    const report: CheckReport = {
      schema: 'evenkeel/check@1',
      engine,
      strict: false,
      exitCode: 1,
      scenarios: [scenario],
      skipped: [],
    };
    const file = join(folder, 'check.html');
    await writeFile(file, await renderCheckHtml(report, new Map([['a.yaml', result]])));
    const page = await (await browser.newContext({ viewport: { width: 1000, height: 900 } })).newPage();
    const misdeeds = await watch(page);
    const url = pathToFileURL(file).href;
    await page.goto(url);
    await ready(page);
    expect(misdeeds).toEqual({ noise: [], requests: [url], violations: [] });
    const ids = await page.locator('main section').evaluateAll((sections) => sections.map(({ id }) => id));
    expect(ids.slice(0, 2)).toEqual(['verdict', 'gates-1']);
    expect(ids).toContain('percentiles');
    expect(await page.locator('#gates-1').innerText()).toContain('0 of 1 gate holds');
  });
});
