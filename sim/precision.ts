/**
 * How precisely seeds have told a metric so far (`--until p99=2%`): the widest interval of the differences from
 * the reference, each paired by seed; where only one strategy ran, that of its mean.
 */
import { standingsOf } from './compare.ts';
import { WHOLE_RUN } from './gates/metric.ts';
import type { UntilTarget } from './gates/until.ts';
import type { RunResult, Until } from './result.ts';
import { estimateMean, estimatePaired } from './statistics/estimate.ts';
import { precisionOf } from './statistics/precision.ts';

/** @param runs of at least one strategy */
export function precisionOfRuns(runs: readonly RunResult[], reference: string, goal: UntilTarget): Until {
  const { metric, relativeHalfWidth: target } = goal;
  const standings = standingsOf(runs);
  const columns = standings.map(({ strategy, runs: own }) => ({
    strategy,
    values: own.map((run) => metric.read(run, WHOLE_RUN)),
  }));
  const unknown = { metric: metric.name, target, halfWidth: null, reached: false, moreSeeds: null };
  const known = columns.flatMap(({ strategy, values }) =>
    values.every((value) => value !== null && Number.isFinite(value))
      ? [{ strategy, values: values as number[] }]
      : [],
  );
  // A mean of the seeds that have a value would flatter, and more seeds give the others none.
  if (known.length < columns.length) return unknown;
  const base = known.find(({ strategy }) => strategy === reference) ?? known[0]!;
  const { mean } = estimateMean(base.values);
  const others = known.filter((column) => column !== base);
  const estimates =
    others.length === 0
      ? [estimateMean(base.values)]
      : others.map(({ values }) => estimatePaired(base.values, values));
  const each = estimates.map((estimate) => precisionOf(estimate, mean, target));
  const widths = each.map((precision) => precision.relativeHalfWidth);
  const more = each.map((precision) => precision.moreSeeds);
  return {
    metric: metric.name,
    target,
    halfWidth: widths.every((width) => width !== null) ? Math.max(...widths) : null,
    reached: each.every((precision) => precision.reached),
    moreSeeds: more.every((seeds) => seeds !== null) ? Math.max(...more) : null,
  };
}
