/**
 * HAProxy's `hash-type consistent`: 16 points per unit of weight, placed by the server's number and not its name,
 * and a key goes to the *nearer* of the points before and after its hash.
 *
 * Source: haproxy/haproxy src/lb_chash.c (chash_queue_dequeue_srv, chash_get_server_hash), src/hash.c.
 */
import { z } from 'zod';
import { definePlacement, type ShardInfo } from '../../sim/strategy.ts';
import { crc32 } from '../hash/crc32.ts';
import { avalanche, djb2, sdbm, wt6 } from '../hash/haproxy.ts';
import type { Hash32 } from '../hash/hash.ts';
import { hashKeys, tabulate } from './key-hashes.ts';
import { depthParam } from './params.ts';
import { Ring, type RingPoint } from './ring.ts';

const POINTS_PER_WEIGHT = 16;
/** Points a server's number reserves on the way to the next number's. */
const NUMBERS_PER_SERVER = 4096;

const functions: Readonly<Record<'sdbm' | 'djb2' | 'wt6' | 'crc32', Hash32>> = { sdbm, djb2, wt6, crc32 };

/** Servers are numbered from 1 in the order of their configuration. */
export function haproxyPoints(shards: readonly ShardInfo[]): RingPoint[] {
  return shards.flatMap(({ id, weight }) =>
    Array.from({ length: Math.max(1, Math.round(weight * POINTS_PER_WEIGHT)) }, (_, i) => ({
      upper: avalanche((id + 1) * NUMBERS_PER_SERVER + i) >>> 0,
      lower: 0,
      shard: id,
    })),
  );
}

/** The nearer of the points before and after the hash; at equal distance the one before. */
function findNearest(ring: Ring, hash: number): number {
  const next = ring.find(hash, 0);
  const previous = next === 0 ? ring.points.length - 1 : next - 1;
  const behind = (hash - ring.points[previous]!.upper) >>> 0;
  const ahead = (ring.points[next]!.upper - hash) >>> 0;
  return behind <= ahead ? previous : next;
}

export const haproxyConsistent = definePlacement({
  axis: 'placement',
  name: 'haproxy-consistent',
  summary:
    "HAProxy's ring: 16 points per unit of weight; a key goes to the nearest point, before or after it.",
  source: 'haproxy/haproxy src/lb_chash.c, src/hash.c (version 2.6)',
  wins: 'Servers keep their keys by number whatever their address, so one can be replaced in place.',
  loses: 'With weight 1 there are 16 points a server and shares differ two to one; give weights near 100.',
  params: z.strictObject({
    keyHash: z.enum(['sdbm', 'djb2', 'wt6', 'crc32']).default('sdbm').describe('hash of the key'),
    avalanche: z
      .boolean()
      .optional()
      .describe('mix the hash once more; without it only sdbm is mixed, as HAProxy does where none is named'),
    depth: depthParam(3),
  }),
  create({ keyHash, avalanche: mixed = keyHash === 'sdbm', depth }, { keys }) {
    const hash = functions[keyHash];
    const hashOf = hashKeys(keys, mixed ? (bytes, start, end) => avalanche(hash(bytes, start, end)) : hash);
    return {
      build(shards) {
        const ring = new Ring(haproxyPoints(shards));
        const listed = Math.min(depth, shards.length);
        return {
          partitionCount: ring.points.length,
          depth: listed,
          owners: ring.ownersClockwise(listed),
          partitionOf: tabulate(keys.count, (key) => findNearest(ring, hashOf(key))),
        };
      },
    };
  },
});
