// browser: a page of several results is silent, reaches nothing, and shows strangers' names literally
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
});
