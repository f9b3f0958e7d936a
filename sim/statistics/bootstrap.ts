/**
 * Intervals by resampling: B. Efron, Bootstrap Methods, Annals of Statistics 7 (1979); BCa, which corrects for
 * bias and for an error that changes with the value: Better Bootstrap Confidence Intervals, JASA 82 (1987).
 * What is resampled is a seed with all that belongs to it: a paired difference, or a whole histogram when the
 * statistic is a quantile of the merged ones.
 */
import type { Rng } from '../strategy.ts';
import { type Interval, requireLevel } from './estimate.ts';
import { momentsOf } from './moments.ts';
import { normalCdf, normalQuantile } from './normal.ts';
import { quantileOf } from './quantile.ts';

export interface BootstrapOptions {
  readonly rng: Rng;
  readonly level?: number;
  /** Default 10,000: the ends are then good to about 1 % of their distance. */
  readonly resamples?: number;
  /** Default `bca`. */
  readonly method?: 'percentile' | 'bca';
}

/** Bootstrap interval of the mean; for paired differences, hand over `differences(base, candidate)`. */
export function bootstrapMean(values: ArrayLike<number>, options: BootstrapOptions): Interval {
  return bootstrap(Array.from(values), (sample) => momentsOf(sample).mean, options);
}

/** @param statistic of a resample of `items`, equally many, drawn with replacement */
export function bootstrap<Item>(
  items: readonly Item[],
  statistic: (sample: readonly Item[]) => number,
  { rng, level = 0.95, resamples = 10_000, method = 'bca' }: BootstrapOptions,
): Interval {
  requireLevel(level);
  if (items.length < 2) throw new RangeError('the bootstrap needs at least two values');
  const replicates = new Float64Array(resamples);
  const sample = [...items];
  for (let i = 0; i < resamples; i++) {
    for (let j = 0; j < sample.length; j++) sample[j] = items[rng.below(items.length)]!;
    replicates[i] = statistic(sample);
  }
  replicates.sort();
  const tails = [(1 - level) / 2, (1 + level) / 2] as const;
  const [low, high] = method === 'bca' ? corrected(tails, replicates, items, statistic) : tails;
  return [quantileOf(replicates, low), quantileOf(replicates, high)];
}

/** Moves the tail probabilities by the median bias and the acceleration. */
function corrected<Item>(
  tails: readonly [number, number],
  replicates: Float64Array,
  items: readonly Item[],
  statistic: (sample: readonly Item[]) => number,
): readonly [number, number] {
  const share = shareBelow(replicates, statistic(items));
  // Every replicate on one side: the bias has no estimate, the plain percentiles are all there is.
  if (share === 0 || share === 1) return tails;
  const bias = normalQuantile(share);
  const acceleration = accelerationOf(items, statistic);
  const move = (tail: number): number => {
    const z = bias + normalQuantile(tail);
    return normalCdf(bias + z / (1 - acceleration * z));
  };
  return [move(tails[0]), move(tails[1])];
}

/** Ties count half, so that a statistic of few values is not taken for a biased one. */
function shareBelow(sorted: Float64Array, value: number): number {
  let below = 0;
  for (const replicate of sorted) below += replicate < value ? 1 : replicate === value ? 0.5 : 0;
  return below / sorted.length;
}

/** Skewness of the jackknife values over six. */
function accelerationOf<Item>(
  items: readonly Item[],
  statistic: (sample: readonly Item[]) => number,
): number {
  const left = items.map((_, out) => statistic(items.filter((__, i) => i !== out)));
  const { mean } = momentsOf(left);
  const squares = left.reduce((sum, value) => sum + (mean - value) ** 2, 0);
  const cubes = left.reduce((sum, value) => sum + (mean - value) ** 3, 0);
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}
