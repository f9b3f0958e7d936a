/** Response time over time: a row per half-octave, coloured by the share of the moment's completed requests in it. */
import type { RunResult } from '../../sim/result.ts';
import { duration, moment, percent } from '../format.ts';
import { inProse } from '../ranked.ts';
import { columnSteps, type HeatmapData, levelsOf } from './heatmap.ts';

/** Lower edges of the colour classes [%]: every second step is ten times the share. */
const EDGES = [0, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60];
export const RESPONSE_LEGEND: readonly string[] = EDGES.map((edge) => (edge === 0 ? '>0' : `${edge}%`));

/** Maps of the runs on common rows, slowest on top; empty where nothing was completed. */
export function responseMaps(runs: readonly RunResult[]): HeatmapData[] {
  const timed = runs.filter((run) => run.timeline.responseTimes.upToMs.length > 0);
  const edges = [...new Set(timed.flatMap((run) => run.timeline.responseTimes.upToMs))].sort((a, b) => b - a);
  return timed.map((run) => responseMap(run, edges));
}

function responseMap({ strategy, timeline }: RunResult, edges: readonly number[]): HeatmapData {
  const { stepMs, completed, responseTimes } = timeline;
  const bin = columnSteps(completed.length);
  const starts = completed.map((_, step) => step).filter((step) => step % bin === 0);
  const sum = (row: readonly number[] | undefined, from: number) =>
    (row ?? []).slice(from, from + bin).reduce((total, value) => total + value, 0);
  const totals = starts.map((from) =>
    responseTimes.completed.reduce((total, row) => total + sum(row, from), 0),
  );
  const values = edges.map((edge) => {
    const row = responseTimes.completed[responseTimes.upToMs.indexOf(edge)];
    return starts.map((from, column) =>
      Number(((100 * sum(row, from)) / Math.max(1, totals[column]!)).toPrecision(3)),
    );
  });
  return {
    strategy,
    rows: edges.map((edge) => `up to ${duration(edge)}`),
    stepMs: stepMs * bin,
    values,
    levels: levelsOf(values, levelOf),
    unit: 'of requests',
  };
}

function levelOf(share: number): number {
  return share === 0 ? -1 : EDGES.findLastIndex((edge) => share >= edge);
}

/** A request as slow as this share of its step is one in so many: visible, and not a single accident. */
const SLOW_SHARE = 0.01;

/** The slowest bin that held over one in a hundred of a step's requests, by strategy. */
export function responseFinding(runs: readonly RunResult[]): string {
  const slowest = runs.map(slowestOf).filter((one) => one !== null);
  if (slowest.length === 0) return 'No request was completed';
  const sorted = slowest.toSorted((a, b) => a.upToMs - b.upToMs);
  const [best, worst] = [sorted[0]!, sorted.at(-1)!];
  const of = ({ upToMs, run }: (typeof slowest)[number]) =>
    `${duration(upToMs)} under ${inProse(run.strategy)}`;
  const at = moment(worst.step * worst.run.timeline.stepMs);
  const lead = `In the worst step, at ${at}, ${percent(worst.share)} of requests take up to ${of(worst)}`;
  return best.upToMs === worst.upToMs ? lead : `${lead}; never over ${of(best)}`;
}

function slowestOf(run: RunResult): { run: RunResult; upToMs: number; step: number; share: number } | null {
  const { upToMs, completed } = run.timeline.responseTimes;
  const totals = run.timeline.offered.map((_, step) =>
    completed.reduce((total, row) => total + (row[step] ?? 0), 0),
  );
  for (let bin = upToMs.length - 1; bin >= 0; bin--) {
    const shares = completed[bin]!.map((count, step) => count / Math.max(1, totals[step]!));
    const share = Math.max(...shares);
    if (share >= SLOW_SHARE) return { run, upToMs: upToMs[bin]!, step: shares.indexOf(share), share };
  }
  return null;
}
