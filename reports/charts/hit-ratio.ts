/** Share of gets that found their key, over time. */
import type { Result, RunResult } from '../../sim/result.ts';
import { ABSENT, moment, percentFine } from '../format.ts';
import { inProse } from '../ranked.ts';
import type { Chart } from './chart.ts';
import { peakOf, timelineChart } from './timeline.ts';

/** Null where every get found its key, or the result does not count gets by step. */
export function hitRatioChart(result: Result, runs: readonly RunResult[]): Chart | null {
  const missRatio = ({ timeline: { gets, misses } }: RunResult, step: number) =>
    gets[step] ? misses[step]! / gets[step]! : null;
  const peak = peakOf(runs, missRatio);
  if (peak === null) return null;
  const hits = (run: RunResult, step: number) => {
    const missed = missRatio(run, step);
    return missed === null ? null : 1 - missed;
  };
  const at = moment(peak.step * peak.run.timeline.stepMs);
  return timelineChart({
    result,
    runs,
    id: 'hit-ratio',
    topic: 'Hit ratio',
    title: `The hit ratio is lowest under ${inProse(peak.run.strategy)}: ${percentFine(1 - peak.value)}, ${at} into the run`,
    howToRead:
      'Share of answered gets that found their key; every other one goes to the origin. After a crash it dips where ' +
      'keys land on nodes that do not have them, and climbs as they are filled.',
    value: hits,
    joined: 'mean',
    show: (value) => (value === null ? ABSENT : percentFine(value)),
    axisY: {
      title: 'hit ratio [%]',
      type: 'linear',
      domain: [Math.max(0, 1 - 1.15 * peak.value), 1],
      label: "format(datum.value, '.3~%')",
    },
    height: 150,
  });
}
