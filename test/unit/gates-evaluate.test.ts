/** Unit: what gates conclude from one run, from several seeds, against a baseline, and from nothing. */
import { describe, expect, it } from 'vitest';
import { checkGate, scopeOf } from '../../sim/gates/check.ts';
import { describeOutcome } from '../../sim/gates/describe.ts';
import { evaluateGates, type GateOutcome } from '../../sim/gates/evaluate.ts';
import type { Result, RunResult } from '../../sim/result.ts';
import { sampleResult } from '../sample-result.ts';

const REDIS = 'redis-cluster';
const TWO = 'power-of-two-choices';
const one = sampleResult([REDIS, TWO]);

/** The sample's runs, once per entry; `change` may alter each. */
function seeded(
  count: number,
  change: (run: RunResult, i: number) => Partial<RunResult>,
  firstSeed = 1,
): Result {
  const runs = one.runs.flatMap((run) =>
    Array.from({ length: count }, (_, i) => ({ ...run, seed: firstSeed + i, ...change(run, i) })),
  );
  return { ...one, runs };
}

const p99 = (run: RunResult, value: number | null) => ({ responseTime: { ...run.responseTime, p99: value } });
const p99s = (values: readonly number[], firstSeed = 1) =>
  seeded(values.length, (run, i) => p99(run, values[i]!), firstSeed);

function evaluate(source: string, result: Result, baseline: Result | null = null): GateOutcome[] {
  return evaluateGates([{ gate: checkGate(source, scopeOf(one)), severity: 'error' }], result, { baseline });
}

const outcome = (source: string, result: Result, baseline: Result | null = null) =>
  evaluate(source, result, baseline)[0]!;
const status = (source: string, result: Result, baseline: Result | null = null) =>
  outcome(source, result, baseline).status;

describe('one run', () => {
  it.each([
    [`${REDIS}.p99 < 5ms`, 'pass'],
    [`${REDIS}.p99 < 3.1ms`, 'fail'],
    [`${REDIS}.p99 <= 3.1ms`, 'pass'],
    [`${REDIS}.hottest.utilization < 50%`, 'fail'],
    [`${REDIS}.lostWrites == 0`, 'fail'],
    [`${REDIS}.lostWrites == 7`, 'pass'],
    [`${REDIS}.hitRatio >= 99%`, 'pass'],
    [`${REDIS}.recoveryTime(kill-1) < 3s`, 'fail'],
    [`${REDIS}.recoveryTime < 20s`, 'pass'],
    [`ratio(${TWO}.p99, ${REDIS}.p99) < 0.8`, 'pass'],
    [`ratio(${TWO}.p99, ${REDIS}.p99) < 0.5`, 'fail'],
    [`${REDIS}.failed < 0.5% before kill-1`, 'pass'],
    [`${REDIS}.failed < 0.5% during kill-1`, 'fail'],
    [`${REDIS}.failed == 0 after kill-1`, 'pass'],
    [`hottest.utilization < 70% for ${REDIS} before kill-1 on replicas`, 'fail'],
    [`hottest.utilization < 70% for ${REDIS} before kill-1 on primaries`, 'pass'],
    [`hottest.utilization < 70% for ${REDIS} on node node-1`, 'pass'],
  ])('%s: %s', (source, expected) => {
    expect(status(source, one)).toBe(expected);
  });

  it('judges every strategy, but no bound unless it is named', () => {
    const bound = { ...one, runs: one.runs.map((run) => ({ ...run, bound: run.strategy === TWO })) };
    expect(evaluate('p99 < 5ms', one).map(({ strategy }) => strategy)).toEqual([REDIS, TWO]);
    expect(evaluate('p99 < 5ms', bound).map(({ strategy }) => strategy)).toEqual([REDIS]);
    expect(evaluate(`p99 < 5ms for ${TWO}`, bound).map(({ strategy }) => strategy)).toEqual([TWO]);
    expect(evaluate(`ratio(p99, ${REDIS}.p99) < 1`, one).map(({ strategy }) => strategy)).toEqual([TWO]);
  });

  it('leaves out what is off', () => {
    const gate = checkGate('p99 < 1ns', scopeOf(one));
    expect(evaluateGates([{ gate, severity: 'off' }], one)).toEqual([]);
    expect(evaluateGates([{ gate, severity: 'warn' }], one)[0]).toMatchObject({
      severity: 'warn',
      status: 'fail',
    });
  });
});

describe('an empty selection is an error, never a pass', () => {
  it('no crash, no node, no phase, no sample, no run, no baseline', () => {
    const calm = seeded(1, () => ({ failover: [] }));
    const cases: [GateOutcome, string][] = [
      [outcome('recoveryTime < 3s', calm), 'no crash of a primary happened'],
      [outcome('failed < 1% during kill-1', calm), 'not the crash of a primary'],
      [
        outcome('failed < 1% after restart-1', {
          ...one,
          runs: seeded(1, (run) => ({ timeline: { ...run.timeline, offered: [] } })).runs,
        }),
        'no whole step after',
      ],
      [
        outcome(
          'hottest.share < 50% on replicas',
          seeded(1, (run) => ({ nodes: run.nodes.filter((node) => node.role === 'primary') })),
        ),
        'no node is of the class',
      ],
      [
        outcome(
          'p99 < 5ms',
          seeded(2, (run, i) => p99(run, i === 0 ? 1 : null)),
        ),
        'seed 2: there is no value of responseTime.p99',
      ],
      [outcome('p99 < 5ms', { ...one, runs: [] }), 'no strategy that it could judge'],
      [outcome(`${TWO}.p99 < 5ms`, { ...one, runs: one.runs.slice(0, 1) }), `no run of "${TWO}"`],
      [outcome('p99 <= baseline', one), 'there is no baseline'],
      [
        outcome(`${TWO}.p99 <= baseline`, one, { ...one, runs: one.runs.slice(0, 1) }),
        'baseline: the result has no run',
      ],
    ];
    for (const [found, message] of cases) {
      expect(found).toMatchObject({ status: 'error', figures: null });
      expect(describeOutcome(found)).toContain(message);
    }
  });
});

describe('several seeds', () => {
  it('passes and fails with confidence, and says when it cannot tell', () => {
    expect(outcome('p99 < 5ms', p99s([4, 4.1, 3.9, 4, 4.05]))).toMatchObject({
      status: 'pass',
      moreSeeds: null,
    });
    const failed = outcome('p99 < 5ms', p99s([6, 6.1, 5.9, 6, 6.3]));
    expect(failed).toMatchObject({ status: 'fail', figures: { seeds: 5, worstSeed: 5 } });
    expect(failed.p).toBeLessThan(0.001);
    const open = outcome('p99 < 5ms', p99s([4, 7, 3, 6, 5.5]));
    expect(open.status).toBe('inconclusive');
    expect(open.moreSeeds).toBeGreaterThan(10);
    expect(
      status(
        'goodput >= 10/s',
        seeded(3, () => ({})),
      ),
    ).toBe('pass');
  });

  it('values that do not scatter are exact', () => {
    expect(status('p99 < 5ms', p99s([5, 5, 5]))).toBe('fail');
    expect(outcome('p99 <= 5ms', p99s([5, 5, 5]))).toMatchObject({ status: 'pass', p: null, family: 0 });
  });

  it('one lost write in one seed is a lost write', () => {
    const once = seeded(20, (_, i) => ({ lostWrites: i === 7 ? 1 : 0 }));
    expect(outcome('lostWrites == 0', once)).toMatchObject({ status: 'fail', figures: { worstSeed: 8 } });
    expect(status('lostWrites < 1', once)).toBe('fail');
    expect(
      status(
        'lostWrites == 0',
        seeded(20, () => ({ lostWrites: 0 })),
      ),
    ).toBe('pass');
  });

  it('a recovery that never came breaks its gate, and so does what was asked of the time after it', () => {
    const stuck = seeded(5, (run, i) => ({
      failover: run.failover.map((crash) => (i === 2 ? { ...crash, recoveredMs: null } : crash)),
    }));
    expect(outcome('recoveryTime < 30s', stuck)).toMatchObject({ status: 'fail', figures: { worstSeed: 3 } });
    expect(status('failed < 1% after kill-1', stuck)).toBe('fail');
    expect(status('goodput > 1/s after kill-1', stuck)).toBe('fail');
    const unfelt = seeded(2, (run) => ({
      failover: run.failover.map((crash) => ({ ...crash, recoveredMs: null, unavailableMs: 0 })),
    }));
    expect(status('recoveryTime < 1ms', unfelt)).toBe('pass');
    expect(
      status(
        'p99WithFailures < 1d',
        seeded(2, () => ({ p99WithFailures: null })),
      ),
    ).toBe('fail');
  });

  it('a ratio is paired by seed: what both feel cancels', () => {
    const noisy = seeded(6, (run, i) =>
      p99(run, (run.strategy === TWO ? 0.7 + 0.01 * (i % 2) : 1) * (5 + 10 * i)),
    );
    const found = outcome(`ratio(${TWO}.p99, ${REDIS}.p99) < 0.8`, noisy);
    expect(found).toMatchObject({ status: 'pass', figures: { paired: true, seeds: 6 } });
    expect(found.figures!.interval![1]).toBeLessThan(0.72);
    expect(status(`ratio(${TWO}.p99, ${REDIS}.p99) < 0.6`, noisy)).toBe('fail');
    const idle = seeded(2, (run) => p99(run, run.strategy === REDIS ? 0 : 1));
    expect(outcome(`ratio(${TWO}.p99, ${REDIS}.p99) < 1`, idle)).toMatchObject({ status: 'error' });
  });
});

describe('against a baseline', () => {
  const base = [4, 6, 9, 5, 7];
  const times = (factor: number, wobble = 0.01) =>
    base.map((value, i) => value * (factor + wobble * (i - 2)));

  it('pairs the same seeds: a small slowdown shows under a large scatter', () => {
    const found = outcome('p99 <= baseline + 5%', p99s(times(1.1)), p99s(base));
    expect(found).toMatchObject({ status: 'fail', figures: { paired: true, seeds: 5 } });
    expect(found.change![0]).toBeGreaterThan(0);
    expect(status('p99 <= baseline + 5%', p99s(times(1.1), 100), p99s(base))).toBe('inconclusive');
    expect(status('p99 <= baseline + 20%', p99s(times(1.1)), p99s(base))).toBe('pass');
    expect(status('p99 <= baseline', p99s(base), p99s(base))).toBe('pass');
    expect(status('p99 < baseline', p99s(base), p99s(base))).toBe('fail');
    expect(status('p99 == baseline', p99s(base), p99s(base))).toBe('pass');
    expect(status('p99 == baseline', p99s(times(1)), p99s(base))).toBe('fail');
  });

  it('significant but within the slack is no failure; an improvement that was asked for must come', () => {
    expect(status('p99 <= baseline + 5%', p99s(times(1.03, 0.001)), p99s(base))).toBe('pass');
    expect(status('p99 <= baseline - 10%', p99s(times(0.8, 0.001)), p99s(base))).toBe('pass');
    expect(status('p99 <= baseline - 10%', p99s(times(0.97, 0.001)), p99s(base))).toBe('fail');
    expect(
      status(
        'hitRatio >= baseline - 1pp',
        seeded(3, (run) => ({ cache: { ...run.cache, hitRatio: 0.98 } })),
        seeded(3, () => ({})),
      ),
    ).toBe('fail');
  });

  it('from zero is worse, not n/a', () => {
    const clean = seeded(5, () => ({ lostWrites: 0, staleReads: 0 }));
    const dirty = seeded(5, (_, i) => ({ lostWrites: i === 0 ? 1 : 0, staleReads: 10 + i }));
    expect(status('lostWrites <= baseline + 5%', dirty, clean)).toBe('fail');
    expect(status('staleReads <= baseline + 5%', dirty, clean)).toBe('fail');
    expect(status('lostWrites <= baseline', clean, dirty)).not.toBe('fail');
  });

  it('one seed shows no spread: no worse passes, worse is open', () => {
    expect(status('p99 <= baseline + 5%', p99s([4]), p99s([4]))).toBe('pass');
    expect(outcome('p99 <= baseline + 5%', p99s([9]), p99s([4]))).toMatchObject({
      status: 'inconclusive',
      moreSeeds: 1,
    });
    expect(status('p99 <= baseline + 5%', p99s([3], 2), p99s([4]))).toBe('inconclusive');
  });

  it('what never came, here or there', () => {
    const recovery = (ms: number | null) =>
      seeded(3, (run) => ({ failover: run.failover.map((crash) => ({ ...crash, recoveredMs: ms })) }));
    expect(status('recoveryTime <= baseline', recovery(null), recovery(21_000))).toBe('fail');
    expect(status('recoveryTime <= baseline', recovery(21_000), recovery(null))).toBe('pass');
    expect(status('recoveryTime <= baseline', recovery(null), recovery(null))).toBe('error');
  });

  it('corrects over all gates that chance has a part in', () => {
    const gates = ['p99 <= baseline', 'p99 < 5ms', 'lostWrites == 0'].map((source) => ({
      gate: checkGate(source, scopeOf(one)),
      severity: 'error' as const,
    }));
    const outcomes = evaluateGates(gates, p99s(times(1.1)), { baseline: p99s(base) });
    expect(outcomes.map(({ family }) => family)).toEqual([4, 4, 4, 4, 4, 4]);
    expect(outcomes[0]!.p).toBeGreaterThan(
      outcome(`${REDIS}.p99 <= baseline`, p99s(times(1.1)), p99s(base)).p!,
    );
    expect(outcomes[4]!.p).toBeNull();
  });
});

describe('in words', () => {
  it.each([
    [`${REDIS}.p99 < 3ms`, one, null, 'redis-cluster: responseTime.p99 is 3.1ms with seed 1'],
    [
      `${REDIS}.p99 < 5ms`,
      p99s([6, 6.1, 5.9, 6, 6.3]),
      null,
      'redis-cluster: responseTime.p99 is 6.06ms [5.87ms, 6.25ms] over 5 seeds; worst with seed 5',
    ],
    [
      `${REDIS}.p99 <= baseline`,
      p99s([4.4, 6.6, 9.9]),
      p99s([4, 6, 9]),
      "is 6.97ms [89.9us, 13.8ms] over 3 seeds, 10% more than the baseline's 6.33ms",
    ],
    [`${REDIS}.p99 < 5ms`, p99s([4, 7, 3, 6, 5.5]), null, 'over 5 seeds, about 977 more seeds would tell'],
    [
      `ratio(${TWO}.p99, ${REDIS}.p99) < 0.5`,
      one,
      null,
      'power-of-two-choices / redis-cluster: ratio of responseTime.p99 is 0.594 with seed 1',
    ],
  ])('%s', (source, result, baseline, words) => {
    expect(describeOutcome(outcome(source, result, baseline))).toContain(words);
  });
});
