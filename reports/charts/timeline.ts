/** What the three timelines share: x axis, faults, table, readout. */
import type { Result, RunResult } from '../../sim/result.ts';
import { moment } from '../format.ts';
import type { Chart } from './chart.ts';
import { type Axis, linesSpec } from './lines.ts';

export interface TimelineInput {
  result: Result;
  runs: readonly RunResult[];
  id: string;
  topic: string;
  title: string;
  howToRead: string;
  /** Value of one step. */
  value(run: RunResult, step: number): number | null;
  /** What stands for several steps where there are more than can be drawn. */
  joined: 'mean' | 'highest';
  show(value: number | null): string;
  axisY: Axis;
  height: number;
}

const POINTS_MAX = 3000;
const STEPS_MIN = 60;
const STEPS_MAX = 240;
const TABLE_ROWS_MAX = 60;

export function timelineChart(input: TimelineInput): Chart {
  const { result, runs, show } = input;
  const recorded = Math.max(...runs.map((run) => run.timeline.offered.length));
  const drawn = Math.max(STEPS_MIN, Math.min(STEPS_MAX, Math.floor(POINTS_MAX / runs.length)));
  const bin = Math.ceil(recorded / drawn);
  const stepMs = runs[0]!.timeline.stepMs * bin;
  const steps = Array.from({ length: Math.ceil(recorded / bin) }, (_, step) => step);
  const values = runs.map((run) => steps.map((step) => joinedValue(input, run, step * bin, bin)));
  const middleSec = steps.map((step) => ((step + 0.5) * stepMs) / 1000);
  const every = Math.ceil(steps.length / TABLE_ROWS_MAX);
  const lengthSec = Math.max(result.scenario.durationMs, steps.length * stepMs) / 1000;
  const note = bin === 1 ? '' : ` Each point stands for ${bin} steps: their ${input.joined} value.`;
  return {
    id: input.id,
    topic: input.topic,
    title: input.title,
    howToRead: input.howToRead + note,
    spec: linesSpec({
      runs,
      x: middleSec,
      y: values,
      height: input.height,
      faults: result.scenario.faults,
      axisX: { title: 'time since the start [s]', type: 'linear', domain: [0, lengthSec] },
      axisY: input.axisY,
    }),
    table: {
      head: [every === 1 ? 'from' : `from (every ${every}th)`, ...runs.map((run) => run.strategy)],
      rows: steps
        .filter((step) => step % every === 0)
        .map((step) => [moment(step * stepMs), ...values.map((row) => show(row[step]!))]),
    },
    readout: {
      x: middleSec,
      labels: steps.map((step) => `${moment(step * stepMs)} to ${moment((step + 1) * stepMs)}`),
      values: values.map((row) => row.map(show)),
    },
    overTime: true,
  };
}

/** One value for the `bin` steps from `first` on; null where none has one. */
function joinedValue(
  { value, joined }: TimelineInput,
  run: RunResult,
  first: number,
  bin: number,
): number | null {
  const last = Math.min(first + bin, run.timeline.offered.length);
  const found: number[] = [];
  for (let step = first; step < last; step++) {
    const one = value(run, step);
    if (one !== null) found.push(one);
  }
  if (found.length === 0) return null;
  return joined === 'highest' ? Math.max(...found) : found.reduce((sum, one) => sum + one, 0) / found.length;
}

/** Where `value` is largest over all runs and steps; null where it never is above 0. */
export function peakOf(
  runs: readonly RunResult[],
  value: (run: RunResult, step: number) => number | null,
): { run: RunResult; step: number; value: number } | null {
  let peak: { run: RunResult; step: number; value: number } | null = null;
  for (const run of runs)
    for (let step = 0; step < run.timeline.offered.length; step++) {
      const found = value(run, step) ?? 0;
      if (found > (peak?.value ?? 0)) peak = { run, step, value: found };
    }
  return peak;
}
