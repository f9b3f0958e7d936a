/**
 * Popularities along the key space as a histogram: each bucket of neighbouring keys has the weight that a
 * distribution function gives it. Three hundred buckets follow a bell closer than a run of any length could tell.
 */
import type { PopularitySetup } from '../../setup.ts';
import { normalCdf } from '../../statistics/normal.ts';

type Histogram = Extract<PopularitySetup, { kind: 'histogram' }>;

const BUCKETS = 300;

/** A normal distribution over keys 0 .. count - 1; draws beyond either end are drawn again, as the benchmarks do. */
export function bellPopularity(count: number, mean: number, deviation: number): Histogram {
  return bucketed(count, (key) => normalCdf((key - mean) / deviation));
}

/** Weight e^(-key / scale): key 0 is the most popular. */
export function exponentialPopularity(count: number, scale: number): Histogram {
  return bucketed(count, (key) => -Math.expm1(-key / scale));
}

function bucketed(count: number, cdf: (key: number) => number): Histogram {
  const buckets = Math.min(BUCKETS, count);
  const edges = Array.from({ length: buckets + 1 }, (_, i) => Math.round((i * count) / buckets));
  return {
    kind: 'histogram',
    bucketKeys: edges.slice(1).map((edge, i) => edge - edges[i]!),
    bucketWeights: edges.slice(1).map((edge, i) => Math.max(0, cdf(edge) - cdf(edges[i]!))),
  };
}
