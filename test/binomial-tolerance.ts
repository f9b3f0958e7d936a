/** How far a count may stray: outside these bounds with probability at most 1e-6 on either side. */
import { binomialCdf } from '../sim/statistics/binomial.ts';

const STRAY = 1e-6;

/** Bounds, both allowed, of the hits in `trials` independent experiments with this chance each. */
export function binomialTolerance(trials: number, share: number): readonly [low: number, high: number] {
  let low = 0;
  while (binomialCdf(low, trials, share) <= STRAY) low++;
  let high = low;
  while (1 - binomialCdf(high, trials, share) > STRAY) high++;
  return [low, high];
}
