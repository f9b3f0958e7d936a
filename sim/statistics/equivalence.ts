/**
 * Two one-sided tests: D. J. Schuirmann, A Comparison of the Two One-Sided Tests Procedure and the Power
 * Approach, J. Pharmacokinetics and Biopharmaceutics 15 (1987). "No difference was found" is not "there is
 * none": equivalence is shown when the effect is significantly above -margin and significantly below +margin,
 * which is when its (1 - 2 alpha) interval lies inside the margin.
 */
import { type Estimate, pAbove, pBelow } from './estimate.ts';

/** The larger of the two one-sided p-values; equivalent at alpha where it is at most alpha. Null for one value. */
export function equivalenceP(estimate: Estimate, margin: number): number | null {
  if (!(margin >= 0)) throw new RangeError(`the margin of equivalence must not be negative, got ${margin}`);
  const low = pAbove(estimate, -margin);
  const high = pBelow(estimate, margin);
  return low === null || high === null ? null : Math.max(low, high);
}
