/**
 * Two results side by side: what moved between them, strategy by strategy, over the seeds that both have. Paired by
 * seed, so that what chance does to both cancels out; all differences are judged as one family.
 */
import { METRICS } from './gates/catalogue.ts';
import { type Metric, WHOLE_RUN } from './gates/metric.ts';
import { versusOf } from './paired.ts';
import type { Result, RunResult, SummaryRow } from './result.ts';
import { estimateMean, intervalOf } from './statistics/estimate.ts';

/** A metric that is not the same in both. */
export interface Difference {
  readonly strategy: string;
  readonly metric: Metric;
  /** Means over the common seeds; null: nothing to measure, Infinity: it never happened. */
  readonly was: number | null;
  readonly now: number | null;
  /** As a summary against the earlier result; null where one side has no finite value in some seed. */
  readonly row: SummaryRow | null;
}

export interface Differences {
  /** Strategies of one result only. */
  readonly gone: readonly string[];
  readonly added: readonly string[];
  readonly common: readonly string[];
  readonly seeds: readonly number[];
  /** Every request and event was the same in every common run. */
  readonly identical: boolean;
  readonly found: readonly Difference[];
}

/** @param margin share of the earlier mean up to which a difference does not matter */
export function differencesBetween(before: Result, after: Result, margin: number): Differences {
  const [old, now] = [strategiesOf(before), strategiesOf(after)];
  const common = now.filter((strategy) => old.includes(strategy));
  const seeds = seedsOf(before, common).filter((seed) => seedsOf(after, common).includes(seed));
  const pairs = common.flatMap((strategy) =>
    seeds.map((seed) => [runOf(before, strategy, seed), runOf(after, strategy, seed)] as const),
  );
  const moved = common.flatMap((strategy) => columnsOf(before, after, strategy, seeds));
  return {
    gone: old.filter((strategy) => !now.includes(strategy)),
    added: now.filter((strategy) => !old.includes(strategy)),
    common,
    seeds,
    identical: pairs.length > 0 && pairs.every(([a, b]) => a.fingerprint === b.fingerprint),
    found: judged(moved, margin),
  };
}

interface Columns {
  readonly strategy: string;
  readonly metric: Metric;
  /** By seed. */
  readonly was: readonly (number | null)[];
  readonly now: readonly (number | null)[];
}

/** The metrics that moved in at least one seed. */
function columnsOf(before: Result, after: Result, strategy: string, seeds: readonly number[]): Columns[] {
  return METRICS.map((metric) => {
    const read = (result: Result) =>
      seeds.map((seed) => metric.read(runOf(result, strategy, seed), WHOLE_RUN));
    return { strategy, metric, was: read(before), now: read(after) };
  }).filter(({ was, now }) => was.some((value, i) => value !== now[i]));
}

function judged(columns: readonly Columns[], margin: number): Difference[] {
  const compared = columns.flatMap((column) => {
    const { strategy, metric } = column;
    const [was, now] = [finite(column.was), finite(column.now)];
    return was === null || now === null || metric.better === null
      ? []
      : [{ column, strategy, metric: metric.name, better: metric.better, was, now }];
  });
  const versus = versusOf(
    compared.map(({ better, was, now }) => ({
      base: was,
      own: now,
      direction: better === 'higher' ? 'higher is better' : 'lower is better',
    })),
    'before',
    margin,
  );
  const rows = new Map(
    compared.map(({ column, strategy, metric, now }, i): [Columns, SummaryRow] => {
      const own = estimateMean(now);
      const interval = intervalOf(own);
      const ci95: SummaryRow['ci95'] = interval && [...interval];
      return [column, { strategy, metric, mean: own.mean, ci95, versus: versus[i]! }];
    }),
  );
  return columns.map((column) => ({
    strategy: column.strategy,
    metric: column.metric,
    was: meanOf(column.was),
    now: meanOf(column.now),
    row: rows.get(column) ?? null,
  }));
}

function strategiesOf({ runs }: Result): string[] {
  return [...new Set(runs.map(({ strategy }) => strategy))];
}

/** Seeds that each of the strategies ran with. */
function seedsOf({ runs }: Result, strategies: readonly string[]): number[] {
  const of = (strategy: string) => runs.filter((run) => run.strategy === strategy).map(({ seed }) => seed);
  const [first, ...others] = strategies.map(of);
  return (first ?? []).filter((seed) => others.every((seeds) => seeds.includes(seed)));
}

function runOf({ runs }: Result, strategy: string, seed: number): RunResult {
  return runs.find((run) => run.strategy === strategy && run.seed === seed)!;
}

function finite(values: readonly (number | null)[]): number[] | null {
  return values.every((value) => value !== null && Number.isFinite(value)) ? (values as number[]) : null;
}

function meanOf(values: readonly (number | null)[]): number | null {
  return values.some((value) => value === null) ? null : estimateMean(values as number[]).mean;
}
