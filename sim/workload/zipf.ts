/** Zipf's law: the key of rank r (from 1) has weight r^-exponent. */

/** Weights of ranks 1 .. count, not normalised. */
export function zipfWeights(count: number, exponent: number): Float64Array {
  const weights = new Float64Array(count);
  for (let rank = 1; rank <= count; rank++) weights[rank - 1] = rank ** -exponent;
  return weights;
}

const SUMMED = 64;

/**
 * Sum of the weights of ranks 1 .. count (not necessarily an integer below 2^32), to about 1e-13: the first 64
 * by addition, the rest by the Euler-Maclaurin formula up to the third derivative.
 */
export function zipfTotal(count: number, exponent: number): number {
  let sum = 0;
  const summed = Math.min(count, SUMMED);
  for (let rank = 1; rank <= summed; rank++) sum += rank ** -exponent;
  if (count <= SUMMED) return sum;
  const s = exponent;
  const [a, b] = [SUMMED, count];
  const logRatio = Math.log(b / a);
  const integral = s === 1 ? logRatio : (a ** (1 - s) * Math.expm1((1 - s) * logRatio)) / (1 - s);
  const ends = (b ** -s - a ** -s) / 2;
  const first = (s * (a ** (-s - 1) - b ** (-s - 1))) / 12;
  const third = (s * (s + 1) * (s + 2) * (a ** (-s - 3) - b ** (-s - 3))) / 720;
  return sum + integral + ends + first - third;
}
