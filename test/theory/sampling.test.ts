/**
 * Theory: what a sample of windows says of a long run. The truth is the mean of full runs with other seeds; how often
 * intervals hold it is binomial, and a bound is missed by chance with probability 1e-6.
 */
import { expect, it } from 'vitest';
import { stream } from '../../sim/rng.ts';
import { run } from '../../sim/run.ts';
import { quantileOf, ratioOf, type Sampled, type SampledStratum } from '../../sim/sampling/estimate.ts';
import { figuresOf, type WindowFigures } from '../../sim/sampling/figures.ts';
import { planSample } from '../../sim/sampling/plan.ts';
import { type Window, windowOf } from '../../sim/sampling/window.ts';
import type { Setup } from '../../sim/setup.ts';
import { binomialTolerance } from '../binomial-tolerance.ts';
import { buildSetup } from '../setup-builder.ts';

const SECOND = 1e9;
/** A day of five minutes: 60 % of two nodes' capacity on average, 84 % at its peak. */
const DAY: Setup = ((base) => ({
  ...base,
  workload: {
    ...(base.workload as Extract<Setup['workload'], { kind: 'synthetic' }>),
    arrivals: {
      kind: 'curve',
      ratePerSec: 1200,
      curve: { kind: 'diurnal', periodNs: 300 * SECOND, peakOverMean: 1.4, peakAtNs: 100 * SECOND },
    },
  },
}))(buildSetup({ ratePerSec: 1200, durationNs: 300 * SECOND, shards: 2 }));

const completed = ({ responses }: WindowFigures): number =>
  responses.count.reduce((sum, count) => sum + count, 0);
const METRICS: Record<string, (strata: SampledStratum[]) => Sampled> = {
  mean: (strata) => ratioOf(strata, ({ responseSumMs }) => responseSumMs, completed)!,
  p50: (strata) => quantileOf(strata, 0.5, false)!,
  p99: (strata) => quantileOf(strata, 0.99, false)!,
};

const seen = (window: Window): WindowFigures => figuresOf(run(windowOf(DAY, window), window.seed), window);

function sample(trial: number): SampledStratum[] {
  const options = { windows: 24, forNs: 2 * SECOND, warmUpNs: SECOND, aroundNs: SECOND, leadNs: 0 };
  const strata = planSample(DAY, options, (name) => stream(trial, name));
  const total = strata.reduce((sum, { requests }) => sum + requests, 0);
  return strata.map(({ requests, windows }) => ({ weight: requests / total, windows: windows.map(seen) }));
}

it('a sixth of a day tells its mean, median and p99 with intervals that hold them as often as they say', () => {
  const whole = { startNs: 0, forNs: DAY.durationNs, warmUpNs: 0, leadNs: 0 };
  const days = Array.from({ length: 12 }, (_, i) => seen({ ...whole, seed: i + 1 }));
  const trials = 100;
  const held: Record<string, number> = { mean: 0, p50: 0, p99: 0 };
  for (let trial = 0; trial < trials; trial++) {
    const strata = sample(100 + trial);
    for (const [metric, read] of Object.entries(METRICS)) {
      const truth = read([{ weight: 1, windows: days }]).value;
      const { low, high } = read(strata);
      if (low <= truth && truth <= high) held[metric]!++;
    }
  }
  const [least, most] = binomialTolerance(trials, 0.95);
  for (const count of Object.values(held)) {
    expect(count).toBeGreaterThanOrEqual(least);
    expect(count).toBeLessThanOrEqual(most);
  }
}, 60_000);
