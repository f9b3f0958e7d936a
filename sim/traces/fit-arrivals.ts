/**
 * Arrivals that resemble a recording's, from its counts per window. Their index of dispersion (variance over mean,
 * 1 for a Poisson process) says how bursty they are, the correlation of neighbouring windows how long bursts last:
 *
 * - as even as chance allows, or evener: Poisson, or a renewal process;
 * - burstier, in bursts that are short against the recording: a two-state process, see `arrivals/bursty.ts`;
 * - burstier, and slower: the rate visibly changes, and its course is kept as a curve of counts.
 */
import type { ArrivalsSetup, Recording } from '../setup.ts';

export type FittedArrivals =
  | Extract<ArrivalsSetup, { kind: 'poisson' | 'deterministic' | 'bursty' }>
  | {
      readonly kind: 'renewal';
      readonly ratePerSec: number;
      readonly gap: { readonly kind: 'lognormal'; readonly cv: number };
    }
  | {
      readonly kind: 'curve';
      readonly ratePerSec: number;
      readonly curve: {
        readonly kind: 'counts';
        readonly intervalNs: number;
        readonly counts: readonly number[];
      };
    };

/** Dispersion further from 1, in standard errors, is not chance. */
const SIGNIFICANT = 3;
/** Fewer bursts than this in a recording are told one by one. */
const LEAST_BURSTS = 20;
const MOST_INTERVALS = 1000;
/** Gaps of less variation than this count as even. */
const EVEN_CV = 0.05;

/** @param windowNs as wide as `durationNs` allows at least two windows of */
export function fitArrivals(recording: Recording, durationNs: number, windowNs: number): FittedArrivals {
  const ratePerSec = (recording.count / durationNs) * 1e9;
  const counts = countWindows(recording.atNs, durationNs, windowNs);
  const { dispersion, correlation } = momentsOf(counts);
  // A Poisson process's index of dispersion over n windows has variance 2 / (n - 1).
  const chance = SIGNIFICANT * Math.sqrt(2 / (counts.length - 1));
  if (!(Math.abs(dispersion - 1) > chance)) return { kind: 'poisson', ratePerSec };
  if (dispersion < 1) {
    // In long windows, a renewal process reaches the squared variation of its gaps.
    const cv = Math.sqrt(dispersion);
    if (cv < EVEN_CV) return { kind: 'deterministic', ratePerSec };
    return { kind: 'renewal', ratePerSec, gap: { kind: 'lognormal', cv } };
  }
  const windows = windowsPerTimescale(correlation);
  if (counts.length < LEAST_BURSTS * Math.max(1, windows))
    return { kind: 'curve', ratePerSec, curve: curveOf(recording.atNs, durationNs, windowNs) };
  const short = 1 + Math.expm1(-1 / windows) * windows;
  return {
    kind: 'bursty',
    ratePerSec,
    dispersion: 1 + (dispersion - 1) / short,
    timescaleNs: Math.max(1, Math.round(windows * windowNs)),
  };
}

/** Counts of whole windows; a last one cut short is left out. */
function countWindows(atNs: Float64Array, durationNs: number, windowNs: number): Float64Array {
  const counts = new Float64Array(Math.max(1, Math.floor(durationNs / windowNs)));
  for (const at of atNs) {
    const window = Math.floor(at / windowNs);
    if (window < counts.length) counts[window] = counts[window]! + 1;
  }
  return counts;
}

/** Index of dispersion, and the correlation of neighbours in what exceeds a Poisson process's variance. */
function momentsOf(counts: Float64Array): { mean: number; dispersion: number; correlation: number } {
  const n = counts.length;
  const mean = counts.reduce((sum, count) => sum + count, 0) / n;
  let squares = 0;
  let products = 0;
  for (let i = 0; i < n; i++) {
    squares += (counts[i]! - mean) ** 2;
    if (i > 0) products += (counts[i]! - mean) * (counts[i - 1]! - mean);
  }
  const variance = squares / (n - 1);
  return { mean, dispersion: variance / mean, correlation: products / (n - 1) / (variance - mean) };
}

/**
 * Correlation time of a rate with an exponential autocovariance, in windows, by halving. Of windows of width x
 * in units of it, neighbours correlate by (1 - e^-x)^2 / (2 (x - 1 + e^-x)): both follow from integrating the
 * autocovariance over one window, and over two.
 */
function windowsPerTimescale(correlation: number): number {
  let [low, high] = [1e-3, 50];
  for (let i = 0; i < 60; i++) {
    const x = Math.sqrt(low * high);
    const expected = Math.expm1(-x) ** 2 / (2 * (x + Math.expm1(-x)));
    if (expected > correlation) low = x;
    else high = x;
  }
  return 1 / high;
}

/**
 * Counts hold the rate's variance and chance's. The curve is drawn with chance again, so what is not the rate's is
 * taken out first: differences from the mean shrink until the variance that is left is the rate's.
 */
function curveOf(
  atNs: Float64Array,
  durationNs: number,
  windowNs: number,
): Extract<FittedArrivals, { kind: 'curve' }>['curve'] {
  const intervalNs = windowNs * Math.ceil(durationNs / windowNs / MOST_INTERVALS);
  const counts = countWindows(atNs, durationNs, intervalNs);
  const { mean, dispersion } = momentsOf(counts);
  const kept = Math.sqrt(Math.max(0, 1 - 1 / dispersion));
  return {
    kind: 'counts',
    intervalNs,
    counts: Array.from(counts, (count) => mean + (count - mean) * kept),
  };
}
