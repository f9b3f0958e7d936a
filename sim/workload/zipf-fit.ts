/**
 * Zipf exponent of observed key counts, by maximum likelihood: the exponent under which the counts of the most
 * popular keys are likeliest, given their sum. It solves E[ln rank] = observed mean of ln rank (M. L. Goldstein,
 * S. A. Morris, G. G. Yen, "Problems with fitting to the power-law distribution", Eur. Phys. J. B 41, 2004).
 *
 * Ranks are those of the sorted counts, and sorting noise bends the tail: only keys asked for at least 100 times
 * take part, whose rank is then off by about 1 %. Counts that do not differ by more than noise (uniform keys) fit
 * an exponent a little above 0.
 */
const LEAST_COUNT = 100;
const LEAST_KEYS = 10;

export interface ZipfFit {
  readonly exponent: number;
  /** Of the exponent, from the curvature of the likelihood. */
  readonly standardError: number;
  /** Keys that took part, and their share of all requests. */
  readonly keys: number;
  readonly share: number;
  /** Largest difference of the cumulated shares, fitted and observed (Kolmogorov-Smirnov). */
  readonly distance: number;
}

/**
 * @param counts requests per key, descending
 * @returns null where fewer than ten keys were asked for 100 times
 */
export function fitZipf(counts: Uint32Array): ZipfFit | null {
  const below = counts.findIndex((count) => count < LEAST_COUNT);
  const head = below < 0 ? counts : counts.subarray(0, below);
  if (head.length < LEAST_KEYS) return null;
  const requests = sum(head);
  let logs = 0;
  for (let i = 0; i < head.length; i++) logs += head[i]! * Math.log(i + 1);
  const observed = logs / requests;

  // E[ln rank] falls with the exponent: halve the interval.
  let low = 0;
  let high = 20;
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (logRank(head.length, middle).mean > observed) low = middle;
    else high = middle;
  }
  const exponent = (low + high) / 2;
  return {
    exponent,
    standardError: 1 / Math.sqrt(requests * logRank(head.length, exponent).variance),
    keys: head.length,
    share: requests / sum(counts),
    distance: distance(head, requests, exponent),
  };
}

function sum(counts: Uint32Array): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  return total;
}

/** Moments of ln rank under Zipf's law on ranks 1 .. count. */
function logRank(count: number, exponent: number): { mean: number; variance: number } {
  let weights = 0;
  let first = 0;
  let second = 0;
  for (let rank = 1; rank <= count; rank++) {
    const log = Math.log(rank);
    const weight = Math.exp(-exponent * log);
    weights += weight;
    first += weight * log;
    second += weight * log * log;
  }
  const mean = first / weights;
  return { mean, variance: second / weights - mean * mean };
}

function distance(head: Uint32Array, requests: number, exponent: number): number {
  let weights = 0;
  for (let rank = 1; rank <= head.length; rank++) weights += rank ** -exponent;
  let fitted = 0;
  let observed = 0;
  let largest = 0;
  for (let i = 0; i < head.length; i++) {
    fitted += (i + 1) ** -exponent / weights;
    observed += head[i]! / requests;
    largest = Math.max(largest, Math.abs(fitted - observed));
  }
  return largest;
}
