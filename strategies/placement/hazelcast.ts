/**
 * Hazelcast's 271 partitions: MurmurHash3 of the serialised key (for a string its length as four bytes, then its
 * UTF-8), partitions dealt evenly. Which member owns which partition depends in a real cluster on the order of
 * joining; here they are dealt in order, backups spread.
 *
 * Source: Hazelcast HashUtil.hashToIndex, AbstractSerializationService, ClusterProperty.PARTITION_COUNT.
 */
import { z } from 'zod';
import { definePlacement } from '../../sim/strategy.ts';
import { murmur3 } from '../hash/murmur3.ts';
import { hashKeys } from './key-hashes.ts';
import { depthParam } from './params.ts';
import { partitionMap } from './partition-map.ts';

const SEED = 0x01000193;

/** Partition of a serialised key, header left out, in [0, partitionCount). */
export function hazelcastPartition(
  payload: Uint8Array,
  start: number,
  end: number,
  partitionCount: number,
): number {
  const hash = murmur3(payload, start, end, SEED);
  return hash === -(2 ** 31) ? 0 : Math.abs(hash) % partitionCount;
}

export const hazelcast = definePlacement({
  axis: 'placement',
  partitionTable: true,
  name: 'hazelcast',
  summary:
    'MurmurHash3 of the serialised string key picks one of 271 partitions, dealt evenly with a backup.',
  source: 'hazelcast/hazelcast HashUtil.java, ClusterProperty.java (hazelcast.partition.count)',
  wins: 'Even to one partition, and a lost member is replaced by backups that are already there.',
  loses: 'Few and coarse: with 100 members some own 2 partitions, some 3. Members weigh the same.',
  params: z.strictObject({
    partitionCount: z.int().min(1).max(100_000).default(271).describe('partitions; a prime spreads best'),
    depth: depthParam(2),
  }),
  create({ partitionCount, depth }, { keys, shards }) {
    const payload = new Uint8Array(4 + keys.maxBytes);
    const length = new DataView(payload.buffer);
    const partitionOf = hashKeys(keys, (bytes, start, end) => {
      length.setInt32(0, end - start);
      for (let at = start; at < end; at++) payload[4 + at - start] = bytes[at]!;
      return hazelcastPartition(payload, 0, 4 + end - start, partitionCount);
    });
    return { build: (members) => partitionMap(shards, members, partitionCount, depth, partitionOf) };
  },
});
