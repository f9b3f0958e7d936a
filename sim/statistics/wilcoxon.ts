/**
 * Wilcoxon's signed-rank test of paired differences: F. Wilcoxon, Individual Comparisons by Ranking Methods,
 * Biometrics Bulletin 1 (1945). It asks whether the differences lie symmetrically around zero, without
 * believing in a normal distribution: the cross-check of the paired t interval. Zeros are dropped, as Wilcoxon
 * did. Up to 50 differences the p-value is exact, ties included (each of the 2^n signs equally likely given the
 * midranks); beyond, normal with the tie and continuity corrections (E. L. Lehmann, Nonparametrics, 1975).
 */
import { normalCdf } from './normal.ts';
import { ranksOf } from './ranks.ts';

const EXACT_UP_TO = 50;

export interface WilcoxonResult {
  /** Differences that are not zero. */
  readonly count: number;
  /** Sum of the ranks of the positive differences. */
  readonly statistic: number;
  /** Two-sided; 1 when every difference is zero. */
  readonly p: number;
  readonly method: 'exact' | 'normal';
}

export function wilcoxonSignedRank(differences: ArrayLike<number>): WilcoxonResult {
  const nonZero = Array.from(differences).filter((difference) => difference !== 0);
  if (nonZero.some(Number.isNaN))
    throw new RangeError('the signed-rank test needs differences that are numbers');
  const count = nonZero.length;
  const { ranks, tieSizes } = ranksOf(nonZero.map(Math.abs));
  const statistic = nonZero.reduce((sum, value, i) => sum + (value > 0 ? ranks[i]! : 0), 0);
  const exact = count <= EXACT_UP_TO;
  const p = exact ? exactP(ranks, statistic) : normalP(count, tieSizes, statistic);
  return { count, statistic, p, method: exact ? 'exact' : 'normal' };
}

/** Counts the sign patterns by their doubled rank sum: midranks are halves, and 2^50 is exact in a float64. */
function exactP(ranks: Float64Array, statistic: number): number {
  const doubled = Array.from(ranks, (rank) => 2 * rank);
  const total = doubled.reduce((sum, rank) => sum + rank, 0);
  const patterns = new Float64Array(total + 1);
  patterns[0] = 1;
  let reached = 0;
  for (const rank of doubled) {
    for (let sum = reached; sum >= 0; sum--) patterns[sum + rank]! += patterns[sum]!;
    reached += rank;
  }
  const smaller = Math.min(2 * statistic, total - 2 * statistic);
  let tail = 0;
  for (let sum = 0; sum <= smaller; sum++) tail += patterns[sum]!;
  return Math.min(1, (2 * tail) / 2 ** ranks.length);
}

function normalP(count: number, tieSizes: readonly number[], statistic: number): number {
  const mean = (count * (count + 1)) / 4;
  const ties = tieSizes.reduce((sum, size) => sum + (size ** 3 - size), 0);
  const variance = (count * (count + 1) * (2 * count + 1)) / 24 - ties / 48;
  const distance = Math.max(0, Math.abs(statistic - mean) - 0.5);
  return 2 * normalCdf(-distance / Math.sqrt(variance));
}
