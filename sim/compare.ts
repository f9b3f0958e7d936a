/**
 * Puts runs side by side: the ranking, and how each strategy differs from the reference. Every strategy runs with
 * the same seeds (common random numbers), so differences are paired by seed: what chance does to both cancels out.
 */

import { versusOf } from './paired.ts';
import { pooledOf } from './pooled.ts';
import {
  RESULT_SCHEMA,
  type Replications,
  type Result,
  type RunResult,
  type ScenarioInfo,
  type SummaryRow,
} from './result.ts';
import { stream } from './rng.ts';
import { bootstrapMean } from './statistics/bootstrap.ts';
import { estimateMean, intervalOf } from './statistics/estimate.ts';
import { differences } from './statistics/moments.ts';

type Read = (run: RunResult) => number | null;

/** Metrics summarised, smaller is better for all. */
const METRICS: Record<string, Read> = {
  'responseTime.mean': (run) => run.responseTime.mean,
  'responseTime.p50': (run) => run.responseTime.p50,
  'responseTime.p99': (run) => run.responseTime.p99,
  'responseTime.p999': (run) => run.responseTime.p999,
  'hottest.utilization': (run) => Math.max(...run.nodes.map((node) => node.utilization)),
  'imbalance.maxOverMean': (run) => run.imbalance.maxOverMean,
  failedShare,
  lostWrites: (run) => run.lostWrites,
};

/** Differences up to this share of the reference's mean do not matter, unless it is said otherwise. */
export const DEFAULT_MARGIN = 0.05;

export interface Comparing {
  /** Strategy the others are compared with; ignored when it did not run. */
  readonly reference: string;
  /** Share of the reference's mean. */
  readonly margin: number;
  readonly until: Replications['until'];
}

/** One strategy with the runs that count, by seed. */
interface Standing {
  readonly strategy: string;
  readonly runs: readonly RunResult[];
}

export function assembleResult(
  scenario: ScenarioInfo,
  engine: Result['engine'],
  runs: RunResult[],
  { reference, margin, until }: Comparing,
): Result {
  const standings = standingsOf(runs);
  const several = runs.some((run) => run.replication > 0);
  return {
    schema: RESULT_SCHEMA,
    scenario,
    engine,
    runs: runs.map((run) => ({ ...run, responses: null })),
    replications: several
      ? {
          seeds: standings[0]!.runs.map((run) => run.seed),
          margin,
          until,
          pooled: standings.flatMap((standing) => pooledOf(standing.strategy, standing.runs) ?? []),
        }
      : null,
    ranking: [...standings].sort(better).map(({ strategy }) => strategy),
    summary: summaryOf(standings, reference, margin),
  };
}

/**
 * Of the seeds that every strategy ran to its end, so that none is judged by easier ones. Where there is no such
 * seed, of each one's first.
 */
export function standingsOf(runs: readonly RunResult[]): Standing[] {
  const byStrategy = [...Map.groupBy(runs, (run) => run.strategy)];
  const whole = byStrategy.map(([, own]) => new Set(own.flatMap((run) => (run.partial ? [] : run.seed))));
  const common = new Set([...whole[0]!].filter((seed) => whole.every((seeds) => seeds.has(seed))));
  return byStrategy.map(([strategy, own]) => ({
    strategy,
    runs: common.size === 0 ? own.slice(0, 1) : own.filter((run) => common.has(run.seed)),
  }));
}

/**
 * A failed request is slower than any completed one, so p99 over all requests ranks first; where more than
 * 1 % failed there is none, and the share that failed decides; then the far tail.
 */
function better(a: Standing, b: Standing): number {
  const [p99a, p99b] = [meanOf(a, (run) => run.p99WithFailures), meanOf(b, (run) => run.p99WithFailures)];
  const failures = meanOf(a, unservedShare)! - meanOf(b, unservedShare)!;
  return (
    order(p99a, p99b) ||
    (p99a === null ? failures : 0) ||
    order(
      meanOf(a, (run) => run.responseTime.p999),
      meanOf(b, (run) => run.responseTime.p999),
    ) ||
    failures
  );
}

/** Ascending, null last. */
function order(a: number | null, b: number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a - b;
}

/** Failed, or without an answer when the run ended: to whoever waits, that is worse. */
function unservedShare({ requests, partial }: RunResult): number {
  return (requests.failed + (partial ? 0 : requests.open)) / Math.max(1, requests.offered);
}

function failedShare(run: RunResult): number {
  return run.requests.failed / Math.max(1, run.requests.offered);
}

/** Null where one seed has no value: a mean of the others would flatter. */
function valuesOf({ runs }: Standing, read: Read): number[] | null {
  const values = runs.map(read);
  return values.every((value) => value !== null) ? values : null;
}

function meanOf(standing: Standing, read: Read): number | null {
  const values = valuesOf(standing, read);
  return values && estimateMean(values).mean;
}

/** All verdicts of a summary are one family: Holm's correction keeps every claim in it right at once. */
function summaryOf(standings: readonly Standing[], reference: string, margin: number): SummaryRow[] {
  const base = standings.find(({ strategy }) => strategy === reference);
  const rows = standings.flatMap((standing) =>
    Object.entries(METRICS).map(([metric, read]) => ({
      standing,
      metric,
      own: valuesOf(standing, read),
      base: base === undefined || standing === base ? null : valuesOf(base, read),
    })),
  );
  const compared = rows.flatMap((row) =>
    row.own === null || row.base === null ? [] : [{ row, own: row.own, base: row.base }],
  );
  const judged = versusOf(
    compared.map(({ own, base }) => ({ own, base, direction: 'lower is better' })),
    reference,
    margin,
  );
  const versus = new Map(
    compared.map(({ row, own, base }, i): [(typeof rows)[number], SummaryRow['versus']] => {
      const bootstrap95 = resampled(differences(base, own), `${row.standing.strategy}/${row.metric}`);
      const moreSeeds = own.length === 1 ? null : judged[i]!.moreSeeds;
      return [row, { ...judged[i]!, bootstrap95, moreSeeds }];
    }),
  );
  return rows.map((row) => ({
    strategy: row.standing.strategy,
    metric: row.metric,
    ...meanWithInterval(row.own),
    versus: versus.get(row) ?? null,
  }));
}

function meanWithInterval(values: readonly number[] | null): Pick<SummaryRow, 'mean' | 'ci95'> {
  if (values === null) return { mean: null, ci95: null };
  const estimate = estimateMean(values);
  const interval = intervalOf(estimate);
  return { mean: estimate.mean, ci95: interval && [...interval] };
}

/** With fewer there are too few different resamples for an interval of 95 %. */
const BOOTSTRAP_SEEDS_MIN = 5;
/** Good to a few percent of its width: enough to hold it against the other. */
const RESAMPLES = 2000;

function resampled(values: Float64Array, name: string): [number, number] | null {
  if (values.length < BOOTSTRAP_SEEDS_MIN) return null;
  return [...bootstrapMean(values, { rng: stream(1, `bootstrap/${name}`), resamples: RESAMPLES })];
}
