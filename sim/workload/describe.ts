/** What a source really generates, measured request by request. `theory.ts` says what was to be expected. */
import { Histogram } from '../metrics/histogram.ts';
import { type KeyNames, OP } from '../strategy.ts';
import { RequestBlock } from './request-block.ts';
import type { RequestSource } from './request-source.ts';
import { fitZipf, type ZipfFit } from './zipf-fit.ts';

/** Shares of all requests; a share is null where it is not known. */
export interface TopShares<Share = number> {
  readonly top1: Share;
  readonly top10: Share;
  /** Of the most popular hundredth of all keys, at least one. */
  readonly top1Percent: Share;
}

/** Bytes. */
interface Spread {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface WorkloadDescription {
  readonly requests: number;
  readonly ratePerSec: number;
  /** Of counts in windows of `windowNs`: largest over mean, and variance over mean (index of dispersion). */
  readonly windowNs: number;
  readonly peakOverMean: number;
  readonly dispersion: number;
  /** Squared coefficient of variation of the gaps between arrivals. */
  readonly gapScv: number;
  /** [op] share of requests. */
  readonly operations: readonly number[];
  readonly valueBytes: Spread;
  readonly keys: {
    readonly count: number;
    /** Asked for at least once. */
    readonly seen: number;
    readonly seenOnce: number;
    readonly shares: TopShares;
    /** Of names, over all keys. */
    readonly nameBytes: Spread;
    readonly zipf: ZipfFit | null;
  };
}

/**
 * Drains the source.
 * @param windowNs width of the windows in which arrivals are counted; a last window cut short is left out
 * @throws RangeError when there is no request, or no full window
 */
export function describeWorkload(
  source: RequestSource,
  durationNs: number,
  windowNs: number,
): WorkloadDescription {
  const windows = new Float64Array(Math.floor(durationNs / windowNs));
  if (windows.length === 0) throw new RangeError(`no window of ${windowNs} ns fits into ${durationNs} ns`);
  const keyCounts = new Uint32Array(source.keys.count);
  const operations = new Float64Array(Object.keys(OP).length);
  const sizes = new Histogram();
  const gaps = new Moments();
  const block = new RequestBlock();
  let previousNs = NaN;
  for (let count = source.fill(block); count > 0; count = source.fill(block)) {
    for (let i = 0; i < count; i++) {
      const at = block.atNs[i]!;
      const window = Math.floor(at / windowNs);
      if (window < windows.length) windows[window] = windows[window]! + 1;
      keyCounts[block.key[i]!] = keyCounts[block.key[i]!]! + 1;
      operations[block.op[i]!] = operations[block.op[i]!]! + 1;
      sizes.record(block.valueBytes[i]!);
      if (!Number.isNaN(previousNs)) gaps.add(at - previousNs);
      previousNs = at;
    }
  }
  const requests = sizes.count;
  if (requests === 0) throw new RangeError('the workload makes no request');
  const counts = new Moments();
  let peak = 0;
  for (const count of windows) {
    counts.add(count);
    peak = Math.max(peak, count);
  }
  return {
    requests,
    ratePerSec: (requests / durationNs) * 1e9,
    windowNs,
    peakOverMean: peak / counts.mean,
    dispersion: counts.variance / counts.mean,
    gapScv: gaps.variance / gaps.mean ** 2,
    operations: Array.from(operations, (count) => count / requests),
    valueBytes: spread(sizes),
    keys: { ...describeKeys(keyCounts, requests), nameBytes: spread(nameLengths(source.keys)) },
  };
}

function spread(bytes: Histogram): Spread {
  return { mean: bytes.mean, p50: bytes.quantile(0.5), p99: bytes.quantile(0.99), max: bytes.max };
}

function nameLengths(keys: KeyNames): Histogram {
  const lengths = new Histogram();
  const name = new Uint8Array(keys.maxBytes);
  for (let key = 0; key < keys.count; key++) lengths.record(keys.read(key, name));
  return lengths;
}

function describeKeys(
  keyCounts: Uint32Array,
  requests: number,
): Omit<WorkloadDescription['keys'], 'nameBytes'> {
  const descending = keyCounts
    .filter((count) => count > 0)
    .sort()
    .reverse();
  const share = (keys: number): number =>
    descending.subarray(0, keys).reduce((sum, count) => sum + count, 0) / requests;
  const firstOnce = descending.indexOf(1);
  return {
    count: keyCounts.length,
    seen: descending.length,
    seenOnce: firstOnce < 0 ? 0 : descending.length - firstOnce,
    shares: { top1: share(1), top10: share(10), top1Percent: share(hundredth(keyCounts.length)) },
    zipf: fitZipf(descending),
  };
}

/** Keys in the most popular hundredth. */
export function hundredth(keys: number): number {
  return Math.max(1, Math.floor(keys / 100));
}

/** Mean and variance in one pass (B. P. Welford, Technometrics 4(3), 1962). */
class Moments {
  #count = 0;
  #mean = 0;
  #squares = 0;

  get mean(): number {
    return this.#mean;
  }

  /** NaN for fewer than two values. */
  get variance(): number {
    return this.#count > 1 ? this.#squares / (this.#count - 1) : NaN;
  }

  add(value: number): void {
    const difference = value - this.#mean;
    this.#mean += difference / ++this.#count;
    this.#squares += difference * (value - this.#mean);
  }
}
