/** Unit: terminal and Markdown say what the data says, within their width, whatever the names. */
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { columnsOf } from '../../reports/columns.ts';
import { renderMarkdown } from '../../reports/markdown.ts';
import { renderTerminal } from '../../reports/terminal.ts';
import { verdict } from '../../reports/verdict.ts';
import { HOSTILE_NAMES } from '../hostile-names.ts';
import { namedByStranger, sampleResult } from '../sample-result.ts';

const at = (width: number, color = false, ascii = false) => ({ width, color, ascii });

test('eighty columns hold two stacked blocks, a wide terminal holds one', () => {
  const narrow = renderTerminal(sampleResult(), at(80));
  const wide = renderTerminal(sampleResult(), at(120));
  expect(narrow.match(/# {2}strategy/g)).toHaveLength(2);
  expect(wide.match(/# {2}strategy/g)).toHaveLength(1);
  for (const line of narrow.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(80);
  for (const line of wide.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(120);
  expect(narrow).toContain('1  hot-key-replication   0.440  1.52   42.5      52%   9.8%       1.17');
  expect(narrow).toContain('5  random¹                    20.0 s  31,700 (1.4%)       0');
});

test('colour changes no character, and ASCII means ASCII', () => {
  const plain = renderTerminal(sampleResult(), at(80));
  const coloured = renderTerminal(sampleResult(), at(80, true));
  expect(coloured).not.toBe(plain);
  expect(stripVTControlCharacters(coloured)).toBe(plain);
  expect(renderTerminal(sampleResult(), at(80, false, true))).toMatch(/^[\n -~]*$/);
});

test.each(HOSTILE_NAMES)('a hostile name (%#) breaks neither width, lines nor table', (name) => {
  const text = renderTerminal(namedByStranger(name), at(80));
  expect(text).not.toMatch(/(?!\n)\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
  for (const line of text.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(80);
  const rows = renderMarkdown(namedByStranger(name))
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const cells = rows.map((row) => row.split('|').length - 2);
  expect(cells).toEqual([11, 12, 11, 12].flatMap((columns) => new Array(7).fill(columns)));
});

test('the verdict names winner, margin and price', () => {
  expect(verdict(sampleResult()).join(' ')).toBe(
    'hot-key-replication has the lowest p99 over all requests, 1.98 ms, 17% lower than power-of-two-choices ' +
      "(2.39 ms). After kill-1 the dead node's keys were unavailable for 16.2 s, 6,230 requests failed and 7 " +
      'acknowledged writes were lost; consistent-hash lost none.',
  );
});

test('a bound never wins, and is marked as one', () => {
  const result = sampleResult();
  result.runs.find((run) => run.strategy === 'hot-key-replication')!.bound = true;
  expect(verdict(result)[0]).toMatch(/^power-of-two-choices has the lowest p99 .* lower than redis-cluster/);
  expect(renderTerminal(result, at(80))).toMatch(/¹ a bound, not a competitor/);
});

test('where everybody fails over 1%, nobody is called fast', () => {
  const result = sampleResult(['random']);
  expect(verdict(result)[0]).toBe(
    'No strategy kept failures under 1%: random did best, with 1.4% of requests failed.',
  );
});

test('without a fault there is no word of one', () => {
  const result = sampleResult();
  result.scenario.faults = [];
  for (const run of result.runs) Object.assign(run, { failover: [], faults: [] });
  const text = renderTerminal(result, at(80));
  expect(text).not.toMatch(/kill|unavailable/);
  expect(text).toContain('Failures');
});
