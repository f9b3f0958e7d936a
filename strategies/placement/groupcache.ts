/**
 * groupcache's consistenthash: `replicas` points per node, CRC-32 of the point's number followed by the node's
 * name. CRC-32 is linear, so the points of similar names are not independent and balance suffers.
 *
 * Source: golang/groupcache consistenthash/consistenthash.go, http.go (defaultReplicas).
 */
import { z } from 'zod';
import { definePlacement, type ShardId, type ShardInfo } from '../../sim/strategy.ts';
import { crc32 } from '../hash/crc32.ts';
import { hashText } from '../hash/hash.ts';
import { hashKeys } from './key-hashes.ts';
import { depthParam } from './params.ts';
import { type RingPoint, ringTable } from './ring.ts';

/** Of colliding points the last one added stays. */
function pointsOf(shards: readonly ShardInfo[], replicas: number): RingPoint[] {
  const shardAt = new Map<number, ShardId>();
  for (const { id, name } of shards) {
    for (let i = 0; i < replicas; i++) shardAt.set(hashText(crc32, `${i}${name}`) >>> 0, id);
  }
  return Array.from(shardAt, ([upper, shard]) => ({ upper, lower: 0, shard }));
}

export const groupcache = definePlacement({
  axis: 'placement',
  name: 'groupcache',
  summary: "Go groupcache's ring: 50 CRC-32 points per node.",
  source: 'golang/groupcache consistenthash/consistenthash.go',
  wins: 'Small, simple, and minimal in movement, like every ring.',
  loses:
    'Few and correlated points: at 50 nodes the largest share is 1.7 times the mean. Weights are ignored.',
  params: z.strictObject({
    replicas: z.int().min(1).max(10_000).default(50).describe('ring points per node'),
    depth: depthParam(3),
  }),
  create({ replicas, depth }, { keys }) {
    const hashOf = hashKeys(keys, crc32);
    return {
      build: (shards) =>
        ringTable(pointsOf(shards, replicas), Math.min(depth, shards.length), keys.count, hashOf),
    };
  },
});
