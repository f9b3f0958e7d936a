/**
 * What a comparison may claim. `worse` and `better` take both: an interval that excludes zero, and an effect
 * larger than the margin that matters. `equivalent`: the whole interval lies inside the margin (the two
 * one-sided tests of equivalence.ts, at the level of the interval that is shown). Anything else is
 * `inconclusive`, with the number of seeds that would settle it: never "no difference" for lack of evidence.
 */
import { type Estimate, type Interval, intervalOf, pDifferent } from './estimate.ts';
import { holm } from './holm.ts';
import { seedsForHalfWidth } from './sample-size.ts';

type Verdict = 'better' | 'worse' | 'equivalent' | 'inconclusive';
type Direction = 'lower is better' | 'higher is better';

export interface Comparison {
  /** Candidate minus reference. */
  readonly estimate: Estimate;
  /** Differences up to this size do not matter [unit of the metric], >= 0. */
  readonly margin: number;
  readonly direction: Direction;
}

export interface Judgement {
  readonly verdict: Verdict;
  /** Null for a single seed. */
  readonly interval: Interval | null;
  /** Two-sided, corrected for the family; null for a single seed. */
  readonly p: number | null;
  /** Inconclusive: about so many more seeds; null when over 10,000, or for another verdict. */
  readonly moreSeeds: number | null;
}

/** Judges comparisons that are made together: Holm's correction keeps all of them right at once. */
export function judge(family: readonly Comparison[], level = 0.95): Judgement[] {
  const raw = family.map(({ estimate }) => pDifferent(estimate));
  const corrected = holm(raw.filter((p) => p !== null));
  let next = 0;
  return family.map((comparison, i) =>
    judgeOne(comparison, raw[i] === null ? null : corrected[next++]!, level),
  );
}

function judgeOne({ estimate, margin, direction }: Comparison, p: number | null, level: number): Judgement {
  if (!(margin >= 0)) throw new RangeError(`the margin of a comparison must not be negative, got ${margin}`);
  const interval = intervalOf(estimate, level);
  if (interval === null || p === null)
    return { verdict: 'inconclusive', interval, p, moreSeeds: seedsToSettle(estimate, margin, level) };
  const size = Math.abs(estimate.mean);
  if (interval[0] >= -margin && interval[1] <= margin)
    return { verdict: 'equivalent', interval, p, moreSeeds: null };
  if (size > margin && p <= 1 - level) {
    const lower = estimate.mean < 0;
    const verdict = lower === (direction === 'lower is better') ? 'better' : 'worse';
    return { verdict, interval, p, moreSeeds: null };
  }
  return { verdict: 'inconclusive', interval, p, moreSeeds: seedsToSettle(estimate, margin, level) };
}

/**
 * Were the effect what it seems: until the interval excludes zero, or fits inside the margin. One seed shows no
 * spread: one more is needed to know.
 */
export function seedsToSettle(estimate: Estimate, margin: number, level = 0.95): number | null {
  if (estimate.degreesOfFreedom === 0) return 1;
  const size = Math.abs(estimate.mean);
  const needed = seedsForHalfWidth(estimate, size > margin ? size : margin - size, level);
  return needed === null ? null : Math.max(1, needed - estimate.count);
}
