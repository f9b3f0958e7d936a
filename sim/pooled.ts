/**
 * Response times over all seeds of a strategy: the quantiles of the merged histograms, not the mean of each seed's, and
 * how far they may be off. The interval is over seeds, which are independent, whatever goes on inside a run: Student's t
 * on the logarithms of each seed's own quantile, around the merged one. Logarithms, because tails are skewed and no
 * response time is negative.
 */
import { bucketEnd } from './metrics/histogram.ts';
import type { PooledResponses, ResponseCounts, RunResult } from './result.ts';
import { type Estimate, estimateMean, intervalOf } from './statistics/estimate.ts';

/** Beside the points of the curve, which has no median. */
const MEDIAN = 0.5;

/** @param runs of one strategy, two or more; null where one of them has no counts or no completed request */
export function pooledOf(strategy: string, runs: readonly RunResult[]): PooledResponses | null {
  const counts = runs.map(({ responses }) => responses);
  if (runs.length < 2 || !counts.every((one) => one !== null && one.bucket.length > 0)) return null;
  const q = [...new Set([...runs[0]!.responseCurve.q, MEDIAN])].sort((a, b) => a - b);
  const own = counts.map((one) => quantilesOf(one!, q));
  const merged = quantilesOf(mergedOf(counts as ResponseCounts[]), q);
  const ends = q.map((_, i) =>
    endsAround(
      merged[i]!,
      own.map((quantiles) => quantiles[i]!),
    ),
  );
  return {
    strategy,
    requests: runs.reduce((sum, run) => sum + run.responseTime.count, 0),
    q,
    ms: merged.map(inMs),
    lowMs: ends.map(([low]) => inMs(low)),
    highMs: ends.map(([, high]) => inMs(high)),
  };
}

function mergedOf(all: readonly ResponseCounts[]): ResponseCounts {
  const sums = new Map<number, number>();
  for (const { bucket, count } of all)
    for (const [i, at] of bucket.entries()) sums.set(at, (sums.get(at) ?? 0) + count[i]!);
  const bucket = [...sums.keys()].sort((a, b) => a - b);
  return { bucket, count: bucket.map((at) => sums.get(at)!) };
}

/** For ascending `q` [ns]; as Histogram.quantile, but for the largest value, of which only the bucket is known. */
function quantilesOf({ bucket, count }: ResponseCounts, q: readonly number[]): number[] {
  const total = count.reduce((sum, value) => sum + value, 0);
  let at = 0;
  let seen = count[0]!;
  return q.map((share) => {
    const rank = Math.max(1, Math.ceil(share * total - 1e-9));
    while (seen < rank && at < bucket.length - 1) seen += count[++at]!;
    return bucketEnd(bucket[at]!);
  });
}

function endsAround(merged: number, own: readonly number[]): readonly [number, number] {
  const logs: Estimate = estimateMean(own.map((value) => Math.log(Math.max(1, value))));
  const [low, high] = intervalOf(logs)!;
  return [merged * Math.exp(low - logs.mean), merged * Math.exp(high - logs.mean)];
}

function inMs(ns: number): number {
  return Math.round(ns / 1e3) / 1e3;
}
