/** The binomial distribution, by the incomplete beta function (Abramowitz & Stegun 26.5.24). */
import { regularizedBeta } from './beta.ts';

/** P(at most k of n independent trials succeed), each with probability p. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`binomial: p must be in [0, 1], got ${p}`);
  if (k < 0) return 0;
  if (k >= n) return 1;
  return regularizedBeta(1 - p, n - Math.floor(k), Math.floor(k) + 1, p);
}
