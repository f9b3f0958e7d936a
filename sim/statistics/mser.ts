/**
 * Where the warm-up ends: MSER-5. Cut the prefix whose removal makes the standard error of the mean of the rest
 * smallest, over means of five observations: K. P. White, An Effective Truncation Heuristic for Bias Reduction
 * in Simulation Output, Simulation 69 (1997); White, Cobb & Spratt, A Comparison of Five Steady-State Truncation
 * Heuristics, Winter Simulation Conference 2000. Only the first half is searched: a handful of lucky values at
 * the end always looks steady. A minimum at that limit means that the warm-up may never have ended.
 */

const BATCH = 5;
/** A minimum in the last 5 % of the half that is searched counts as being at the limit. */
const NEAR_LIMIT = 0.05;

export interface WarmUp {
  /** Leading observations to leave out. */
  readonly drop: number;
  /** False: the best cut is at the limit of half the series, so run longer. */
  readonly reliable: boolean;
  /** Mean of the batches kept; a last, incomplete batch is left out. */
  readonly mean: number;
}

/** @param series observations in order of time, at least 10, all finite */
export function warmUpOf(series: ArrayLike<number>): WarmUp {
  const batches = batchMeans(series, BATCH);
  if (batches.length < 2) throw new RangeError(`MSER-5 needs at least 10 observations, got ${series.length}`);
  const { drop, mean } = mser(batches);
  const limit = Math.floor(batches.length / 2);
  return { drop: drop * BATCH, reliable: drop === 0 || drop < limit * (1 - NEAR_LIMIT), mean };
}

/** The first minimum of sum (x_i - mean)^2 / (n - d)^2 over the cuts d = 0 .. floor(n / 2), and the mean behind it. */
export function mser(series: ArrayLike<number>): { drop: number; mean: number } {
  const limit = Math.floor(series.length / 2);
  let best = { drop: 0, mean: 0 };
  let least = Infinity;
  let mean = 0;
  let squares = 0;
  // Backwards, so that each cut adds one value to the rest (Welford); ties go to the shorter cut.
  for (let drop = series.length - 1; drop >= 0; drop--) {
    const kept = series.length - drop;
    const delta = series[drop]! - mean;
    mean += delta / kept;
    squares += delta * (series[drop]! - mean);
    const error = squares / kept ** 2;
    if (drop > limit || error > least) continue;
    least = error;
    best = { drop, mean };
  }
  return best;
}

function batchMeans(series: ArrayLike<number>, size: number): Float64Array {
  const batches = new Float64Array(Math.floor(series.length / size));
  for (let batch = 0; batch < batches.length; batch++) {
    let sum = 0;
    for (let i = batch * size; i < (batch + 1) * size; i++) sum += series[i]!;
    if (!Number.isFinite(sum)) throw new RangeError('MSER-5 needs finite observations');
    batches[batch] = sum / size;
  }
  return batches;
}
