/** Unit and law: what the charts of comparison, cost and balance claim of a result. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differencesChart } from '../../reports/charts/differences.ts';
import { lorenzChart } from '../../reports/charts/lorenz.ts';
import { paretoChart } from '../../reports/charts/pareto.ts';
import type { RunResult } from '../../sim/result.ts';
import { replicatedSample, sampleResult } from '../sample-result.ts';

test('differences are drawn for several seeds only, a row for each comparison', () => {
  expect(differencesChart(sampleResult())).toBeNull();
  const result = replicatedSample();
  const chart = differencesChart(result)!;
  expect(chart.title).toBe('Against redis-cluster, at p99: 2 better, 2 worse');
  expect(chart.table.rows.map(([strategy]) => strategy)).toEqual(
    result.ranking.filter((strategy) => strategy !== 'redis-cluster'),
  );
  expect(chart.table.rows.every((row) => row.length === 5)).toBe(true);
});

test('a difference of many times the reference is drawn at the edge, and told in full', () => {
  const result = replicatedSample();
  const row = result.summary.find(({ metric, versus }) => metric === 'responseTime.p99' && versus !== null)!;
  Object.assign(row, { mean: 1000, versus: { ...row.versus, delta: 990, ci95: [900, 1080] } });
  const chart = differencesChart(result)!;
  expect(JSON.stringify(chart.spec)).toContain('"x":1.5,"from":1.5,"to":1.5');
  expect(chart.table.rows.flat().join()).toContain('+9,900%');
});

/** Runs with these prices (memory) and tails, all else as in the sample. */
function runsOf(pairs: readonly (readonly [memory: number, p99: number])[]): RunResult[] {
  const run = sampleResult().runs[0]!;
  return pairs.map(([memoryOverhead, p99WithFailures], i) => ({
    ...run,
    strategy: `s${i}`,
    memoryOverhead,
    p99WithFailures,
  }));
}

test('law: whoever is not on the front is beaten in both by one who is; nobody on it is', () => {
  const amount = fc.integer({ min: 1, max: 50 });
  fc.assert(
    fc.property(fc.array(fc.tuple(amount, amount), { minLength: 2, maxLength: 12 }), (pairs) => {
      const chart = paretoChart(runsOf(pairs));
      if (chart === null) return new Set(pairs.map(([memory]) => memory)).size === 1;
      const onFront = chart.table.rows.map((row) => row[3] === 'yes');
      const beats = (a: readonly number[], b: readonly number[]) => a[0]! <= b[0]! && a[1]! <= b[1]!;
      const front = pairs.filter((_, i) => onFront[i]);
      return pairs.every((pair, i) =>
        onFront[i]
          ? front.filter((other) => beats(other, pair)).length === 1
          : front.some((other) => beats(other, pair)),
      );
    }),
  );
});

test('a bound is drawn and named, but is not on the front', () => {
  const runs = runsOf([
    [1, 1],
    [2, 2],
    [3, 1.5],
  ]);
  const chart = paretoChart(runs.map((run, i) => ({ ...run, bound: i === 0 })))!;
  expect(chart.table.rows.map((row) => row[3])).toEqual(['a bound', 'yes', 'yes']);
});

test('the busier half of four nodes with 1, 1, 1, 7 attempts does eight of ten', () => {
  const run = sampleResult().runs[0]!;
  const nodes = [1, 7, 1, 1].map((attempts, i) => ({ ...run.nodes[i]!, attempts }));
  const chart = lorenzChart([{ ...run, nodes }])!;
  expect(chart.title).toBe('The busier half of the nodes does 80.0% of all attempts under redis-cluster');
  expect(chart.readout!.values[0]).toEqual(['0.0%', '10.0%', '20.0%', '30.0%', '100.0%']);
});
