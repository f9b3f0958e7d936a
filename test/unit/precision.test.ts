/** Unit: how precisely seeds have told a metric, and where the warm-up ends; against values worked out by hand. */
import { describe, expect, it } from 'vitest';
import { parseUntil } from '../../sim/gates/until.ts';
import { precisionOfRuns } from '../../sim/precision.ts';
import type { RunResult } from '../../sim/result.ts';
import { findWarmUp } from '../../sim/warm-up.ts';
import { sampleResult } from '../sample-result.ts';

/** Student's t, 97.5 %, 9 degrees of freedom: any printed table. */
const T9 = 2.262157;
/** Ten seeds that move both strategies by up to 90 %. */
const SEEDS = Array.from({ length: 10 }, (_, i) => 1 + i / 10);
const [TEMPLATE] = sampleResult(['redis-cluster']).runs;

function runs(strategy: string, p99s: readonly (number | null)[]): RunResult[] {
  return p99s.map((p99, i) => ({
    ...TEMPLATE!,
    strategy,
    seed: i,
    replication: i,
    responseTime: { ...TEMPLATE!.responseTime, p99 },
  }));
}

describe('the precision of a paired difference', () => {
  /** Alternating +-0.03: sample standard deviation 0.03 sqrt(10 / 9), over the mean of SEEDS, 1.45. */
  const other = SEEDS.map((p99, i) => p99 - 0.5 + (i % 2 === 0 ? 0.03 : -0.03));
  const expected = (T9 * 0.03 * Math.sqrt(10 / 9)) / Math.sqrt(10) / 1.45;

  it('is that of the differences, over the mean of the reference', () => {
    const found = precisionOfRuns(
      [...runs('base', SEEDS), ...runs('other', other)],
      'base',
      parseUntil('p99=2%'),
    );
    expect(found.halfWidth).toBeCloseTo(expected, 6);
    expect(found).toMatchObject({ metric: 'responseTime.p99', target: 0.02, reached: true, moreSeeds: 0 });
  });

  it('is the widest of all strategies, and tells how many seeds are missing', () => {
    const wide = SEEDS.map((p99, i) => p99 + (i % 2 === 0 ? 0.3 : -0.3));
    const all = [...runs('base', SEEDS), ...runs('other', other), ...runs('wide', wide)];
    const found = precisionOfRuns(all, 'base', parseUntil('p99=2%'));
    expect(found.halfWidth).toBeCloseTo(10 * expected, 6);
    expect(found.reached).toBe(false);
    // (1.96 x 0.316 / (0.02 x 1.45))^2 = 457 seeds, and a few for Student's t.
    expect(found.moreSeeds! + 10).toBeGreaterThanOrEqual(457);
    expect(found.moreSeeds! + 10).toBeLessThan(465);
  });

  it('is not reached with fewer than ten seeds, however alike they are', () => {
    const few = [...runs('base', [1, 1, 1]), ...runs('other', [1, 1, 1])];
    expect(precisionOfRuns(few, 'base', parseUntil('p99=2%'))).toMatchObject({
      reached: false,
      moreSeeds: 7,
    });
  });

  it('is that of the mean where one strategy ran', () => {
    const found = precisionOfRuns(runs('base', SEEDS), 'base', parseUntil('p99=2%'));
    expect(found.halfWidth).toBeCloseTo((T9 * 0.302765) / Math.sqrt(10) / 1.45, 5);
  });

  it('is unknown where a seed has no value: more seeds would not help', () => {
    const holes = [...runs('base', SEEDS), ...runs('other', [null, ...other.slice(1)])];
    expect(precisionOfRuns(holes, 'base', parseUntil('p99=2%'))).toMatchObject({
      halfWidth: null,
      reached: false,
      moreSeeds: null,
    });
  });
});

describe('the warm-up that is found', () => {
  const pilot = (strategy: string, p99: readonly (number | null)[]): RunResult => ({
    ...TEMPLATE!,
    strategy,
    timeline: { ...TEMPLATE!.timeline, stepMs: 100, p99: [...p99] },
  });
  const steady = Array.from({ length: 60 }, (_, i) => 1 + (i % 2) / 10);
  const slowStart = (steps: number) => steady.map((p99, i) => (i < steps ? 20 - i : p99));

  it('is the longest that a strategy needs, in whole batches of five steps', () => {
    const found = findWarmUp([pilot('a', slowStart(5)), pilot('b', slowStart(15)), pilot('c', steady)], 6000);
    expect(found).toEqual({ ms: 1500, strategy: 'b', reliable: true });
  });

  it('is nothing for a steady start', () => {
    expect(findWarmUp([pilot('a', steady)], 6000)).toMatchObject({ ms: 0 });
  });

  it('does not take a fault for the end of the warm-up', () => {
    const failing = steady.map((p99, i) => (i < 20 ? p99 : 50));
    expect(findWarmUp([pilot('a', failing)], 2000)).toMatchObject({ ms: 0, reliable: true });
    expect(findWarmUp([pilot('a', failing)], 6000)).toMatchObject({ ms: 2000 });
  });

  it('is doubted where the series never settles', () => {
    const drifting = steady.map((_, i) => 100 - i);
    expect(findWarmUp([pilot('a', steady), pilot('b', drifting)], 6000)).toMatchObject({
      strategy: 'b',
      reliable: false,
    });
  });

  it('is null where there is too little to see', () => {
    expect(findWarmUp([pilot('a', steady)], 900)).toBeNull();
    expect(findWarmUp([pilot('a', [null, ...steady])], 6000)).toBeNull();
    expect(findWarmUp([], 6000)).toBeNull();
  });
});
