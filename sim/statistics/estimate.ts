/**
 * A mean, or a difference of means, with what is known of its error: the one thing every interval, p-value and
 * verdict of this folder starts from. Replications (seeds) are independent, so Student's t applies to them
 * whatever correlation there is inside a run (A. M. Law, Simulation Modeling and Analysis, 5th ed., 9.4).
 */
import { differences, momentsOf } from './moments.ts';
import { studentTCdf, studentTQuantile } from './student-t.ts';

export type Interval = readonly [low: number, high: number];

export interface Estimate {
  /** Values behind it; pairs count once, two samples by the smaller. */
  readonly count: number;
  readonly mean: number;
  readonly standardError: number;
  /** 0 for a single value: no error is known. */
  readonly degreesOfFreedom: number;
}

export function estimateMean(values: ArrayLike<number>): Estimate {
  const { count, mean, variance } = momentsOf(values);
  return { count, mean, standardError: Math.sqrt(variance / count), degreesOfFreedom: count - 1 };
}

/** Mean of candidate - base, paired by seed (common random numbers). */
export function estimatePaired(base: ArrayLike<number>, candidate: ArrayLike<number>): Estimate {
  return estimateMean(differences(base, candidate));
}

/**
 * Mean of candidate - base where the seeds differ: B. L. Welch, The Generalization of "Student's" Problem when
 * Several Different Population Variances are Involved, Biometrika 34 (1947).
 */
export function estimateUnpaired(base: ArrayLike<number>, candidate: ArrayLike<number>): Estimate {
  const a = momentsOf(base);
  const b = momentsOf(candidate);
  const errorA = a.variance / a.count;
  const errorB = b.variance / b.count;
  const error = errorA + errorB;
  const count = Math.min(a.count, b.count);
  const pooled = errorA ** 2 / (a.count - 1) + errorB ** 2 / (b.count - 1);
  const constant = a.count + b.count - 2;
  return {
    count,
    mean: b.mean - a.mean,
    standardError: Math.sqrt(error),
    degreesOfFreedom: count < 2 ? 0 : pooled > 0 ? error ** 2 / pooled : constant,
  };
}

/** Null for a single value: one seed shows no spread. */
export function intervalOf(estimate: Estimate, level = 0.95): Interval | null {
  requireLevel(level);
  const { mean, standardError, degreesOfFreedom } = estimate;
  if (degreesOfFreedom === 0) return null;
  const half = standardError * studentTQuantile(0.5 + level / 2, degreesOfFreedom);
  return [mean - half, mean + half];
}

/**
 * One-sided p-value: how likely an estimate this far above `bound` is when the true mean is at `bound` or below.
 * Values without any spread decide for themselves. Null for a single value.
 */
export function pAbove(estimate: Estimate, bound: number): number | null {
  const { mean, standardError, degreesOfFreedom } = estimate;
  if (degreesOfFreedom === 0) return null;
  if (standardError === 0) return mean > bound ? 0 : 1;
  return studentTCdf((bound - mean) / standardError, degreesOfFreedom);
}

/** The mirror image of `pAbove`. */
export function pBelow(estimate: Estimate, bound: number): number | null {
  return pAbove({ ...estimate, mean: -estimate.mean }, -bound);
}

/** Two-sided p-value of "the true mean is `bound`". */
export function pDifferent(estimate: Estimate, bound = 0): number | null {
  const above = pAbove(estimate, bound);
  const below = pBelow(estimate, bound);
  return above === null || below === null ? null : Math.min(1, 2 * Math.min(above, below));
}

export function requireLevel(level: number): void {
  if (!(level > 0 && level < 1))
    throw new RangeError(`a confidence level lies between 0 and 1, such as 0.95; got ${level}`);
}
