/**
 * Student's t distribution ("Student", The Probable Error of a Mean, Biometrika 6, 1908), central and
 * noncentral. The central one is an incomplete beta function; the noncentral one, which gives the power of a
 * t test, is the series of R. V. Lenth, Algorithm AS 243, Applied Statistics 38 (1989). Degrees of freedom may
 * be fractions (Welch).
 */
import { logGamma, regularizedBeta } from './beta.ts';
import { normalCdf, normalQuantile } from './normal.ts';

const MAX_TERMS = 10_000;
/** Beyond it the series takes too many terms; no test has so little or so much power to need it. */
const MAX_SHIFT = 100;

/** P(T <= t) with `df` degrees of freedom. */
export function studentTCdf(t: number, df: number): number {
  requireDegrees(df);
  if (t === 0) return 0.5;
  const square = t * t;
  if (square === Infinity) return t > 0 ? 1 : 0;
  const tail = 0.5 * regularizedBeta(df / (df + square), df / 2, 0.5, square / (df + square));
  return t > 0 ? 1 - tail : tail;
}

/** The t with P(T <= t) = p, for p in (0, 1). */
export function studentTQuantile(p: number, df: number): number {
  requireDegrees(df);
  if (!(p > 0 && p < 1)) throw new RangeError(`t quantile: p must lie between 0 and 1, got ${p}`);
  if (p === 0.5) return 0;
  // The lower tail has all its digits; 1 - p is exact enough for the upper one.
  return p < 0.5 ? lowerQuantile(p, df) : -lowerQuantile(1 - p, df);
}

/** Brackets the root from the normal quantile outwards (t has the heavier tails), then halves. */
function lowerQuantile(p: number, df: number): number {
  let high = 0;
  let low = Math.min(-1, normalQuantile(p));
  while (studentTCdf(low, df) > p) {
    high = low;
    low *= 2;
  }
  return rootBetween(low, high, (t) => studentTCdf(t, df) - p);
}

/** The root of an increasing function between `low` and `high`, by halving until no number lies between. */
export function rootBetween(low: number, high: number, at: (x: number) => number): number {
  let from = low;
  let to = high;
  for (;;) {
    const middle = from + (to - from) / 2;
    if (middle <= from || middle >= to) return middle;
    if (at(middle) < 0) from = middle;
    else to = middle;
  }
}

/** P(T' <= t) where T' has `df` degrees of freedom and noncentrality `shift`. */
export function noncentralTCdf(t: number, df: number, shift: number): number {
  requireDegrees(df);
  if (!(Math.abs(shift) <= MAX_SHIFT))
    throw new RangeError(`noncentral t: the noncentrality must be within ${MAX_SHIFT}, got ${shift}`);
  if (t < 0) return 1 - noncentralTCdf(-t, df, -shift);
  const x = (t * t) / (df + t * t);
  const half = (shift * shift) / 2;
  let sum = 0;
  let left = 1;
  // Poisson weights of i and i + 1/2; summed from the start, so that they end when they have added up to one.
  for (let i = 0; i < MAX_TERMS && left > 1e-14; i++) {
    const weight = half === 0 ? Number(i === 0) : Math.exp(i * Math.log(half) - half - logGamma(i + 1));
    const odd =
      half === 0 ? 0 : (shift / Math.SQRT2) * Math.exp(i * Math.log(half) - half - logGamma(i + 1.5));
    sum += weight * regularizedBeta(x, i + 0.5, df / 2) + odd * regularizedBeta(x, i + 1, df / 2);
    left -= weight;
  }
  return Math.min(1, Math.max(0, normalCdf(-shift) + sum / 2));
}

function requireDegrees(df: number): void {
  if (!(df > 0 && df < Infinity))
    throw new RangeError(`t distribution: degrees of freedom must be positive, got ${df}`);
}
