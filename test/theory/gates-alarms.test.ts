/**
 * Theory: a gate cannot flake. A/A: 1,000 gates compare identical strategies, with different seeds; at most alpha of
 * them may fail. A/B: a slowdown that is there is found, as often as the noncentral t distribution promises. Bounds
 * on counts are missed by chance with probability 1e-6, with fixed seeds.
 */
import { describe, expect, it } from 'vitest';
import { checkGate, type Gate, scopeOf } from '../../sim/gates/check.ts';
import { evaluateGates, type GateOutcome } from '../../sim/gates/evaluate.ts';
import type { Result, RunResult } from '../../sim/result.ts';
import { type RandomStream, stream } from '../../sim/rng.ts';
import { normalQuantile } from '../../sim/statistics/normal.ts';
import { ascending, quantileOf } from '../../sim/statistics/quantile.ts';
import { powerOf } from '../../sim/statistics/sample-size.ts';
import { binomialTolerance } from '../binomial-tolerance.ts';
import { sampleResult } from '../sample-result.ts';

const ALPHA = 0.05;
const GATES = 1000;
const SEEDS = 10;

const template = sampleResult(['redis-cluster']);

/** A result of one strategy whose p99 is drawn anew for each seed. */
function drawn(seeds: readonly number[], p99: (seed: number) => number): Result {
  const [run] = template.runs as [RunResult];
  const runs = seeds.map((seed) => ({ ...run, seed, responseTime: { ...run.responseTime, p99: p99(seed) } }));
  return { ...template, runs };
}

const normal = (rng: RandomStream) => normalQuantile(Math.max(rng.float(), 1e-300));

/** p99 of an M/M/1 queue's first 300 customers, by Lindley's recursion: skewed and correlated, as real ones are. */
function queueP99(rng: RandomStream): number {
  const times: number[] = [];
  let waiting = 0;
  for (let i = 0; i < 300; i++) {
    const service = -Math.log(1 - rng.float());
    times.push(waiting + service);
    waiting = Math.max(0, waiting + service + Math.log(1 - rng.float()) / 0.7);
  }
  return quantileOf(ascending(times), 0.99);
}

const WORLDS: readonly (readonly [string, (rng: RandomStream) => number])[] = [
  ['normal', (rng) => 5 + 0.5 * normal(rng)],
  ['lognormal, skewed', (rng) => Math.exp(0.8 * normal(rng))],
  ['p99 of a queue', queueP99],
  ['few values, many ties', (rng) => 1 + rng.below(3)],
];

const seedsFrom = (first: number) => Array.from({ length: SEEDS }, (_, i) => first + i);
const gateOf = (text: string): Gate => checkGate(text, scopeOf(template));

function evaluated(text: string, result: Result, baseline: Result): GateOutcome {
  return evaluateGates([{ gate: gateOf(text), severity: 'error' }], result, { baseline })[0]!;
}

const alarms = (outcomes: readonly GateOutcome[]) =>
  outcomes.filter(({ status }) => status === 'fail').length;

describe('A/A: identical strategies', () => {
  it.each(WORLDS)(
    '%s: at most alpha of 1,000 gates with different seeds fail, whatever the slack',
    (name, draw) => {
      for (const gate of ['p99 <= baseline', 'p99 <= baseline + 5%', 'p99 < baseline + 0.1ms']) {
        const rng = stream(21, `${name}/${gate}`);
        const outcomes = Array.from({ length: GATES }, (_, i) =>
          evaluated(
            gate,
            drawn(seedsFrom(1000 * i), () => draw(rng)),
            drawn(seedsFrom(1000 * i + 500), () => draw(rng)),
          ),
        );
        expect(outcomes.every(({ figures }) => figures?.paired === false)).toBe(true);
        expect(alarms(outcomes)).toBeLessThanOrEqual(binomialTolerance(GATES, ALPHA)[1]);
      }
    },
  );

  it.each(WORLDS)('%s: at most alpha of 1,000 gates paired by seed fail', (name, draw) => {
    const rng = stream(22, name);
    const outcomes = Array.from({ length: GATES }, () =>
      evaluated(
        'p99 <= baseline',
        drawn(seedsFrom(1), () => draw(rng)),
        drawn(seedsFrom(1), () => draw(rng)),
      ),
    );
    expect(outcomes.every(({ figures }) => figures?.paired === true)).toBe(true);
    expect(alarms(outcomes)).toBeLessThanOrEqual(binomialTolerance(GATES, ALPHA)[1]);
  });

  it('a family of 20 gates fails as a whole at most as often as one', () => {
    const rng = stream(23, 'family');
    const gate = { gate: gateOf('p99 <= baseline'), severity: 'error' } as const;
    const families = Array.from({ length: 300 }, () => {
      // Twenty strategies make twenty gates with values of their own.
      const names = Array.from({ length: 20 }, (_, i) => `s${i}`);
      const make = (first: number): Result => ({
        ...template,
        runs: names.flatMap((strategy) =>
          drawn(seedsFrom(first), () => 5 + normal(rng)).runs.map((run) => ({ ...run, strategy })),
        ),
      });
      const outcomes = evaluateGates([gate], make(1), { baseline: make(100) });
      expect(outcomes).toHaveLength(20);
      expect(outcomes[0]!.family).toBe(20);
      return outcomes;
    });
    const broken = families.filter((family) => alarms(family) > 0).length;
    expect(broken).toBeLessThanOrEqual(binomialTolerance(300, ALPHA)[1]);
  });

  it('the same commit twice: not one of 1,000 gates fails, and each passes', () => {
    const rng = stream(24, 'same');
    const outcomes = Array.from({ length: GATES }, () => {
      const result = drawn(seedsFrom(1), () => 5 + normal(rng));
      return evaluated('p99 <= baseline', result, structuredClone(result));
    });
    expect(outcomes.filter(({ status }) => status === 'pass')).toHaveLength(GATES);
  });

  it('a mean that sits on its limit fails at most half of alpha', () => {
    const rng = stream(25, 'limit');
    const outcomes = Array.from({ length: GATES }, () => {
      const result = drawn(seedsFrom(1), () => 5 + 0.5 * normal(rng));
      return evaluated('p99 < 5ms', result, result);
    });
    expect(alarms(outcomes)).toBeLessThanOrEqual(binomialTolerance(GATES, ALPHA / 2)[1]);
  });
});

describe('A/B: a known slowdown', () => {
  const slowdown = 0.05;
  const scatter = 0.06;

  it('is found as often as the power of the paired t test says', () => {
    const rng = stream(31, 'power');
    const outcomes = Array.from({ length: GATES }, () => {
      const base = drawn(seedsFrom(1), () => 5 + 2 * normal(rng));
      const slower = drawn(seedsFrom(1), (seed) => {
        const before = base.runs.find((run) => run.seed === seed)!.responseTime.p99!;
        return before + 5 * (slowdown + scatter * normal(rng));
      });
      return evaluated('p99 <= baseline', slower, base);
    });
    // A gate fails on one side only: the chance of significance in the wrong direction is below 1e-5 here.
    const [low, high] = binomialTolerance(GATES, powerOf(slowdown, scatter, SEEDS));
    expect(alarms(outcomes)).toBeGreaterThanOrEqual(low);
    expect(alarms(outcomes)).toBeLessThanOrEqual(high);
  });

  it('is always found where it is plain: 10 % of a queue, on the same seeds', () => {
    const outcomes = Array.from({ length: GATES / 4 }, (_, i) => {
      const make = (speed: number) =>
        drawn(seedsFrom(1), (seed) => speed * queueP99(stream(seed, `queue-${i}`)));
      return evaluated('p99 <= baseline + 5%', make(1.1), make(1));
    });
    expect(alarms(outcomes)).toBe(GATES / 4);
  });

  it('within the slack it is no failure, and enough seeds let it pass', () => {
    const rng = stream(32, 'slack');
    const outcomes = Array.from({ length: GATES }, () => {
      const base = drawn(seedsFrom(1), () => 5);
      return evaluated(
        'p99 <= baseline + 10%',
        drawn(seedsFrom(1), () => 5.2 + 0.1 * normal(rng)),
        base,
      );
    });
    expect(outcomes.filter(({ status }) => status === 'pass').length).toBeGreaterThan(0.99 * GATES);
    expect(alarms(outcomes)).toBe(0);
  });
});
