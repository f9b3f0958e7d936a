/**
 * When to stop adding seeds: once the half width of an interval is at most a share of what it is about
 * (`--until p99=2%`), the relative precision rule of A. M. Law, Simulation Modeling and Analysis, 5th ed.,
 * 9.4.1; asymptotically right by Y. S. Chow & H. Robbins, Annals of Mathematical Statistics 36 (1965). Looking
 * after every seed stops a little too gladly, so at least ten seeds are run first.
 */
import { type Estimate, intervalOf } from './estimate.ts';
import { seedsForHalfWidth } from './sample-size.ts';

const FEWEST_SEEDS = 10;

export interface Precision {
  readonly reached: boolean;
  /** Half width over `relativeTo`; null for a single seed or where that is zero. */
  readonly relativeHalfWidth: number | null;
  /** About so many more seeds; null when over 10,000 in all. */
  readonly moreSeeds: number | null;
}

/**
 * @param estimate a mean, or a difference
 * @param relativeTo what the target is a share of: the mean itself, or the reference's mean for a difference
 * @param target such as 0.02
 */
export function precisionOf(estimate: Estimate, relativeTo: number, target: number, level = 0.95): Precision {
  if (!(target > 0)) throw new RangeError(`the precision to reach must be positive, got ${target}`);
  const { count } = estimate;
  const interval = intervalOf(estimate, level);
  const missing = Math.max(0, FEWEST_SEEDS - count);
  if (interval === null) return { reached: false, relativeHalfWidth: null, moreSeeds: missing };
  const halfWidth = (interval[1] - interval[0]) / 2;
  const aim = target * Math.abs(relativeTo);
  const reached = missing === 0 && halfWidth <= aim;
  const needed = seedsForHalfWidth(estimate, aim, level);
  return {
    reached,
    relativeHalfWidth: relativeTo === 0 ? null : halfWidth / Math.abs(relativeTo),
    moreSeeds: reached ? 0 : needed === null ? null : Math.max(missing, needed - count, 1),
  };
}
