/**
 * How many seeds: until an interval is narrow enough, and the smallest effect that so many would find. The
 * power of a t test comes from the noncentral t distribution (J. Cohen, Statistical Power Analysis, 2nd ed.,
 * 1988). It is for planning the next experiment; the power of one that is over says nothing that its interval
 * does not say better (J. M. Hoenig & D. M. Heisey, The Abuse of Power, American Statistician 55, 2001).
 */
import { type Estimate, requireLevel } from './estimate.ts';
import { noncentralTCdf, rootBetween, studentTQuantile } from './student-t.ts';

/** Seeds beyond which "run more" is no advice: the effect sits on its margin. */
const MAX_SEEDS = 10_000;

/** Fewest seeds whose t interval has this half width, given the spread seen; null beyond 10,000. */
export function seedsForHalfWidth(estimate: Estimate, halfWidth: number, level = 0.95): number | null {
  requireLevel(level);
  const deviation = estimate.standardError * Math.sqrt(estimate.count);
  const enough = (seeds: number): boolean =>
    (studentTQuantile(0.5 + level / 2, seeds - 1) * deviation) / Math.sqrt(seeds) <= halfWidth;
  if (!enough(MAX_SEEDS)) return null;
  let low = 2;
  let high = MAX_SEEDS;
  while (low < high) {
    const seeds = Math.floor((low + high) / 2);
    if (enough(seeds)) high = seeds;
    else low = seeds + 1;
  }
  return low;
}

/** Chance that a two-sided paired t test at `alpha` over `seeds` finds a mean difference of `effect`. */
export function powerOf(effect: number, deviation: number, seeds: number, alpha = 0.05): number {
  requireLevel(alpha);
  if (!(seeds >= 2)) throw new RangeError(`power needs at least two seeds, got ${seeds}`);
  if (!(deviation > 0)) throw new RangeError(`power needs a positive standard deviation, got ${deviation}`);
  const shift = (effect / deviation) * Math.sqrt(seeds);
  const critical = studentTQuantile(1 - alpha / 2, seeds - 1);
  return 1 - noncentralTCdf(critical, seeds - 1, shift) + noncentralTCdf(-critical, seeds - 1, shift);
}

/**
 * The smallest mean difference found with this power.
 * @param deviation standard deviation of the paired differences
 */
export function minimalDetectableEffect(deviation: number, seeds: number, alpha = 0.05, power = 0.8): number {
  requireLevel(power);
  if (deviation === 0) return 0;
  let high = deviation;
  while (powerOf(high, deviation, seeds, alpha) < power) high *= 2;
  return rootBetween(0, high, (effect) => powerOf(effect, deviation, seeds, alpha) - power);
}
