/** Unit: the retry budget, and when a failure counts as metastable. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { metastabilityOf, type Station } from '../../sim/metastability.ts';
import type { Timeline } from '../../sim/result.ts';
import { RetryBudget } from '../../sim/retry-budget.ts';
import { run } from '../../sim/run.ts';
import type { Fault } from '../../sim/setup.ts';
import { registry } from '../../strategies/index.ts';

const SECOND = 1e9;

describe('a retry budget', () => {
  test('lets a client spend what it saved, and then a share of its requests', () => {
    const budget = new RetryBudget({ capacity: 3, share: 0.25, minPerSec: 0 }, 2);
    const spent = (client: number, times: number): number =>
      Array.from({ length: times }, () => budget.spend(client, 0)).filter(Boolean).length;
    expect(spent(0, 10)).toBe(3);
    for (let request = 0; request < 8; request++) budget.earn(0);
    expect(spent(0, 10)).toBe(2);
    expect(spent(1, 10)).toBe(3);
  });

  test('pays a steady income up to its capacity', () => {
    const budget = new RetryBudget({ capacity: 5, share: 0, minPerSec: 2 }, 1);
    for (let i = 0; i < 5; i++) budget.spend(0, 0);
    expect(budget.spend(0, 0.4 * SECOND)).toBe(false);
    expect(budget.spend(0, 0.5 * SECOND)).toBe(true);
    const late = Array.from({ length: 9 }, () => budget.spend(0, 100 * SECOND));
    expect(late.filter(Boolean)).toHaveLength(5);
  });
});

describe('metastable', () => {
  const hang: Fault = { kind: 'pause', name: 'hang', node: 0, atNs: 10 * SECOND, forNs: 2 * SECOND };
  /** 40 steps of a second: failed per step before the fault, during it, and after it by step. */
  const timeline = (
    after: (step: number) => number,
    offered: (step: number) => number = () => 100,
  ): Timeline => {
    const steps = Array.from({ length: 40 }, (_, step) => step);
    const failed = steps.map((step) => (step < 10 ? 0 : step < 12 ? 80 : after(step)));
    return {
      stepMs: 1000,
      offered: steps.map(offered),
      failed,
      completed: steps.map((step) => offered(step) - failed[step]!),
      p50: [],
      p99: [],
      responseTimes: { upToMs: [], completed: [] },
      gets: [],
      misses: [],
      originRequests: [],
      originUtilization: [],
      sent: [],
      retries: [],
      redirects: [],
      connects: [],
      slow: [],
      utilization: [],
      attempts: [],
    };
  };
  const judged = (line: Timeline, faults: Fault[] = [hang], stations: Station[] = []) =>
    metastabilityOf(line, faults, [], 1000, stations);

  test('is what goes on failing under the load of before', () => {
    expect(judged(timeline(() => 40))).toEqual({
      healedMs: 12_000,
      failedShareBefore: 0,
      failedShareAfter: 0.4,
      busiest: null,
    });
  });

  test('names who is busy for nothing, and is not what the load alone makes busy', () => {
    const busy = (before: number): Station => ({
      name: 'origin',
      utilization: Array.from({ length: 40 }, (_, step) => (step < 10 ? before : 1)),
    });
    const idle = { name: 'node-0', utilization: Array.from({ length: 40 }, () => 0.2) };
    const failing = timeline(() => 40);
    expect(judged(failing, [hang], [idle, busy(0.6)])?.busiest).toEqual({
      station: 'origin',
      utilizationBefore: 0.6,
      utilizationAfter: 1,
    });
    expect(judged(failing, [hang], [idle, busy(1)])).toBeNull();
  });

  test('is not what recovers, at once or slowly', () => {
    expect(judged(timeline(() => 0))).toBeNull();
    expect(judged(timeline((step) => Math.max(0, 80 - 4 * (step - 12))))).toBeNull();
  });

  test('is not what more load explains', () => {
    expect(
      judged(
        timeline(
          () => 40,
          (step) => (step < 12 ? 100 : 150),
        ),
      ),
    ).toBeNull();
  });

  test('is not what has no fault, a fault that lasts, or too little time after it', () => {
    expect(
      judged(
        timeline(() => 40),
        [],
      ),
    ).toBeNull();
    expect(
      judged(
        timeline(() => 40),
        [{ kind: 'crash', name: 'kill', node: 0, atNs: 10 * SECOND, of: 'host' }],
      ),
    ).toBeNull();
    expect(
      judged(
        timeline(() => 40),
        [{ ...hang, forNs: 25 * SECOND } as Fault],
      ),
    ).toBeNull();
  });
});

test('retry-storm.yaml: retries keep a short hang alive; a budget, none, or a short queue cure it', () => {
  const path = join(import.meta.dirname, '../../scenarios/retry-storm.yaml');
  const loaded = loadScenario(
    { path, text: readFileSync(path, 'utf8') },
    { overrides: ['duration=40s'], registry },
  );
  if ('problems' in loaded) throw new Error('the scenario does not load');
  const metastable = loaded.scenario.strategies.map(
    ({ name }) =>
      [name, run(bindSetup(loaded.scenario, name, registry, null), 1).metastable !== null] as const,
  );
  expect(Object.fromEntries(metastable)).toEqual({
    retries: true,
    budget: false,
    'no-retries': false,
    shedding: false,
  });
});
