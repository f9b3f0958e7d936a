/** The report of a sweep in a real browser: silent, offline, accessible, a panel per setting, lines for strategies. */
/// <reference lib="dom" />
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderSweepHtml } from '../../reports/sweep-html.ts';
import type { SweepTable } from '../../reports/sweep-table.ts';
import { HOSTILE_NAMES } from '../hostile-names.ts';
import { hasBrowser, launch, ready, watch } from './browser.ts';

/** 4 sizes x 3 skews x 2 strategies; the p99 of one is 100 times the other's, failures never differ. */
function sample(strange = 'redis'): SweepTable {
  const figure = (mean: number) => ({ mean, half: mean / 10 });
  const rows = ['0.6', '0.9', '1.2'].flatMap((skew, z) =>
    ['4', '6', '8', '10'].flatMap((shards, s) =>
      [strange, 'two'].map((strategy, i) => ({
        values: [shards, skew],
        strategy,
        best: i === 1,
        versus: i === 1 ? '-99.0% [-99.5, -98.5] better' : '',
        p50: figure(1),
        p99:
          i === 0 && z === 2 && s === 0 ? ('never' as const) : figure((i === 0 ? 100 : 1) * (1 + z) - s / 10),
        p999: null,
        failed: figure(0),
        hottest: figure(0.9 - s / 10),
        nodes: { mean: 2 * Number(shards), half: null },
      })),
    ),
  );
  return {
    paths: ['cluster.shards', 'workload.keys.popularity.zipf'],
    rows,
    seeds: 5,
    reference: strange,
    margin: 0.05,
  };
}

describe.skipIf(!hasBrowser)('report of a sweep in a browser', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    browser = await launch();
    folder = await mkdtemp(join(tmpdir(), 'evenkeel-sweep-'));
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  test.each(['redis', ...HOSTILE_NAMES.slice(0, 3)])('of %j: silent and drawn', async (strange) => {
    const file = join(folder, 'sweep.html');
    await writeFile(file, await renderSweepHtml('sample', sample(strange)));
    const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
    const page = await context.newPage();
    const misdeeds = await watch(page);
    const url = pathToFileURL(file).href;
    await page.goto(url);
    await ready(page);
    expect(misdeeds).toEqual({ noise: [], requests: [url], violations: [] });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.locator('.panels figure .downloads button', { hasText: 'SVG' }).first().click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^[\w-]+-1\.svg$/);
    const drawn = await page.evaluate(() => ({
      title: document.querySelector('h1')!.textContent,
      panels: ['p99', 'failed', 'hottest', 'nodes'].map(
        (id) => document.querySelectorAll(`#sweep-${id} .chart svg`).length,
      ),
      lines: document.querySelectorAll('#chart-sweep-p99-0 .mark-line path[aria-roledescription="line mark"]')
        .length,
      rows: document.querySelectorAll('#rows tbody tr').length,
      nan: document.querySelector('main')!.innerHTML.includes('NaN'),
      sideways: document.documentElement.scrollWidth - innerWidth,
    }));
    expect(drawn).toMatchObject({ panels: [3, 0, 3, 3], lines: 2, rows: 24, nan: false });
    expect(drawn.sideways).toBeLessThanOrEqual(0);
    expect(drawn.title).toMatch(/^two has the lowest p99 in all 12 cells of cluster\.shards/);
    await context.close();
  });

  test('axe is content', async () => {
    const file = join(folder, 'axe.html');
    await writeFile(file, await renderSweepHtml('sample', sample()));
    const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, bypassCSP: true });
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    await ready(page);
    await page.evaluate(
      await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
    );
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
      return (await axe.run()).violations.map(({ id }) => id);
    });
    expect(violations).toEqual([]);
    await context.close();
  });
});
