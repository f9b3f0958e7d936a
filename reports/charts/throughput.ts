/** Completed requests per second over time. */
import type { Result, RunResult } from '../../sim/result.ts';
import { ABSENT, moment, percent, rate } from '../format.ts';
import { inProse } from '../ranked.ts';
import type { Chart } from './chart.ts';
import { peakOf, timelineChart } from './timeline.ts';

export function throughputChart(result: Result, runs: readonly RunResult[]): Chart | null {
  const perSec = (run: RunResult, step: number) =>
    run.timeline.completed[step]! / (run.timeline.stepMs / 1000);
  const top = Math.max(...runs.flatMap((run) => run.timeline.completed.map((_, step) => perSec(run, step))));
  if (!(top > 0)) return null;
  return timelineChart({
    result,
    runs,
    id: 'throughput',
    topic: 'Throughput',
    title: finding(runs),
    howToRead:
      'Requests completed per second. All strategies get the same offered load: a line that drops leaves users waiting or failing.',
    value: perSec,
    joined: 'mean',
    show: (value) => (value === null ? ABSENT : rate(value)),
    axisY: {
      title: 'completed [requests/s]',
      type: 'linear',
      domain: [0, top * 1.08],
      label: "format(datum.value, '~s')",
    },
    height: 170,
  });
}

function finding(runs: readonly RunResult[]): string {
  const missing = (run: RunResult, step: number) => {
    const { offered, completed } = run.timeline;
    return offered[step]! === 0 ? 0 : 1 - completed[step]! / offered[step]!;
  };
  const worst = peakOf(runs, missing);
  if (worst === null || worst.value < 0.01)
    return 'Every strategy completes what is offered, second by second';
  const at = moment(worst.step * worst.run.timeline.stepMs);
  return `The deepest dip is under ${inProse(worst.run.strategy)}: at ${at}, ${percent(worst.value)} of the offered load goes unanswered`;
}
