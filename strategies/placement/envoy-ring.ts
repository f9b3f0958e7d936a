/**
 * Envoy's RING_HASH: XXH64 of `host_0`, `host_1`, ... on a ring of at least `minimumRingSize` points, shared out by
 * weight; a key goes to the first point at or after XXH64 of the key.
 *
 * Source: Envoy source/extensions/load_balancing_policies/ring_hash/ring_hash_lb.cc.
 */
import { z } from 'zod';
import { definePlacement, type ShardInfo } from '../../sim/strategy.ts';
import { type Hash64, hashText64 } from '../hash/hash.ts';
import { murmur64a } from '../hash/murmur64a.ts';
import { xxh64 } from '../hash/xxh64.ts';
import { hashKeys64 } from './key-hashes.ts';
import { depthParam } from './params.ts';
import { type RingPoint, ringTable64 } from './ring.ts';

const MAX_RING_SIZE = 8_388_608;
/** libstdc++'s seed, which Envoy took over for compatibility. */
const MURMUR_SEED = 0xc70f6907;

const pointHashes: Readonly<Record<'xxh64' | 'murmur2', Hash64>> = {
  xxh64,
  murmur2: (bytes, start, end, out) => murmur64a(bytes, start, end, out, MURMUR_SEED),
};

const params = z.strictObject({
  minimumRingSize: z.int().min(1).max(MAX_RING_SIZE).default(1024).describe('least number of points'),
  maximumRingSize: z.int().min(1).max(MAX_RING_SIZE).default(MAX_RING_SIZE).describe('limit of the scaling'),
  hashFunction: z.enum(['xxh64', 'murmur2']).default('xxh64').describe('hash that places the points'),
  depth: depthParam(3),
});

/** Running sums of the weights decide how many points each host gets, so that rounding evens out. */
export function envoyPoints(
  shards: readonly ShardInfo[],
  { minimumRingSize, maximumRingSize, hashFunction }: Omit<z.output<typeof params>, 'depth'>,
): RingPoint[] {
  const weightSum = shards.reduce((sum, { weight }) => sum + weight, 0);
  const leastShare = Math.min(...shards.map(({ weight }) => weight / weightSum));
  const scale = Math.min(Math.ceil(leastShare * minimumRingSize) / leastShare, maximumRingSize);
  const points: RingPoint[] = [];
  let target = 0;
  for (const { id, name, weight } of shards) {
    target += scale * (weight / weightSum);
    for (let i = 0; points.length < target; i++) {
      const { hi, lo } = hashText64(pointHashes[hashFunction], `${name}_${i}`);
      points.push({ upper: hi >>> 0, lower: lo >>> 0, shard: id });
    }
  }
  return points;
}

export const envoyRing = definePlacement({
  axis: 'placement',
  name: 'envoy-ring',
  summary: "Envoy's ring: XXH64 points in proportion to weight, at least 1024 in all.",
  source: 'envoyproxy/envoy ring_hash_lb.cc; Karger et al., STOC 1997',
  wins: 'Follows weights closely, and costs one hash and one search whatever the number of hosts.',
  loses:
    'The ring keeps its size: when a host leaves, the others get more points and take keys from each other.',
  params,
  create({ depth, ...ring }, { keys }) {
    const hashOf = hashKeys64(keys, xxh64);
    return {
      build: (shards) =>
        ringTable64(envoyPoints(shards, ring), Math.min(depth, shards.length), keys.count, hashOf),
    };
  },
});
