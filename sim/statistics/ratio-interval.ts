/**
 * Interval of a ratio of two means over the same seeds: E. C. Fieller, Some Problems in Interval Estimation,
 * J. Royal Statistical Society B 16 (1954). It holds every k for which a paired t test does not reject
 * "candidate - k base has mean zero", so it agrees with the test of `ratio(a, b) < k`.
 */
import { type Interval, requireLevel } from './estimate.ts';
import { differences, momentsOf } from './moments.ts';
import { studentTQuantile } from './student-t.ts';

/** Null where it is unbounded (the mean of `base` may be zero) or there are fewer than two seeds. */
export function ratioInterval(
  base: ArrayLike<number>,
  candidate: ArrayLike<number>,
  level = 0.95,
): Interval | null {
  requireLevel(level);
  const a = momentsOf(base);
  const b = momentsOf(candidate);
  const d = momentsOf(differences(base, candidate));
  if (a.count < 2) return null;
  const square = studentTQuantile(0.5 + level / 2, a.count - 1) ** 2 / a.count;
  const covariance = (a.variance + b.variance - d.variance) / 2;
  // Roots of: square * variance(candidate - k base) = mean(candidate - k base)^2.
  const leading = a.mean ** 2 - square * a.variance;
  if (leading <= 0) return null;
  const middle = a.mean * b.mean - square * covariance;
  const last = b.mean ** 2 - square * b.variance;
  const root = Math.sqrt(Math.max(0, middle ** 2 - leading * last));
  return [(middle - root) / leading, (middle + root) / leading];
}
