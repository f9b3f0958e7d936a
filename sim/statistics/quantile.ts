/**
 * A quantile of a sample, and its distribution-free interval. The point is type 7 of Hyndman & Fan (Sample
 * Quantiles in Statistical Packages, American Statistician 50, 1996), the default of R and NumPy. The interval
 * is a pair of order statistics: the number of values below the true quantile is binomial, whatever the
 * distribution (W. J. Conover, Practical Nonparametric Statistics, 3rd ed., 3.2). Over seeds: the median p99.
 */
import { binomialCdf } from './binomial.ts';
import { type Interval, requireLevel } from './estimate.ts';

export interface QuantileInterval {
  readonly interval: Interval;
  /** 1-based places in the sorted sample. */
  readonly ranks: readonly [low: number, high: number];
  /** The chance that it covers the true quantile: at least the level asked for. */
  readonly coverage: number;
}

export function ascending(values: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(values).sort();
  if (Number.isNaN(sorted.at(-1)))
    throw new RangeError('a sample to be sorted holds a value that is not a number');
  return sorted;
}

/** @param sorted ascending, at least one value */
export function quantileOf(sorted: ArrayLike<number>, q: number): number {
  if (sorted.length === 0) throw new RangeError('a quantile needs at least one value');
  if (!(q >= 0 && q <= 1)) throw new RangeError(`a quantile lies in [0, 1], got ${q}`);
  const place = q * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below]!;
  return place === below ? low : low + (place - below) * (sorted[below + 1]! - low);
}

/** Null where the sample is too small for the level: 95 % of a median takes 6 values, of a p99 368. */
export function quantileInterval(
  values: ArrayLike<number>,
  q: number,
  level = 0.95,
): QuantileInterval | null {
  requireLevel(level);
  if (!(q > 0 && q < 1)) throw new RangeError(`a quantile with an interval lies between 0 and 1, got ${q}`);
  const count = values.length;
  const tail = (1 - level) / 2;
  const low = firstAbove(count, q, tail);
  const high = count + 1 - firstAbove(count, 1 - q, tail);
  if (low < 1 || high > count || low >= high) return null;
  const sorted = ascending(values);
  return {
    interval: [sorted[low - 1]!, sorted[high - 1]!],
    ranks: [low, high],
    coverage: coverageOf(count, q, low, high),
  };
}

/** P(the true q-quantile lies between the values of these ranks). */
export function coverageOf(count: number, q: number, low: number, high: number): number {
  return binomialCdf(high - 1, count, q) - binomialCdf(low - 1, count, q);
}

/** The largest rank r with P(Bin(count, q) <= r - 1) <= tail, 0 where there is none. */
function firstAbove(count: number, q: number, tail: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const rank = Math.ceil((low + high) / 2);
    if (binomialCdf(rank - 1, count, q) <= tail) low = rank;
    else high = rank - 1;
  }
  return low;
}
