/**
 * Mean and variance in one pass, without the cancellation of the sum of squares: B. P. Welford, Note on a
 * Method for Calculating Corrected Sums of Squares and Products, Technometrics 4 (1962).
 */

export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Sample variance, divided by count - 1; 0 for a single value. */
  readonly variance: number;
}

/** @param values at least one, all finite */
export function momentsOf(values: ArrayLike<number>): Moments {
  if (values.length === 0) throw new RangeError('mean and variance need at least one value');
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) throw new RangeError(`mean and variance need finite values, got ${value}`);
    const delta = value - mean;
    mean += delta / (i + 1);
    squares += delta * (value - mean);
  }
  return { count: values.length, mean, variance: values.length > 1 ? squares / (values.length - 1) : 0 };
}

/** `candidate[i] - base[i]`: both saw the same seed i, so what the seed did to both cancels. */
export function differences(base: ArrayLike<number>, candidate: ArrayLike<number>): Float64Array {
  if (base.length !== candidate.length)
    throw new RangeError(
      `paired values must be equally many, got ${base.length} and ${candidate.length}: pair them by seed`,
    );
  return Float64Array.from(candidate, (value, i) => value - base[i]!);
}
