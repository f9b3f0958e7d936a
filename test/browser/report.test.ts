/** The report in a real browser: silent, offline, inert to hostile names, accessible, drawn, usable by keyboard. */
/// <reference lib="dom" />
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderHtml } from '../../reports/html.ts';
import { visible } from '../../reports/safe.ts';
import type { Result } from '../../sim/result.ts';
import { HOSTILE_NAMES } from '../hostile-names.ts';
import { namedByStranger, replicatedSample, sampleResult } from '../sample-result.ts';
import { parseXml } from '../well-formed-xml.ts';
import { hasBrowser, launch, type Misdeeds, ready, watch } from './browser.ts';

describe.skipIf(!hasBrowser)('report in a browser', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    browser = await launch();
    folder = await mkdtemp(join(tmpdir(), 'evenkeel-report-'));
  });

  afterAll(async () => {
    await browser.close();
    await rm(folder, { recursive: true });
  });

  /** Opens the report of `result` from disk and hands the finished page over. */
  async function opened(
    result: Result,
    options: BrowserContextOptions,
    look: (page: Page, misdeeds: Misdeeds, url: string) => Promise<void>,
    hash = '',
  ): Promise<void> {
    const file = join(folder, 'report.html');
    await writeFile(file, await renderHtml(result));
    const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
    const page = await context.newPage();
    const misdeeds = await watch(page);
    const url = pathToFileURL(file).href + hash;
    await page.goto(url);
    if (options.javaScriptEnabled !== false) await ready(page);
    await look(page, misdeeds, url);
    await context.close();
  }

  test('opens from disk silently: no error, no violation, no request, nothing on window', async () => {
    await opened(sampleResult(), {}, async (page, misdeeds, url) => {
      expect(misdeeds).toEqual({ noise: [], requests: [url], violations: [] });
      const globals = await page.evaluate(() =>
        ['vega', 'View', 'd3', 'evenkeel'].filter((name) => name in globalThis),
      );
      expect(globals).toEqual([]);
    });
  });

  test('the watch itself works: eval, styles and requests are refused and seen', async () => {
    await opened(sampleResult(), {}, async (page, misdeeds) => {
      await page.evaluate(() => {
        document.body.setAttribute('style', 'color: red');
        document.body.append(
          Object.assign(document.createElement('img'), { src: 'https://example.invalid/x.png' }),
        );
        document.body.append(
          Object.assign(document.createElement('script'), { textContent: 'document.title = "owned"' }),
        );
      });
      await page.waitForTimeout(200);
      expect(misdeeds.violations.map((text) => text.split(' ')[1])).toEqual(
        expect.arrayContaining(['style-src-attr', 'img-src', 'script-src-elem']),
      );
      expect(await page.title()).not.toBe('owned');
    });
  });

  test('every chart is drawn: a line per strategy, a mark per node, a bar per strategy', async () => {
    await opened(sampleResult(), {}, async (page) => {
      const drawn = await page.evaluate(() => {
        const count = (selector: string) => document.querySelectorAll(selector).length;
        const lines = ['percentiles', 'throughput', 'p99-over-time', 'errors'].map((id) =>
          count(`#chart-${id} .mark-line path[aria-roledescription="line mark"]`),
        );
        return {
          lines,
          nodes: count('#chart-node-load path[aria-roledescription="point"]'),
          bars: count('#chart-failover path[aria-roledescription="bar"]') > 5,
          heatmaps: count('.cells path'),
          nan: Array.from(document.querySelectorAll('figure')).some((figure) =>
            figure.innerHTML.includes('NaN'),
          ),
        };
      });
      expect(drawn).toMatchObject({ lines: [5, 5, 5, 5], nodes: 60, bars: true, nan: false });
      expect(drawn.heatmaps).toBeGreaterThan(10);
    });
  });

  test('over several seeds every comparison has a mark, an interval and a row, and axe is content', async () => {
    await opened(replicatedSample(), { bypassCSP: true }, async (page, misdeeds) => {
      expect(misdeeds).toMatchObject({ noise: [], violations: [] });
      const marks = page.locator('#chart-differences path[aria-roledescription="point"]');
      expect(await marks.count()).toBe(4 * 4);
      expect(await page.locator('#differences tbody tr').count()).toBe(4);
      expect(await axeViolations(page)).toEqual([]);
    });
  });

  test.each(HOSTILE_NAMES.map((name, i) => [i, name] as const))(
    'hostile name %i is inert and shown literally',
    async (_, name) => {
      await opened(namedByStranger(name), {}, async (page, misdeeds, url) => {
        const texts = await page.evaluate(() => ({
          title: document.title,
          keys: Array.from(document.querySelectorAll('#hotspots tbody th'), (cell) => cell.textContent),
          strategies: Array.from(document.querySelectorAll('#key li'), (item) => item.textContent!.trim()),
          sideways: document.documentElement.scrollWidth - innerWidth,
          strangers: document.querySelectorAll('img, iframe, object, a, script:not([type])').length,
        }));
        expect(misdeeds).toEqual({ noise: [], requests: [url], violations: [] });
        const shown = visible(name);
        expect(texts.title.replace(/\s+/g, ' ')).toBe(`${shown} · evenkeel`.replace(/\s+/g, ' ').trim());
        expect(texts.keys).toContain(shown);
        expect(texts.strategies[0]).toBe(visible(`${name} 1`));
        expect(texts.strangers).toBe(0);
        expect(texts.sideways).toBeLessThanOrEqual(0);
        await page.hover('#chart-percentiles', { position: { x: 500, y: 100 } });
        expect(await page.locator('.tooltip').textContent()).toContain(visible(`${name} 1`));
      });
    },
  );

  const views: [string, BrowserContextOptions, 'screen' | 'print'][] = [
    ['light', { colorScheme: 'light' }, 'screen'],
    ['dark', { colorScheme: 'dark' }, 'screen'],
    ['print', { colorScheme: 'dark' }, 'print'],
    ['400 px', { viewport: { width: 400, height: 800 } }, 'screen'],
  ];

  test.each(views)('axe finds nothing in %s', async (_, options, media) => {
    await opened(sampleResult(), { ...options, bypassCSP: true }, async (page) => {
      await page.emulateMedia({ media });
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true;
      });
      expect(await axeViolations(page)).toEqual([]);
    });
  });

  test.each([320, 400, 760, 1800])('fits a window of %i px without sideways scrolling', async (width) => {
    await opened(sampleResult(), { viewport: { width, height: 800 } }, async (page) => {
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    });
  });

  test('without script: verdict, ranked table and every drawing are there', async () => {
    await opened(sampleResult(), { javaScriptEnabled: false }, async (page, misdeeds, url) => {
      expect(misdeeds).toEqual({ noise: [], requests: [url], violations: [] });
      expect(await page.locator('h1').textContent()).toMatch(/^hot-key-replication has the lowest p99/);
      expect(await page.locator('.ranking tbody tr').count()).toBe(5);
      // Ten charts, and the map of slots.
      expect(await page.locator('.chart > svg').count()).toBe(11);
      expect(await page.locator('#chart-percentiles svg').boundingBox()).toMatchObject({
        width: expect.closeTo(1088, -3),
      });
    });
  });

  test('keyboard: arrow keys read values and move one cursor on all timelines', async () => {
    await opened(sampleResult(), {}, async (page) => {
      await page.focus('#chart-errors');
      await page.keyboard.press('Home');
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('.tooltip p').textContent()).toBe('1 s to 2 s');
      expect(await page.locator('.tooltip li').allTextContents()).toContain('random0/s');
      expect(await page.locator('.cursor:visible').count()).toBe(4 + 5 + 5);
      await page.keyboard.press('Escape');
      expect(await page.locator('.tooltip:visible, .cursor:visible').count()).toBe(0);
    });
  });

  test('the key singles a strategy out, and the link to it shows the same', async () => {
    await opened(sampleResult(), {}, async (page) => {
      await page.focus('#key button >> nth=1');
      await page.keyboard.press('Enter');
      expect(new URL(page.url()).hash).toBe('#only=2');
      await page.waitForTimeout(100);
      expect(await faded(page)).toBe(4);
      await page.keyboard.press('Enter');
      await page.waitForTimeout(100);
      expect(await faded(page)).toBe(0);
    });
    await opened(sampleResult(), {}, async (page) => expect(await faded(page)).toBe(4), '#only=2');
  });

  test('the replay is stepped, scrubbed and played by keyboard, and all charts follow', async () => {
    await opened(sampleResult(), { reducedMotion: 'reduce' }, async (page) => {
      const clock = () => page.locator('.replay-controls output').textContent();
      await page.focus('.replay-controls input');
      await page.keyboard.press('Home');
      expect(await clock()).toBe('0.00 s of 60 s');
      await page.getByRole('button', { name: 'Step ahead' }).focus();
      for (let i = 0; i < 21; i++) await page.keyboard.press('Enter');
      expect(await clock()).toBe('21.00 s of 60 s');
      expect(new URL(page.url()).hash).toBe('#at=21.00');
      expect(await page.locator('.cursor:visible').count()).toBe(4 + 5 + 5);
      const said = await page.locator('.replay-pair p').allTextContents();
      expect(said.every((text) => /^node-\d+ \d+% busy · /.test(text))).toBe(true);
      expect(said.join()).toContain('20 s: kill-1: crash of node-2');
      await page.focus('.replay-controls input');
      await page.keyboard.press('ArrowLeft');
      expect(await clock()).toBe('20.00 s of 60 s');
      await page.keyboard.press('ArrowRight');
      await page.getByRole('button', { name: 'Play' }).focus();
      await page.keyboard.press('Space');
      expect(await page.locator('.replay-controls button >> nth=0').textContent()).toBe('Pause');
      await expect
        .poll(async () => Number.parseFloat((await clock())!), { timeout: 15_000 })
        .toBeGreaterThan(21.5);
      await page.keyboard.press('Space');
      expect(await page.locator('.replay-controls button >> nth=0').textContent()).toBe('Play');
    });
  });

  test('a link to a moment and two strategies shows them, drawn', async () => {
    const look = async (page: Page) => {
      expect(await page.locator('.replay-controls output').textContent()).toBe('30.00 s of 60 s');
      const shown = await page
        .locator('.replay-pair select')
        .evaluateAll((found) => found.map((select) => (select as HTMLSelectElement).selectedIndex));
      expect(shown).toEqual([2, 1]);
      expect(await colorsDrawn(page)).toBeGreaterThan(3);
      await page.selectOption('.replay-pair select >> nth=0', { index: 4 });
      expect(new URL(page.url()).hash).toBe('#at=30&replay=5%2C2');
    };
    await opened(sampleResult(), {}, look, '#at=30&replay=3,2');
  });

  test.each(['#at=-3', '#at=1e9', '#at=x&replay=0,99', '#at=__proto__&replay=%00'])(
    'a broken link %s does no harm',
    async (hash) => {
      await opened(
        sampleResult(),
        {},
        async (page, misdeeds) => {
          expect(misdeeds).toMatchObject({ noise: [], violations: [] });
          expect(await colorsDrawn(page)).toBeGreaterThan(3);
        },
        hash,
      );
    },
  );

  /** Different colours on the first canvas of the replay. */
  function colorsDrawn(page: Page): Promise<number> {
    return page.locator('.replay-pair canvas >> nth=0').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
  }

  test('drawings and tables are saved by the page itself: SVG and PNG with real colours, CSV inert', async () => {
    const result = namedByStranger("=cmd|' /C calc'!A0");
    await opened(result, {}, async (page, misdeeds, url) => {
      const saved = async (format: string, section = 'percentiles') => {
        const [download] = await Promise.all([
          page.waitForEvent('download'),
          page.locator(`#${section} .downloads button`, { hasText: format }).click(),
        ]);
        return [download.suggestedFilename(), await readFile(await download.path())] as const;
      };
      const [svgName, svg] = await saved('SVG');
      expect(svgName).toBe('percentiles.svg');
      expect(svg.toString()).toMatch(/^<svg/);
      expect(svg.toString()).not.toContain('var(');
      const [, png] = await saved('PNG');
      expect(png.subarray(1, 4).toString()).toBe('PNG');
      expect(png.readUInt32BE(16)).toBeGreaterThan(1500);
      for (const section of ['heatmap', 'response-map']) {
        const [mapName, map] = await saved('SVG', section);
        expect(mapName).toBe(`${section}.svg`);
        const elements = parseXml(map.toString());
        const shown = elements
          .filter(({ tag }) => tag === 'path')
          .map(({ attributes }) => attributes['fill']);
        expect(shown.length).toBeGreaterThan(2);
        expect(shown.every((fill) => /^(#|rgb)/.test(fill!))).toBe(true);
        expect((await saved('PNG', section))[1].subarray(1, 4).toString()).toBe('PNG');
      }
      const [, csv] = await saved('CSV');
      const lines = csv.toString().trimEnd().split('\r\n');
      expect(lines).toHaveLength(6);
      expect(lines.slice(1).every((line) => line.startsWith("'=cmd|"))).toBe(true);
      expect(misdeeds.violations).toEqual([]);
      expect(misdeeds.noise).toEqual([]);
      expect(misdeeds.requests.filter((request) => !/^(blob|data):/.test(request))).toEqual([url]);
    });
  });

  test('a map of slots is coloured by load, owner or what moved, tells each slot, and is saved as drawn', async () => {
    const result = sampleResult();
    for (const run of result.runs)
      if (run.partitions?.arcEnds.length === 0) run.partitions = { ...run.partitions, moved: [[0, 5]] };
    await opened(result, {}, async (page, misdeeds) => {
      const map = page.locator('section:has(.partitions)', { hasText: 'Hash slots' });
      const fills = () =>
        map
          .locator('.partitions svg path')
          .evaluateAll((paths) => paths.map((path) => getComputedStyle(path).fill));
      const byLoad = new Set(await fills());
      expect(byLoad.size).toBeGreaterThan(4);
      const pressed = map.locator('.partition-choice [aria-pressed="true"]');
      expect(await pressed.textContent()).toBe('Load');
      await map.getByRole('button', { name: 'Owner' }).press('Enter');
      expect(await pressed.textContent()).toBe('Owner');
      expect(new Set(await fills()).size).toBe(7);
      await map.getByRole('button', { name: 'Moved' }).press('Enter');
      const drawing = (await map.locator('.partitions svg').boundingBox())!;
      // The first square of the right half: slot 0, after.
      const scale = drawing.width / 264;
      await page.mouse.move(drawing.x + 136.5 * scale, drawing.y + 8.5 * scale);
      expect(await page.locator('.tooltip').textContent()).toBe(
        'slot 0shard 5256 to 511 requestscame fromshard 0',
      );
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        map.locator('.downloads button', { hasText: 'SVG' }).click(),
      ]);
      const svg = await readFile(await download.path(), 'utf8');
      expect(svg).toContain('at the end');
      expect(svg).not.toContain('var(');
      expect(misdeeds).toMatchObject({ noise: [], violations: [] });
      expect(await axeViolations(page)).toEqual([]);
    });
  });

  test('the theme follows the system until the reader chooses', async () => {
    await opened(sampleResult(), { colorScheme: 'dark' }, async (page) => {
      const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const dark = await paper();
      await page.click('.theme-toggle');
      expect(await paper()).not.toBe(dark);
      expect(await page.locator('.theme-toggle').textContent()).toBe('Dark theme');
    });
  });

  async function axeViolations(page: Page): Promise<string[]> {
    await page.evaluate(
      await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'),
    );
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]!.html.slice(0, 160)}`);
    });
  }

  /** Lines of the percentile chart that stand back. */
  function faded(page: Page): Promise<number> {
    return page.evaluate(
      () => document.querySelectorAll('#chart-percentiles .mark-line path[opacity="0.12"]').length,
    );
  }
});
