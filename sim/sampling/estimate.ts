/**
 * From windows to the whole run: stratified means, and intervals from how much windows of one stratum differ.
 *
 * Everything asked for is a ratio of totals, such as failed over offered requests. Its variance is that of its
 * linear part, z = (y - R x) / X (Cochran, "Sampling Techniques", 3rd ed., 6.4); degrees of freedom are
 * Satterthwaite's over strata (same, 5.4). The interval of a quantile is that of the share of requests at or below
 * it, turned around (R. S. Woodruff, "Confidence Intervals for Medians and Other Position Measures", J. American
 * Statistical Association 47, 1952).
 */
import { bucketEnd } from '../metrics/histogram.ts';
import { momentsOf } from '../statistics/moments.ts';
import { studentTQuantile } from '../statistics/student-t.ts';
import { countUpTo, type WindowFigures } from './figures.ts';

export interface SampledStratum {
  /** Share of the whole that it stands for; all sum to 1. */
  readonly weight: number;
  readonly windows: readonly WindowFigures[];
}

export interface Sampled {
  readonly value: number;
  readonly low: number;
  /** Infinity: the sample does not bound it. */
  readonly high: number;
}

type Read = (window: WindowFigures) => number;

/** Sum of y over sum of x, over all requests of the run; null where there is no x. */
export function ratioOf(strata: readonly SampledStratum[], y: Read, x: Read, level = 0.95): Sampled | null {
  const estimate = linearized(strata, y, x);
  if (estimate === null) return null;
  const half = halfWidth(estimate, level);
  return { value: estimate.value, low: estimate.value - half, high: estimate.value + half };
}

/**
 * Response time [ns] that a share `q` of all requests does not exceed, failed ones counted as slower than any:
 * Infinity where more failed. `withFailures` false: of the completed ones alone.
 */
export function quantileOf(
  strata: readonly SampledStratum[],
  q: number,
  withFailures: boolean,
  level = 0.95,
): Sampled | null {
  const size: Read = (window) =>
    window.responses.count.reduce((sum, count) => sum + count, 0) + (withFailures ? window.failed : 0);
  const merged = mergedShares(strata, size);
  if (merged === null) return null;
  const value = invert(merged, q);
  const below = linearized(strata, (window) => countUpTo(window.responses, value), size)!;
  const half = halfWidth(below, level);
  return { value, low: invert(merged, Math.max(0, q - half)), high: invert(merged, q + half) };
}

interface Linearized {
  readonly value: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
}

/** Counts are taken per offered request: windows differ in length and rate, requests do not. */
function linearized(strata: readonly SampledStratum[], y: Read, x: Read): Linearized | null {
  const rows = strata.map(({ weight, windows }) => ({
    weight,
    ys: windows.map((window) => y(window) / Math.max(1, window.offered)),
    xs: windows.map((window) => x(window) / Math.max(1, window.offered)),
  }));
  const total = (of: 'ys' | 'xs'): number =>
    rows.reduce((sum, row) => sum + row.weight * momentsOf(row[of]).mean, 0);
  const whole = total('xs');
  if (!(whole > 0)) return null;
  const value = total('ys') / whole;
  let variance = 0;
  let spread = 0;
  for (const { weight, ys, xs } of rows) {
    const parts = ys.map((own, i) => (own - value * xs[i]!) / whole);
    const own = (weight ** 2 * momentsOf(parts).variance) / parts.length;
    variance += own;
    if (own > 0) spread += own ** 2 / Math.max(1, parts.length - 1);
  }
  const degreesOfFreedom = spread > 0 ? variance ** 2 / spread : Infinity;
  return { value, standardError: Math.sqrt(variance), degreesOfFreedom };
}

function halfWidth({ standardError, degreesOfFreedom }: Linearized, level: number): number {
  if (standardError === 0) return 0;
  // Beyond 10^6 degrees of freedom Student's t is normal to six digits.
  return studentTQuantile(0.5 + level / 2, Math.min(1e6, degreesOfFreedom)) * standardError;
}

/** Ascending buckets with the share of all requests at or below each. */
interface Shares {
  readonly bucket: readonly number[];
  readonly upTo: readonly number[];
}

function mergedShares(strata: readonly SampledStratum[], size: Read): Shares | null {
  const mass = new Map<number, number>();
  let whole = 0;
  for (const { weight, windows } of strata) {
    for (const window of windows) {
      const each = weight / windows.length / Math.max(1, window.offered);
      whole += each * size(window);
      const { bucket, count } = window.responses;
      for (const [i, at] of bucket.entries()) mass.set(at, (mass.get(at) ?? 0) + each * count[i]!);
    }
  }
  if (!(whole > 0)) return null;
  const bucket = [...mass.keys()].sort((a, b) => a - b);
  const upTo: number[] = [];
  for (const [i, at] of bucket.entries()) upTo.push((upTo[i - 1] ?? 0) + mass.get(at)! / whole);
  return { bucket, upTo };
}

/** The smallest response time with at least the share `q` at or below it; Infinity where there is none. */
function invert({ bucket, upTo }: Shares, q: number): number {
  // Sums of doubles: the last share may fall short of 1 by rounding.
  const at = upTo.findIndex((share) => share >= q - 1e-12);
  return at < 0 ? Infinity : bucketEnd(bucket[at]!);
}
