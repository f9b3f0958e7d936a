/** Unit: several seeds become means, paired intervals and verdicts; by hand from textbook t values. */
import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../reports/markdown.ts';
import { parseResult } from '../../reports/read.ts';
import { renderTerminal } from '../../reports/terminal.ts';
import { parseSeeds } from '../../sim/cli/seed-list.ts';
import { assembleResult } from '../../sim/compare.ts';
import { withThinReplications } from '../../sim/replications.ts';
import type { Result, RunResult } from '../../sim/result.ts';
import { sampleResult } from '../sample-result.ts';

/** Student's t, 97.5 %, 4 degrees of freedom: any printed table. */
const T4 = 2.776445;
const NOISE = [0, 0.1, -0.1, 0.2, -0.2];

/** A run for each p99; two strategies share what the seed does to both. */
function runsOf(strategy: string, p99s: readonly number[], failed = 0): RunResult[] {
  const [template] = sampleResult(['redis-cluster']).runs;
  return p99s.map((p99, i) => ({
    ...template!,
    strategy,
    seed: i + 1,
    replication: i,
    requests: { ...template!.requests, failed },
    responseTime: { ...template!.responseTime, p99 },
    p99WithFailures: p99,
  }));
}

function assemble(runs: RunResult[], margin = 0.05): Result {
  const { scenario, engine } = sampleResult();
  return assembleResult(scenario, engine, runs, { reference: 'base', margin, until: null });
}

function p99Of(result: Result, strategy: string) {
  return result.summary.find((row) => row.strategy === strategy && row.metric === 'responseTime.p99')!;
}

const base = runsOf('base', [10, 12, 8, 14, 6]);
const shifted = (by: number) =>
  runsOf(
    'other',
    [10, 12, 8, 14, 6].map((p99, i) => p99 + by + NOISE[i]!),
  );
/** Sample standard deviation of NOISE is sqrt(0.1 / 4); of five values, over sqrt(5). */
const HALF = (T4 * Math.sqrt(0.1 / 4)) / Math.sqrt(5);

describe('the summary over seeds', () => {
  it('pairs by seed: the interval is that of the differences, far narrower than those of the means', () => {
    const row = p99Of(assemble([...base, ...shifted(-3)]), 'other');
    expect(row.mean).toBeCloseTo(7, 10);
    expect(row.versus!.delta).toBeCloseTo(-3, 10);
    expect(row.versus!.ci95![0]).toBeCloseTo(-3 - HALF, 5);
    expect(row.versus!.ci95![1]).toBeCloseTo(-3 + HALF, 5);
    expect(row.ci95![1] - row.ci95![0]).toBeGreaterThan(10 * HALF);
    expect(row.versus!.verdict).toBe('better');
  });

  it.each([
    [3, 0.05, 'worse'],
    [0.1, 0.05, 'equivalent'],
    [0.45, 0.05, 'inconclusive'],
    [-3, 0.4, 'equivalent'],
  ])('a difference of %d with a margin of %d of 10 is %s', (by, margin, verdict) => {
    const { versus } = p99Of(assemble([...base, ...shifted(by)], margin), 'other');
    expect(versus!.verdict).toBe(verdict);
    if (verdict === 'inconclusive') expect(versus!.moreSeeds).toBeGreaterThan(0);
    else expect(versus!.moreSeeds).toBeNull();
  });

  it('corrects for all comparisons: more strategies need more evidence', () => {
    const weak = [10.9, 12.2, 8.9, 14.2, 7.6];
    const alone = p99Of(assemble([...base, ...runsOf('other', weak)]), 'other').versus!;
    const others = Array.from({ length: 12 }, (_, i) => runsOf(`other-${i}`, weak)).flat();
    const family = p99Of(assemble([...base, ...runsOf('other', weak), ...others]), 'other').versus!;
    expect(family.ci95).toEqual(alone.ci95);
    expect(alone.ci95![0]).toBeGreaterThan(0);
    expect(family.verdict).toBe('inconclusive');
  });

  it('ranks by means, not by the first seed', () => {
    const lucky = runsOf('lucky', [1, 20, 20, 20, 20]);
    expect(assemble([...base, ...lucky]).ranking).toEqual(['base', 'lucky']);
    expect(assemble([base[0]!, lucky[0]!]).ranking).toEqual(['lucky', 'base']);
  });

  it('leaves out seeds that a strategy did not finish, for all strategies', () => {
    const other = shifted(-3).map((run, i) => ({ ...run, partial: i === 4 }));
    const result = assemble([...base, ...other]);
    expect(result.replications!.seeds).toEqual([1, 2, 3, 4]);
    expect(p99Of(result, 'base').mean).toBeCloseTo(11, 10);
  });

  it('passes no verdict on a single seed', () => {
    const result = assemble([base[0]!, shifted(-3)[0]!]);
    expect(result.replications).toBeNull();
    expect(p99Of(result, 'other').versus).toMatchObject({
      ci95: null,
      verdict: 'inconclusive',
      moreSeeds: null,
    });
  });
});

describe('reports of several seeds', () => {
  const result = assemble([...base, ...shifted(-3), ...runsOf('unclear', [11, 10, 10, 14, 7])]);

  it('show means with intervals, differences with verdicts, and what ~ asks for', () => {
    const text = renderTerminal(result, { width: 100, color: false, ascii: false });
    expect(text).toMatch(/other\S* +0\.520 +7\.00 ±4\.12/);
    expect(text).toMatch(/-30\.0% \[-32\.0, -28\.0\] better/);
    expect(text).toMatch(/unclear\S* +~ \[-\d+\.\d, \+\d+\.\d\]/);
    expect(text).toMatch(/p99 ~: no difference is shown; about \d+ more seeds would tell/);
    expect(text).toContain('Means over 5 seeds (seeds 1 to 5)');
    expect(text).toMatch(/other has the lowest mean p99[\s\S]*-30\.0% \[-32\.0,\s-28\.0\] better\.\n$/);
    expect(renderMarkdown(result)).toContain('-30.0% [-32.0, -28.0] better');
  });

  it('are ASCII where only that can be shown, still in columns', () => {
    const text = renderTerminal(result, { width: 100, color: false, ascii: true });
    expect(text).toMatch(/^[\n -~]*$/);
    const [head, ...rows] = text.slice(text.indexOf('#  strategy')).split('\n').slice(0, 4);
    for (const row of rows) expect(row.length).toBe(head!.length);
  });

  it('are the same from the stored, thinned result', () => {
    const stored = withThinReplications(result);
    const text = JSON.stringify(stored);
    const back = parseResult(text, 'test');
    const width = { width: 100, color: false, ascii: false };
    expect(renderTerminal(back, width)).toBe(renderTerminal(result, width));
    expect(text.length).toBeLessThan(JSON.stringify(result).length / 2.5);
    expect(back.runs.filter((run) => run.timeline.offered.length > 0)).toHaveLength(3);
  });

  it('read results from before there were several seeds', () => {
    const { replications: _, ...older } = sampleResult();
    expect(parseResult(JSON.stringify(older), 'old').replications).toBeNull();
  });
});

describe('--seeds', () => {
  it.each([
    ['3', [7, 8, 9]],
    ['5..8', [5, 6, 7, 8]],
    ['9, 2,4', [2, 4, 9]],
    ['0..0', [0]],
  ])('%s', (text, seeds) => expect(parseSeeds(text, 7)).toEqual(seeds));

  it.each([
    ['0', /from 1 to 10000/],
    ['9..5', /as in 5\.\.9/],
    ['1,1', /1 is there twice/],
    ['many', /how many, a range or a list/],
    ['1..99999999', /from 1 to 10000/],
    ['9007199254740990..9007199254740999', /at most 9007199254740991/],
  ])('%s is refused', (text, message) => expect(() => parseSeeds(text, 1)).toThrow(message));
});
