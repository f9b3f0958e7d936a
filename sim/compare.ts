/** Puts runs side by side: the ranking, and how each differs from the reference. */
import { RESULT_SCHEMA, type Result, type RunResult, type ScenarioInfo, type SummaryRow } from './result.ts';

/** Metrics summarised, smaller is better for all. */
const METRICS: Record<string, (run: RunResult) => number | null> = {
  'responseTime.mean': (run) => run.responseTime.mean,
  'responseTime.p50': (run) => run.responseTime.p50,
  'responseTime.p99': (run) => run.responseTime.p99,
  'responseTime.p999': (run) => run.responseTime.p999,
  'hottest.utilization': (run) => Math.max(...run.nodes.map((node) => node.utilization)),
  'imbalance.maxOverMean': (run) => run.imbalance.maxOverMean,
  failedShare: (run) => run.requests.failed / Math.max(1, run.requests.offered),
  lostWrites: (run) => run.lostWrites,
};

/** @param reference strategy the others are compared with; ignored when it did not run */
export function assembleResult(
  scenario: ScenarioInfo,
  engine: Result['engine'],
  runs: RunResult[],
  reference: string,
): Result {
  return {
    schema: RESULT_SCHEMA,
    scenario,
    engine,
    runs,
    ranking: [...runs].sort(better).map((run) => run.strategy),
    summary: runs.flatMap((run) =>
      summaryOf(
        run,
        runs.find((other) => other.strategy === reference),
      ),
    ),
  };
}

/**
 * A failed request is slower than any completed one, so p99 over all requests ranks first; where more than
 * 1 % failed there is none, and the share that failed decides; then the far tail.
 */
function better(a: RunResult, b: RunResult): number {
  return (
    order(a.p99WithFailures, b.p99WithFailures) ||
    (a.p99WithFailures === null ? failedShare(a) - failedShare(b) : 0) ||
    order(a.responseTime.p999, b.responseTime.p999) ||
    failedShare(a) - failedShare(b)
  );
}

/** Ascending, null last. */
function order(a: number | null, b: number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a - b;
}

function failedShare(run: RunResult): number {
  return run.requests.failed / Math.max(1, run.requests.offered);
}

/** One seed gives differences without intervals, so no verdict is passed on them. */
function summaryOf(run: RunResult, reference: RunResult | undefined): SummaryRow[] {
  return Object.entries(METRICS).map(([metric, read]) => {
    const mean = read(run);
    const base = reference && reference !== run ? read(reference) : null;
    return {
      strategy: run.strategy,
      metric,
      mean,
      ci95: null,
      versus:
        reference && base !== null && mean !== null
          ? { reference: reference.strategy, delta: mean - base, ci95: null, verdict: 'inconclusive' }
          : null,
    };
  });
}
