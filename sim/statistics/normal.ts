/**
 * The standard normal distribution. Distribution function: the Taylor series of G. Marsaglia (Evaluating the
 * Normal Distribution, J. Stat. Software 11(4), 2004) around the middle, Laplace's continued fraction of the
 * Mills ratio in the tails, where the series would lose digits. Quantile: M. J. Wichura, Algorithm AS 241,
 * Applied Statistics 37 (1988), PPND16, about 1 part in 1e16 (its coefficients, rounded to float64).
 */

const TAIL_FROM = 3;
const FRACTION_DEPTH = 120;

/** P(Z <= z). */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) throw new RangeError('normal distribution: z is not a number');
  if (z < -TAIL_FROM) return upperTail(-z);
  if (z > TAIL_FROM) return 1 - upperTail(z);
  let term = z;
  let sum = z;
  for (let k = 3; Math.abs(term) > Number.EPSILON * Math.abs(sum); k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 + sum * normalDensity(z);
}

function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/** P(Z > z) for z > 0, relative error near the last bit. */
function upperTail(z: number): number {
  let fraction = z;
  for (let k = FRACTION_DEPTH; k >= 1; k--) fraction = z + k / fraction;
  return normalDensity(z) / fraction;
}

const CENTRE = {
  over: [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
    67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  under: [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
};
const MIDDLE = {
  over: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  under: [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
};
const FAR = {
  over: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  under: [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
    1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
};

/** The z with P(Z <= z) = p, for p in (0, 1). */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`normal quantile: p must lie between 0 and 1, got ${p}`);
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * rational(CENTRE, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(Math.min(p, 1 - p)));
  return Math.sign(q) * (r <= 5 ? rational(MIDDLE, r - 1.6) : rational(FAR, r - 5));
}

function rational({ over, under }: typeof CENTRE, x: number): number {
  return polynomial(over, x) / polynomial(under, x);
}

/** Coefficients from the constant up. */
function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}
