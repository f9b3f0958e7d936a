/**
 * Couchbase's vBuckets: bits 16 to 30 of the key's CRC-32 modulo 1024, and a map from vBucket to node that every
 * client holds. The map's generator is the cluster manager's own and is not reproduced: vBuckets are dealt in
 * order, replicas spread.
 *
 * Source: libcouchbase src/vbucket/crc32.h, src/vbucket/vbucket.c (map_key).
 */
import { z } from 'zod';
import { definePlacement } from '../../sim/strategy.ts';
import { crc32 } from '../hash/crc32.ts';
import { hashKeys } from './key-hashes.ts';
import { depthParam } from './params.ts';
import { partitionMap } from './partition-map.ts';

/** In [0, vBucketCount). */
export function vBucketOf(bytes: Uint8Array, start: number, end: number, vBucketCount: number): number {
  return ((crc32(bytes, start, end) >>> 16) & 0x7fff) % vBucketCount;
}

export const couchbase = definePlacement({
  axis: 'placement',
  partitionTable: true,
  name: 'couchbase',
  summary: 'CRC-32 of the key picks one of 1024 vBuckets, dealt evenly to the shards with a replica.',
  source: 'couchbase/libcouchbase src/vbucket/crc32.h, vbucket.c',
  wins: 'Even to one vBucket, and failing over a node only raises replicas that are already there.',
  loses: 'A vBucket is the smallest thing that moves: a hot one stays hot wherever it is.',
  params: z.strictObject({
    vBucketCount: z
      .int()
      .min(1)
      .max(32_768)
      .default(1024)
      .describe('vBuckets: 1024, in newer magma buckets 128, on macOS 64'),
    depth: depthParam(2),
  }),
  create({ vBucketCount, depth }, { keys, shards }) {
    const partitionOf = hashKeys(keys, (bytes, start, end) => vBucketOf(bytes, start, end, vBucketCount));
    return { build: (members) => partitionMap(shards, members, vBucketCount, depth, partitionOf) };
  },
});
