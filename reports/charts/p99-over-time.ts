/** 99th percentile of response time, step by step. */
import type { Result, RunResult } from '../../sim/result.ts';
import { duration, moment } from '../format.ts';
import { inProse } from '../ranked.ts';
import { type Chart, logTicks } from './chart.ts';
import { peakOf, timelineChart } from './timeline.ts';

export function p99OverTimeChart(result: Result, runs: readonly RunResult[]): Chart | null {
  const p99 = (run: RunResult, step: number) => run.timeline.p99[step] ?? null;
  const positive = runs.flatMap((run) => run.timeline.p99.filter((value) => value !== null && value > 0));
  const peak = peakOf(runs, p99);
  if (peak === null) return null;
  const low = Math.min(...(positive as number[])) * 0.85;
  const high = peak.value * 1.3;
  const at = moment(peak.step * peak.run.timeline.stepMs);
  return timelineChart({
    result,
    runs,
    id: 'p99-over-time',
    topic: 'Response time over time',
    title: `p99 peaks at ${duration(peak.value)} under ${inProse(peak.run.strategy)}, ${at} into the run`,
    howToRead:
      'The 99th percentile of each step, on a logarithmic axis. Lower and flatter is better; a line that stays high after the fault has healed has not recovered.',
    value: p99,
    joined: 'highest',
    show: duration,
    axisY: {
      title: 'p99 [ms]',
      type: 'log',
      domain: [low, high],
      ticks: logTicks(low, high),
      label: "format(datum.value, ',~r')",
    },
    height: 230,
  });
}
