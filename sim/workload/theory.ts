/** What a synthetic workload should look like, from its setup alone; null where no closed form is known. */
import type { ArrivalsSetup, KeysSetup, SyntheticWorkload } from '../setup.ts';
import { OP } from '../strategy.ts';
import { burstyDispersion } from './arrivals/bursty.ts';
import { rateCurve } from './arrivals/curve-process.ts';
import { gapScv } from './arrivals/renewal.ts';
import { hundredth, type TopShares } from './describe.ts';
import { ZETAN, zipfianShare } from './keys/scrambled-zipfian.ts';
import { keyCount } from './keys.ts';
import { meanKeysPerGet, meanSquaredKeysPerGet } from './keys-per-get.ts';
import { meanSize } from './sizes.ts';
import { zipfTotal } from './zipf.ts';

/** Arrivals whose rate varies by chance, or by the system. */
const HAS_NO_PEAK: readonly string[] = ['bursty', 'closed-loop'];

export interface WorkloadTheory {
  /** Keys asked for per second: a multi-get counts as often as it has keys. Null for a closed loop. */
  readonly ratePerSec: number | null;
  /** Of the rate, averaged over windows; a count's own noise comes on top. */
  readonly peakOverMean: number | null;
  readonly dispersion: number | null;
  readonly operations: readonly number[];
  readonly valueBytesMean: number;
  /** Null where names are as long as their template makes them. */
  readonly nameBytesMean: number | null;
  readonly shares: TopShares<number | null>;
  /** Null also of a mix: it is no Zipf's law, whatever its parts are. */
  readonly zipfExponent: number | null;
}

export function workloadTheory(
  { arrivals, keys, keyBytes, operations, keysPerGet, valueBytes }: SyntheticWorkload,
  durationNs: number,
  windowNs: number,
): WorkloadTheory {
  const curve = curveFactors(arrivals, durationNs, windowNs);
  const gets = operations[OP.get]!;
  const keysPerRequest = 1 + gets * (meanKeysPerGet(keysPerGet) - 1);
  const squaredKeys = 1 + gets * (meanSquaredKeysPerGet(keysPerGet) - 1);
  const requestDispersion = dispersionOf(arrivals, windowNs, curve);
  return {
    ratePerSec:
      arrivals.kind === 'closed-loop' ? null : arrivals.ratePerSec * (curve?.mean ?? 1) * keysPerRequest,
    peakOverMean: curve === null ? (HAS_NO_PEAK.includes(arrivals.kind) ? null : 1) : curve.peak / curve.mean,
    // Keys of a request come together: the variance of a sum of a random number of random terms.
    dispersion:
      requestDispersion === null
        ? null
        : requestDispersion * keysPerRequest + squaredKeys / keysPerRequest - keysPerRequest,
    operations: operations.map(
      (share, op) => (share * (op === OP.get ? meanKeysPerGet(keysPerGet) : 1)) / keysPerRequest,
    ),
    valueBytesMean: meanSize(valueBytes),
    nameBytesMean: keyBytes && meanSize(keyBytes),
    shares: sharesOf(keys),
    zipfExponent: keys.kind === 'zipf' ? keys.exponent : keys.kind === 'uniform' ? 0 : null,
  };
}

/**
 * A renewal process reaches the squared variation of its gaps in windows of many gaps. Along a curve the rates of
 * windows vary beside the Poisson counts at each rate.
 */
function dispersionOf(arrivals: ArrivalsSetup, windowNs: number, curve: CurveFactors | null): number | null {
  switch (arrivals.kind) {
    case 'poisson':
      return 1;
    case 'deterministic':
      return 0;
    case 'renewal':
      return gapScv(arrivals.gap);
    case 'bursty':
      return burstyDispersion(arrivals, windowNs);
    case 'curve':
      return curve && 1 + (((arrivals.ratePerSec * windowNs) / 1e9) * curve.variance) / curve.mean;
    case 'closed-loop':
      return null;
  }
}

/** Over the windows. */
interface CurveFactors {
  readonly mean: number;
  readonly variance: number;
  readonly peak: number;
}

/** Factor in the middle of each window: exact for straight lines, close for a sinusoid. */
function curveFactors(arrivals: ArrivalsSetup, durationNs: number, windowNs: number): CurveFactors | null {
  if (arrivals.kind !== 'curve') return null;
  const curve = rateCurve(arrivals.curve);
  const windows = Math.floor(durationNs / windowNs);
  let sum = 0;
  let squares = 0;
  let peak = 0;
  for (let window = 0; window < windows; window++) {
    const factor = curve.factorAt((window + 0.5) * windowNs);
    sum += factor;
    squares += factor * factor;
    peak = Math.max(peak, factor);
  }
  const mean = sum / windows;
  return { mean, variance: (squares - windows * mean * mean) / (windows - 1), peak };
}

function sharesOf(keys: KeysSetup): TopShares<number | null> {
  const count = keyCount(keys);
  if (keys.kind === 'scrambled-zipfian') {
    // The other ranks collide with a popular one as with any key.
    const first = 1 / ZETAN;
    const ten = zipfianShare(10);
    const top1 = first + (1 - first) / count;
    return { top1, top10: count < 1000 ? null : ten + ((1 - ten) * 10) / count, top1Percent: null };
  }
  return topShares(count, popularityOf(keys));
}

export function topShares(
  count: number,
  popularity: ((keys: number) => number) | null,
): TopShares<number | null> {
  const share = (keys: number): number | null => (popularity === null ? null : popularity(keys));
  return {
    top1: share(1),
    top10: share(Math.min(10, count)),
    top1Percent: share(hundredth(count)),
  };
}

/** Share of requests of the k most popular keys; null where no closed form is known. */
export function popularityOf(keys: KeysSetup): ((k: number) => number) | null {
  const count = keyCount(keys);
  switch (keys.kind) {
    case 'uniform':
      return (k) => k / count;
    case 'zipf': {
      const total = zipfTotal(count, keys.exponent);
      return (k) => zipfTotal(k, keys.exponent) / total;
    }
    case 'hot-set': {
      const { hotCount, hotShare } = keys;
      return classShare([hotCount, count - hotCount], [hotShare, 1 - hotShare]);
    }
    case 'histogram':
      return classShare(keys.bucketKeys, keys.bucketWeights);
    case 'scrambled-zipfian':
    case 'latest':
    case 'drifting':
    case 'heating':
      return null;
  }
}

/** Share of the k most popular keys, where keys come in classes of equal popularity. */
function classShare(classKeys: readonly number[], weights: readonly number[]): (k: number) => number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const classes = classKeys
    .map((keys, i) => ({ keys, each: weights[i]! / total / keys }))
    .sort((a, b) => b.each - a.each);
  return (k) => {
    let left = k;
    let share = 0;
    for (const { keys, each } of classes) {
      const taken = Math.min(left, keys);
      share += taken * each;
      left -= taken;
    }
    return share;
  };
}
