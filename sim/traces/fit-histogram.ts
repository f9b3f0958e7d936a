/**
 * A popularity histogram behind observed counts. Of keys asked for often the count is the popularity, up to a few
 * per cent. Of the others it is not: a key seen once may be one of many that could have been, most of which were
 * not. The popularities behind small counts are estimated as a mixture of Poisson laws by maximum likelihood, which
 * also tells how many keys were missed (N. Laird, "Nonparametric Maximum Likelihood Estimation of a Mixing
 * Distribution", JASA 73(364), 1978; A. P. Dempster et al., "Maximum Likelihood from Incomplete Data via the EM
 * Algorithm", J. Royal Stat. Soc. B 39(1), 1977).
 */
import type { PopularitySetup } from '../setup.ts';

/** Each of the most popular keys keeps a bucket of its own. */
const SINGLES = 32;
/** Of the keys below them, so much of the rank is one bucket. */
const BUCKET_RATIO = 1.1;
/** Counts below are a mixture's. */
const OFTEN = 100;
/** Popularities of the mixture, in requests expected: rarer keys than the first cannot be told from each other. */
const RAREST = 0.25;
const STEP = 1.2;
const ROUNDS = 500;

interface Bucket {
  readonly keys: number;
  readonly requests: number;
}

/** @param counts requests per key that was asked for, descending */
export function fitHistogram(counts: Uint32Array): Extract<PopularitySetup, { kind: 'histogram' }> {
  const below = counts.findIndex((count) => count < OFTEN);
  const often = below < 0 ? counts : counts.subarray(0, below);
  const buckets = [...popular(often), ...mixture(counts.subarray(often.length))];
  return {
    kind: 'histogram',
    bucketKeys: buckets.map(({ keys }) => keys),
    bucketWeights: buckets.map(({ requests }) => requests),
  };
}

function popular(counts: Uint32Array): Bucket[] {
  const buckets: Bucket[] = [];
  for (let from = 0; from < counts.length; ) {
    const to = from < SINGLES ? from + 1 : Math.ceil(from * BUCKET_RATIO);
    const part = counts.subarray(from, to);
    buckets.push({ keys: part.length, requests: sum(part) });
    from = to;
  }
  return buckets;
}

function mixture(counts: Uint32Array): Bucket[] {
  if (counts.length === 0) return [];
  const means: number[] = [];
  for (let mean = RAREST; mean < STEP * OFTEN; mean *= STEP) means.push(mean);
  const weights = mixingWeights(keysByCount(counts), means);
  const found = means
    .map((mean, j) => ({ mean, keys: Math.round((counts.length * weights[j]!) / -Math.expm1(-mean)) }))
    .filter(({ keys }) => keys > 0)
    .reverse();
  // Rounding may leave nothing of few keys, or too little: what is left has all the requests.
  if (found.length === 0) return [{ keys: counts.length, requests: sum(counts) }];
  const expected = found.reduce((total, { mean, keys }) => total + mean * keys, 0);
  return found.map(({ mean, keys }) => ({ keys, requests: (mean * keys * sum(counts)) / expected }));
}

/** [count] keys asked for so often. */
function keysByCount(counts: Uint32Array): Float64Array {
  const keys = new Float64Array(OFTEN);
  for (const count of counts) keys[count] = keys[count]! + 1;
  return keys;
}

/** [popularity] share of the keys that were seen, by expectation and maximisation. */
function mixingWeights(keys: Float64Array, means: readonly number[]): Float64Array {
  const laws = means.map(seenLaw);
  const total = sum(keys);
  let weights = new Float64Array(means.length).fill(1 / means.length);
  for (let round = 0; round < ROUNDS; round++) {
    const next = new Float64Array(means.length);
    for (let count = 1; count < OFTEN; count++) {
      if (keys[count] === 0) continue;
      const likelihood = laws.reduce((sum, law, j) => sum + weights[j]! * law[count]!, 0);
      for (const [j, law] of laws.entries())
        next[j]! += (keys[count]! / total) * ((weights[j]! * law[count]!) / likelihood);
    }
    weights = next;
  }
  return weights;
}

/** [count] probability of a count, Poisson with this mean, of a key that was seen at all. */
function seenLaw(mean: number): Float64Array {
  const law = new Float64Array(OFTEN);
  let probability = Math.exp(-mean) / -Math.expm1(-mean);
  for (let count = 1; count < OFTEN; count++) {
    probability *= mean / count;
    law[count] = probability;
  }
  return law;
}

function sum(values: Uint32Array | Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
