/**
 * The regularised incomplete beta function I_x(a, b): the distribution function behind Student's t, the
 * binomial and the beta. Continued fraction of Abramowitz & Stegun 26.5.8, evaluated by Lentz's method
 * (Thompson & Barnett 1986). The gamma function is Stirling's series (A&S 6.1.41), shifted to arguments of at
 * least 10 where eight terms reach the last bit.
 */

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
const STIRLING_FROM = 10;
/** Bernoulli numbers B(2k) / (2k (2k - 1)), k = 1 .. 8. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156, -3617 / 122_400];
const TINY = 1e-300;
const MAX_STEPS = 100_000;

/** Natural logarithm of the gamma function, x > 0. */
export function logGamma(x: number): number {
  let product = 1;
  let shifted = x;
  for (; shifted < STIRLING_FROM; shifted++) product *= shifted;
  const stirling = (shifted - 0.5) * Math.log(shifted) - shifted + HALF_LOG_TWO_PI + stirlingRest(shifted);
  return stirling - Math.log(product);
}

/**
 * I_x(a, b) for a, b > 0 and x in [0, 1].
 * @param complement 1 - x, where the caller knows it more exactly than subtraction would give it
 */
export function regularizedBeta(x: number, a: number, b: number, complement = 1 - x): number {
  if (!(a > 0 && b > 0)) throw new RangeError(`beta function: a and b must be positive, got ${a} and ${b}`);
  if (!(x >= 0 && x <= 1)) throw new RangeError(`beta function: x must be in [0, 1], got ${x}`);
  if (x === 0 || complement === 0) return x === 0 ? 0 : 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(complement, b, a, x);
  const logX = x < 0.5 ? Math.log(x) : Math.log1p(-complement);
  const logComplement = x < 0.5 ? Math.log1p(-x) : Math.log(complement);
  return (Math.exp(a * logX + b * logComplement - logBeta(a, b)) / a) * continuedFraction(x, a, b);
}

/** Without cancellation where one argument is large: logGamma(a + b) - logGamma(b) would lose digits. */
function logBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  if (large < STIRLING_FROM) return logGamma(a) + logGamma(b) - logGamma(a + b);
  const rest = stirlingRest(large) - stirlingRest(a + b);
  const rise = (large - 0.5) * Math.log1p(-small / (a + b));
  if (small < STIRLING_FROM) return logGamma(small) + rest + small - small * Math.log(a + b) + rise;
  const share = Math.log(small / (a + b));
  return HALF_LOG_TWO_PI + stirlingRest(small) + rest + (small - 0.5) * share + rise - 0.5 * Math.log(a + b);
}

function stirlingRest(x: number): number {
  const square = x * x;
  let sum = 0;
  for (let k = STIRLING.length - 1; k >= 0; k--) sum = sum / square + STIRLING[k]!;
  return sum / x;
}

function continuedFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= MAX_STEPS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < 4 * Number.EPSILON) return fraction;
  }
  throw new RangeError(`beta function: no convergence for x ${x}, a ${a}, b ${b}`);
}

/** Lentz: a denominator is never quite zero. */
function away(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
