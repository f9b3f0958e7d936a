/**
 * Sizes as CacheLib's cachebench states them: a range and its probabilities. As many of both are single sizes; one
 * probability less makes each the weight of an interval, within which sizes are even (WorkloadDistribution.h).
 */
import type { StatedSize } from './imported.ts';

export type RangeSizes = Exclude<StatedSize, { kind: 'lognormal' }>;

/** @returns a sentence where they do not fit together */
export function rangeSizes(
  range: readonly number[],
  probabilities: readonly number[],
  maxBytes: number,
): RangeSizes | string {
  const counts = `${range.length} sizes and ${probabilities.length} probabilities`;
  if (range.length === 0) return 'no sizes';
  if (range.length !== probabilities.length && range.length !== probabilities.length + 1)
    return `${counts}; accepted: as many, or one probability less for intervals`;
  if (!range.every((size) => size >= 0 && size <= maxBytes))
    return `a size outside 0 to ${maxBytes} bytes: ${range.find((size) => !(size >= 0 && size <= maxBytes))}`;
  if (!probabilities.every((weight) => weight >= 0)) return 'a probability below 0';
  if (!probabilities.some((weight) => weight > 0)) return 'no probability above 0';
  // cachebench cuts what it draws down to whole bytes.
  const bytes = range.map(Math.floor);
  if (range.length === probabilities.length)
    return range.length === 1
      ? { kind: 'constant', bytes: bytes[0]! }
      : { kind: 'discrete', bytes, weights: probabilities };
  if (bytes.some((size, i) => i > 0 && size < bytes[i - 1]!)) return 'edges of intervals must ascend';
  return { kind: 'piecewise', edgesBytes: bytes, weights: probabilities };
}
