/**
 * Candidates against what they are compared with, paired by seed, so that what chance does to both cancels out, and
 * judged as one family: with twenty comparisons, one in twenty would be wrong by chance alone.
 */
import type { SummaryRow } from './result.ts';
import { estimateMean, estimatePaired } from './statistics/estimate.ts';
import { type Comparison, judge } from './statistics/verdict.ts';

type Versus = NonNullable<SummaryRow['versus']>;

export interface Pair {
  /** By seed, as `own`. */
  readonly base: readonly number[];
  readonly own: readonly number[];
  readonly direction: Comparison['direction'];
}

/** @param margin share of the base's mean up to which a difference does not matter */
export function versusOf(pairs: readonly Pair[], reference: string, margin: number): Versus[] {
  const estimates = pairs.map(({ base, own }) => estimatePaired(base, own));
  const judgements = judge(
    pairs.map(({ base, direction }, i) => ({
      estimate: estimates[i]!,
      margin: margin * Math.abs(estimateMean(base).mean),
      direction,
    })),
  );
  return judgements.map(({ verdict, interval, moreSeeds }, i) => ({
    reference,
    delta: estimates[i]!.mean,
    ci95: interval && [...interval],
    bootstrap95: null,
    verdict,
    moreSeeds,
  }));
}
