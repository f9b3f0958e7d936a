/**
 * Unit: the corpus of hostile names through the media that have no tests of their own names elsewhere: sweeps,
 * capacity, several results, single drawings, CSV. Check's media: check-reports; pages: test/browser.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseString } from 'fast-csv';
import { describe, expect, test } from 'vitest';
import { renderCapacityMarkdown } from '../../reports/capacity-markdown.ts';
import type { CapacityPoint, CapacityReport } from '../../reports/capacity-report.ts';
import { renderCapacityText } from '../../reports/capacity-text.ts';
import { drawingsOf } from '../../reports/charts/drawings.ts';
import { standaloneSvg } from '../../reports/charts/standalone.ts';
import { seriesStyles } from '../../reports/charts/theme.ts';
import { columnsOf } from '../../reports/columns.ts';
import { renderMarkdown } from '../../reports/markdown.ts';
import { rankedRuns } from '../../reports/ranked.ts';
import { csvText, visible, visibleWithin } from '../../reports/safe.ts';
import { severalSentence } from '../../reports/several-html.ts';
import { renderSweep, renderSweepMarkdown, type SweepTable } from '../../reports/sweep-table.ts';
import { type SweepLine, writeCsv } from '../../sim/cli/sweep-store.ts';
import { HOSTILE_NAMES } from '../hostile-names.ts';
import { namedByStranger, sampleResult } from '../sample-result.ts';
import { parseXml } from '../well-formed-xml.ts';

const HIDDEN = /[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\p{Cs}\ufffe\uffff]/u;

function sweepOf(name: string): SweepTable {
  const figure = { mean: 1.5, half: 0.1 };
  const row = (strategy: string, best: boolean) => ({
    values: [name],
    strategy,
    best,
    versus: '',
    p50: figure,
    p99: figure,
    p999: figure,
    failed: figure,
    hottest: figure,
    nodes: figure,
  });
  const rows = [row(name, true), row('other', false)];
  return { paths: [`workload.${name}`], rows, seeds: 5, reference: name, margin: 0.05 };
}

function capacityOf(name: string): CapacityReport {
  const finding = (status: 'pass' | 'fail') => ({
    objective: name,
    during: 'no fault',
    status,
    got: '6 ms',
    interval: null,
    excess: 0.2,
    finding: name,
    contributor: name,
  });
  const point = (status: 'pass' | 'fail'): CapacityPoint => ({
    value: 4,
    shown: name,
    verdict: status,
    seeds: 5,
    nodes: 8,
    findings: [finding(status)],
    refusal: null,
  });
  return {
    schema: 'evenkeel/capacity@1',
    engine: { version: '1', node: '24' },
    scenario: { name, file: name, hash: name },
    vary: `cluster.${name}`,
    find: 'fewest',
    range: [name, name],
    objectives: [name],
    during: ['no fault'],
    firstSeed: 1,
    seeds: 5,
    maxSeeds: 40,
    level: 0.95,
    prices: { node: 100, currency: name },
    notes: [name],
    strategies: [
      {
        strategy: name,
        bound: false,
        answer: point('pass'),
        next: point('fail'),
        perMonth: 800,
        points: [point('pass'), point('fail')],
        contradictions: [name],
        gaveUp: false,
        interrupted: false,
      },
    ],
  };
}

const TERMINAL: [string, (name: string) => string][] = [
  ['a sweep', (name) => renderSweep(sweepOf(name), { ascii: false, width: 100 })],
  ['capacity', (name) => renderCapacityText(capacityOf(name))],
  ['several results', (name) => severalSentence([sampleResult(), namedByStranger(name)])],
];
const MARKDOWN: [string, (name: string) => string][] = [
  ['a run', (name) => renderMarkdown(namedByStranger(name))],
  ['a sweep', (name) => renderSweepMarkdown(name, sweepOf(name))],
  ['capacity', (name) => renderCapacityMarkdown(capacityOf(name))],
];
const named = HOSTILE_NAMES.map((name, i) => [i, name] as const);

describe.each(TERMINAL)('terminal, %s', (_, render) => {
  test.each(named)('name %i moves no cursor', (_i, name) => {
    const text = render(name);
    expect(text.replaceAll('\n', '')).not.toMatch(HIDDEN);
  });
});

test('no line of capacity is wider than a terminal, whatever it is called', () => {
  for (const name of HOSTILE_NAMES)
    for (const line of renderCapacityText(capacityOf(name)).split('\n'))
      expect(columnsOf(line)).toBeLessThanOrEqual(80);
});

describe.each(MARKDOWN)('Markdown, %s', (_, render) => {
  test.each(named)('name %i is text: no tag, no mention, no further cell', (_i, name) => {
    const markdown = render(name);
    expect(markdown.replaceAll('\n', '')).not.toMatch(HIDDEN);
    expect(markdown.replaceAll(/<\/?(code|sup|br)>|<!-- -->/g, ' ')).not.toMatch(/<|@[a-z]/i);
    expect(markdown.replaceAll(/\\./g, '')).not.toMatch(/`|\]\(/);
    // Tables are apart; within one, every row has the cells of its head.
    for (const table of markdown.split(/\n(?!\|)/)) {
      const rows = table.split('\n').filter((line) => line.startsWith('|'));
      const cells = rows.map((row) => row.split('|').length);
      expect(new Set(cells).size).toBeLessThanOrEqual(1);
    }
  });
});

test('Markdown of a run fits into a comment on GitHub, whatever its names', () => {
  for (const name of HOSTILE_NAMES) expect(renderMarkdown(namedByStranger(name)).length).toBeLessThan(65_536);
});

describe('SVG', () => {
  test.each(named)(
    'name %i leaves every single chart well-formed, without script or handler',
    async (_i, name) => {
      const result = visibleWithin(namedByStranger(name));
      const runs = rankedRuns(result);
      const all = drawingsOf(result, runs);
      const maps = all.filter(({ keyed }) => !keyed);
      expect(maps.length).toBeGreaterThan(2);
      for (const { drawing } of [...all.slice(0, 4), ...maps]) {
        const elements = parseXml(await standaloneSvg(await drawing(), seriesStyles(runs), 'light'));
        expect(elements.map(({ tag }) => tag)).not.toContain('script');
        const attributes = elements.flatMap((one) => Object.keys(one.attributes));
        expect(attributes.filter((attribute) => /^on|href$/i.test(attribute))).toEqual([]);
      }
    },
  );
});

test('CSV of a sweep gives every name back, and none of them is a formula', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'evenkeel-names-'));
  const lines = HOSTILE_NAMES.map((name, i) => lineOf(name, i));
  await writeCsv(join(folder, 'sweep.csv'), lines);
  const text = await readFile(join(folder, 'sweep.csv'), 'utf8');
  await rm(folder, { recursive: true });
  const rows = await new Promise<string[][]>((done, failed) => {
    const found: string[][] = [];
    parseString<string[], string[]>(text)
      .on('error', failed)
      .on('data', (row: string[]) => found.push(row))
      .on('end', () => done(found));
  });
  expect(rows).toHaveLength(HOSTILE_NAMES.length + 1);
  for (const [i, name] of HOSTILE_NAMES.entries()) {
    const [value, strategy] = rows[i + 1]!;
    expect(value).toBe(strategy);
    // The writer leaves NUL out, which no reader of CSV would take.
    expect(strategy!.replace(/^'/, '')).toBe(name.toWellFormed().replaceAll('\0', ''));
    expect(strategy).not.toMatch(/^[=+\-@\t\r\n]/);
  }
});

test('only what a spreadsheet would run gets an apostrophe', () => {
  const run = ['=1', '+A1', '-A1', '@x', '\t=1', '\r=1', '\n=1', '＝1', '-1+cmd', '-1%%', '+'];
  expect(run.map(csvText)).toEqual(run.map((text) => `'${text}`));
  const plain = ['', '-1', '+5.2%', '-1,234.5', '-1e-7', 'a=b', "'x", '5 - 3'];
  expect(plain.map(csvText)).toEqual(plain);
});

test('what is no character is shown too', () => {
  expect(visible('\ufffe\uffff\ufdd0\u{1fffe}')).toBe('\\u{fffe}\\u{ffff}\\u{fdd0}\\u{1fffe}');
});

function lineOf(name: string, seed: number): SweepLine {
  return {
    schema: 'evenkeel/sweep-run@1',
    key: 'k',
    place: null,
    vary: { path: name },
    strategy: name,
    seed,
    engine: '1',
    fingerprint: 'f',
    metrics: {},
  };
}
