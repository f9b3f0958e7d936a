/**
 * Twenty seeds need not make a file twenty times as large: charts and lists show the first one, verdicts need no
 * more than the totals of the others.
 */
import type { Result, RunResult } from './result.ts';

/** Without what only charts and lists use: timeline, curve, hotspots, copies, events. Counts, times, nodes stay. */
export function thinned(run: RunResult): RunResult {
  const { timeline, hotKeyTreatment } = run;
  return {
    ...run,
    responseCurve: { q: [], ms: [] },
    responses: null,
    hotspots: [],
    hotKeys: [],
    partitions: null,
    hotKeyTreatment: hotKeyTreatment && { ...hotKeyTreatment, copies: [] },
    events: [],
    timeline: {
      stepMs: timeline.stepMs,
      offered: [],
      completed: [],
      failed: [],
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
      utilization: run.nodes.map(() => []),
      attempts: run.nodes.map(() => []),
    },
  };
}

/** All but each strategy's first run, which reports draw. */
export function withThinReplications(result: Result): Result {
  if (result.replications === null) return result;
  const drawn = new Set<string>();
  const runs = result.runs.map((run) => {
    const first = !drawn.has(run.strategy);
    drawn.add(run.strategy);
    return first ? run : thinned(run);
  });
  return { ...result, runs };
}
