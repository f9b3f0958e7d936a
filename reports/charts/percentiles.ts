/** Response times by percentile on the axis of HdrHistogram: every nine gets the same room. */
import type { PooledResponses, Result, RunResult } from '../../sim/result.ts';
import { duration, millis } from '../format.ts';
import { inProse } from '../ranked.ts';
import { visible } from '../safe.ts';
import { type Chart, logTicks } from './chart.ts';
import { linesSpec } from './lines.ts';

const QUANTILES = [
  ['50%', 'p50'],
  ['90%', 'p90'],
  ['99%', 'p99'],
  ['99.9%', 'p999'],
  ['99.99%', 'p9999'],
] as const;

/** 0 at q = 0, 1 at 90 %, 2 at 99 %, ... */
function nines(q: number): number {
  return -Math.log10(1 - q);
}

/** With several seeds: the quantiles of all their requests together, in a band over seeds. */
export function percentilesChart(result: Result, single: readonly RunResult[]): Chart | null {
  const pooled = pooledBy(result);
  const runs = single.map((run) => withPooled(run, pooled.get(run.strategy)));
  const drawn = runs.filter((run) => run.responseCurve.q.length > 1);
  const bands = runs.map((run) => pooled.get(run.strategy) ?? null);
  const edges = bands.flatMap((band) => (band === null ? [] : [...band.lowMs, ...band.highMs]));
  const positive = [...drawn.flatMap((run) => run.responseCurve.ms), ...edges].filter((ms) => ms > 0);
  if (drawn.length === 0 || positive.length === 0) return null;
  const low = Math.min(...positive) * 0.9;
  const high = Math.max(...positive) * 1.15;
  const grid = gridOf(drawn);
  const values = runs.map((run) => grid.map((q) => at(run, q)));
  return {
    id: 'percentiles',
    topic: 'Response time',
    title: finding(runs),
    howToRead:
      'Each line is a strategy. A point says: this share of completed requests was answered within that time. ' +
      'Lower is better; every step to the right is a ten times rarer request. Both axes are stretched: a small ' +
      'gap can be a factor of two.' +
      (edges.length === 0
        ? ''
        : ' Requests of all seeds are taken together; the band around a line is its 95% interval over seeds.'),
    spec: linesSpec({
      runs,
      x: grid.map(nines),
      y: values,
      bands: bands.map(
        (band) =>
          band && grid.map((q) => [pointAt(band.q, band.lowMs, q), pointAt(band.q, band.highMs, q)] as const),
      ),
      height: 360,
      faults: [],
      axisX: {
        title: 'share of completed requests answered within',
        type: 'linear',
        domain: [0, Math.max(4, ...grid.map(nines))],
        ticks: [0, Math.log10(2), 1, 2, 3, 4],
        label:
          "datum.value < 0.1 ? '0%' : datum.value < 0.9 ? '50%' : datum.value < 1.5 ? '90%' : " +
          "datum.value < 2.5 ? '99%' : datum.value < 3.5 ? '99.9%' : '99.99%'",
      },
      axisY: {
        title: 'response time [ms]',
        type: 'log',
        domain: [low, high],
        ticks: logTicks(low, high),
        label: "format(datum.value, ',~r')",
      },
    }),
    table: {
      head: ['strategy', ...QUANTILES.map(([label]) => `${label} [ms]`), 'max [ms]'],
      rows: runs.map((run) => [
        run.strategy,
        ...QUANTILES.map(([, key]) => millis(run.responseTime[key])),
        millis(run.responseTime.max),
      ]),
    },
    readout: {
      x: grid.map((q) => Number(nines(q).toFixed(4))),
      labels: grid.map((q) => `${Number((q * 100).toPrecision(q < 0.99 ? 3 : 5))}% within`),
      values: values.map((row) => row.map(duration)),
    },
    overTime: false,
  };
}

const POINTS_MAX = 100;

/** The quantiles of the run that has most of them, thinned to what can be drawn. */
function gridOf(runs: readonly RunResult[]): number[] {
  const longest = runs.reduce((best, run) =>
    run.responseCurve.q.length > best.responseCurve.q.length ? run : best,
  );
  const all = longest.responseCurve.q.filter((q) => q < 1);
  const every = Math.ceil(all.length / POINTS_MAX);
  return all.filter((_, i) => i % every === 0 || i === all.length - 1);
}

/** By visible name. */
function pooledBy({ replications }: Result): Map<string, PooledResponses> {
  return new Map((replications?.pooled ?? []).map((pooled) => [visible(pooled.strategy), pooled]));
}

function withPooled(run: RunResult, pooled: PooledResponses | undefined): RunResult {
  if (pooled === undefined) return run;
  const { q, ms } = pooled;
  const atQ = (share: number) => pointAt(q, ms, share);
  const [p50, p90, p99, p999, p9999] = [0.5, 0.9, 0.99, 0.999, 0.9999].map(atQ);
  const times = { p50: p50!, p90: p90!, p99: p99!, p999: p999!, p9999: p9999! };
  return { ...run, responseCurve: { q, ms }, responseTime: { ...run.responseTime, ...times } };
}

/** Response time at `q`. */
function at(run: RunResult, q: number): number | null {
  return pointAt(run.responseCurve.q, run.responseCurve.ms, q);
}

/** Between neighbours where there is no such point. */
function pointAt(qs: readonly number[], ms: readonly number[], q: number): number | null {
  const next = qs.findIndex((other) => other >= q - 1e-12);
  if (next < 0) return ms.at(-1) ?? null;
  if (next === 0 || qs[next] === q) return ms[next]!;
  const part = (q - qs[next - 1]!) / (qs[next]! - qs[next - 1]!);
  return ms[next - 1]! + part * (ms[next]! - ms[next - 1]!);
}

function finding(runs: readonly RunResult[]): string {
  const timed = runs.filter((run) => run.responseTime.p99 !== null);
  if (timed.length === 0) return 'No request was completed';
  const by = (key: 'p50' | 'p99' | 'p999') =>
    timed.toSorted((a, b) => (a.responseTime[key] ?? 0) - (b.responseTime[key] ?? 0));
  const sorted = by('p99');
  const [best, worst] = [sorted[0]!, sorted.at(-1)!];
  const p99 = (run: RunResult) => `${duration(run.responseTime.p99)}`;
  if (sorted.length === 1) return `99% of completed requests are answered within ${p99(best)}`;
  const spread = `p99 spans ${p99(best)} (${inProse(best.strategy)}) to ${p99(worst)} (${inProse(worst.strategy)})`;
  const tail = by('p999')[0]!;
  return tail === best
    ? `${spread}; it leads at p99.9 too`
    : `${spread}; at p99.9 ${inProse(tail.strategy)} is ahead with ${duration(tail.responseTime.p999)}`;
}
