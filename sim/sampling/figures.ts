/** What one window tells of the time it stands for: counts of what was measured, without its warm-up. */
import { bucketEnd } from '../metrics/histogram.ts';
import type { FailoverResult, ResponseCounts, RunResult } from '../result.ts';
import { STEP_NS, type Window } from './window.ts';

export interface WindowFigures {
  readonly offered: number;
  readonly failed: number;
  /** Completed requests by response time; `bucketEnd` gives the time. */
  readonly responses: ResponseCounts;
  readonly responseSumMs: number;
  readonly gets: number;
  readonly misses: number;
  /** [node] busy share. */
  readonly utilization: readonly number[];
  readonly lostWrites: number;
  readonly staleReads: number;
  /** Of the faults that struck within. */
  readonly failover: readonly FailoverResult[];
  /** Share of the requests of its last steps that failed. */
  readonly failingAtEnd: number;
}

export function figuresOf(run: RunResult, { warmUpNs }: Window): WindowFigures {
  const { timeline, responses, responseTime } = run;
  const from = Math.round(warmUpNs / STEP_NS);
  const sumFrom = (column: readonly number[]): number =>
    column.slice(from).reduce((sum, value) => sum + value, 0);
  const steps = timeline.offered.length - from;
  return {
    offered: sumFrom(timeline.offered),
    failed: sumFrom(timeline.failed),
    responses: responses ?? { bucket: [], count: [] },
    responseSumMs: (responseTime.mean ?? 0) * responseTime.count,
    gets: sumFrom(timeline.gets),
    misses: sumFrom(timeline.misses),
    utilization: timeline.utilization.map((node) => sumFrom(node) / steps),
    lostWrites: run.lostWrites,
    staleReads: run.staleReads,
    failover: run.failover.filter(({ atMs }) => atMs * 1e6 >= warmUpNs),
    failingAtEnd: lastShare(timeline.failed, timeline.offered),
  };
}

const LAST_STEPS = 5;

function lastShare(failed: readonly number[], offered: readonly number[]): number {
  const last = (column: readonly number[]): number =>
    column.slice(-LAST_STEPS).reduce((sum, value) => sum + value, 0);
  return last(failed) / Math.max(1, last(offered));
}

/** Completed requests at or below a response time [ns]. */
export function countUpTo({ bucket, count }: ResponseCounts, ns: number): number {
  let sum = 0;
  for (let i = 0; i < bucket.length && bucketEnd(bucket[i]!) <= ns; i++) sum += count[i]!;
  return sum;
}
