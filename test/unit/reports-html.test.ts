/** Unit: the report as bytes. What it does in a browser is tested in test/browser. */
import { createHash } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { renderHtml } from '../../reports/html.ts';
import { sampleResult } from '../sample-result.ts';

const sixtyTimes = (values: number[]) => values.flatMap((value) => Array.from({ length: 60 }, () => value));

let page: string;
beforeAll(async () => {
  page = await renderHtml(sampleResult());
});

test('the same result gives the same bytes', async () => {
  expect(await renderHtml(sampleResult())).toBe(page);
});

test('five strategies stay under 1.5 MB, fifty under 5 MB, and an hour of one-second steps too', async () => {
  expect(Buffer.byteLength(page)).toBeLessThan(1.5e6);
  const fifty = sampleResult(Array.from({ length: 50 }, (_, i) => `variant-${i}`));
  expect(Buffer.byteLength(await renderHtml(fifty))).toBeLessThan(5e6);
  const many = await renderHtml(sampleResult(Array.from({ length: 400 }, (_, i) => `variant-${i}`)));
  expect(Buffer.byteLength(many)).toBeLessThan(5e6);
  expect(many).toContain('the best 50 of 400 strategies; the table above has all');
  expect(many).toContain('variant-399');
  const long = sampleResult();
  long.scenario.durationMs = 3_600_000;
  for (const { timeline } of long.runs)
    for (const [column, values] of Object.entries(timeline))
      if (Array.isArray(values))
        Object.assign(timeline, {
          [column]: Array.isArray(values[0])
            ? values.map((row) => sixtyTimes(row as number[]))
            : sixtyTimes(values as number[]),
        });
  const hour = await renderHtml(long);
  expect(Buffer.byteLength(hour)).toBeLessThan(1.5e6);
  expect(hour).toContain('Each point stands for 15 steps: their highest value.');
});

test('the policy allows exactly the one script and the one style of the page', () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
    .exec(page)![1]!
    .replaceAll('&#39;', "'");
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  const script = /<script type="module">([\s\S]*?)<\/script>/.exec(page)![1]!;
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)![1]!;
  expect(policy).toBe(
    `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data:; base-uri 'none'; form-action 'none'`,
  );
  expect(page.match(/<script/g)!.length - script.split('<script').length + 1).toBe(2);
});

test('there is no style attribute, no event handler and no outside address in the markup', () => {
  const markup = page.replace(/<script[\s\S]*?<\/script>/g, '').replace(/<style[\s\S]*?<\/style>/g, '');
  expect(markup).not.toMatch(/\s(style|on\w+|src|href)=/);
  expect(markup.replaceAll(/ xmlns(:xlink)?="[^"]*"/g, '')).not.toMatch(/https?:/);
  expect(markup).not.toMatch(/NaN|undefined|Infinity|\[object/);
});

test('ids are unique', () => {
  const ids = Array.from(
    page.replace(/<script[\s\S]*?<\/script>/g, '').matchAll(/\sid="([^"]*)"/g),
    ([, id]) => id!,
  );
  expect(ids.length).toBeGreaterThan(20);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a run in which nothing was completed still makes a page', async () => {
  const result = sampleResult(['random']);
  const run = result.runs[0]!;
  const none = {
    unit: 'ms' as const,
    count: 0,
    mean: null,
    p50: null,
    p90: null,
    p99: null,
    p999: null,
    p9999: null,
    max: null,
  };
  Object.assign(run, {
    responseTime: none,
    responseCurve: { q: [], ms: [] },
    hotspots: [],
    hotKeys: [],
    failover: [],
    events: [],
  });
  Object.assign(run.requests, { completed: 0, failed: run.requests.offered });
  run.timeline.p99.fill(null);
  run.timeline.completed.fill(0);
  result.scenario.faults = [];
  const text = (await renderHtml(result)).replace(/<script[\s\S]*?<\/script>/g, '');
  expect(text).toContain('No strategy kept failures under 1%');
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

test('where partitions moved, a section tells what that cost and what it did to the load', async () => {
  expect(page).not.toContain('id="rebalance"');
  const moved = sampleResult();
  const [first, second] = moved.runs;
  const cost = { rounds: 1, keysMoved: 9000, bytesMoved: 4_194_304, asked: 12, moved: 3400 };
  first!.rebalance = { ...cost, partitionsMoved: 4096, blockedMs: 5100 };
  second!.rebalance = { ...cost, partitionsMoved: 24, blockedMs: 300 };
  for (const run of [first!, second!])
    run.partitions = { ...run.partitions!, requests: [30, 70, 0], requestsAfter: [30, 30, 40] };
  const section = /<section id="rebalance"[\s\S]*?<\/section>/.exec(await renderHtml(moved))![0];
  expect(section).toContain(
    `Moving partitions made nodes stand still for 300 ms under ${second!.strategy}, which moved 24 partitions, ` +
      `and for 5.10 s under ${first!.strategy}, which moved 4,096 partitions`,
  );
  const cells = Array.from(section.matchAll(/<td[^>]*>(?:<bdi[^>]*>)?([^<]*)/g), ([, text]) => text);
  expect(cells).toContain('4 MiB');
  expect(cells.slice(-2)).toEqual(['70.0%', '40.0%']);
});
