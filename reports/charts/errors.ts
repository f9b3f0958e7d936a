/** Failed requests per second over time. */
import type { Result, RunResult } from '../../sim/result.ts';
import { ABSENT, integer, moment, rate } from '../format.ts';
import { inProse } from '../ranked.ts';
import type { Chart } from './chart.ts';
import { peakOf, timelineChart } from './timeline.ts';

/** Null where no request failed: then there is nothing to draw. */
export function errorsChart(result: Result, runs: readonly RunResult[]): Chart | null {
  const perSec = (run: RunResult, step: number) => run.timeline.failed[step]! / (run.timeline.stepMs / 1000);
  const peak = peakOf(runs, perSec);
  if (peak === null) return null;
  const at = moment(peak.step * peak.run.timeline.stepMs);
  const clean = runs.filter((run) => run.requests.failed === 0).length;
  const title = `Errors peak at ${rate(peak.value)} under ${inProse(peak.run.strategy)}, ${at} into the run`;
  return timelineChart({
    result,
    runs,
    id: 'errors',
    topic: 'Errors',
    title:
      clean === 0 ? title : `${title}; ${integer(clean)} of ${runs.length} strategies never fail a request`,
    howToRead:
      'Requests that failed for good, retries included, per second. A line on the floor means that nobody noticed.',
    value: perSec,
    joined: 'mean',
    show: (value) => (value === null ? ABSENT : rate(value)),
    axisY: {
      title: 'failed [requests/s]',
      type: 'linear',
      domain: [0, peak.value * 1.15],
      label: "format(datum.value, '~s')",
    },
    height: 150,
  });
}
