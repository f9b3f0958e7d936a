/**
 * Redis Cluster's hash slots: slot = CRC16(tagged part of the key) mod 16384, slots dealt to shards in equal
 * contiguous ranges the way `redis-cli --cluster create` deals them.
 *
 * Source: Redis Cluster specification ("Key distribution model", "Hash tags"); src/redis-cli.c,
 * clusterManagerCommandCreate.
 */
import { z } from 'zod';
import { definePlacement, type ShardInfo } from '../../sim/strategy.ts';
import { crc16 } from '../hash/crc16.ts';
import { withHashTag } from '../hash/hash-tag.ts';
import { hashKeys } from './key-hashes.ts';

export const SLOT_COUNT = 16384;

const taggedCrc16 = withHashTag(crc16, '{}');

/** Slot of a key name, in [0, 16384). */
export function redisSlot(bytes: Uint8Array, start: number, end: number): number {
  return taggedCrc16(bytes, start, end) & (SLOT_COUNT - 1);
}

/** [slot] owning shard. redis-cli computes in C `float`, so every step is rounded to single precision. */
export function dealSlots(shards: readonly ShardInfo[]): Int32Array {
  const owners = new Int32Array(SLOT_COUNT);
  const slotsPerShard = Math.fround(SLOT_COUNT / shards.length);
  let first = 0;
  let cursor = Math.fround(0);
  for (const [index, shard] of shards.entries()) {
    const end = Math.fround(Math.fround(cursor + slotsPerShard) - 1);
    const last = index === shards.length - 1 ? SLOT_COUNT - 1 : Math.floor(end + 0.5);
    owners.fill(shard.id, first, last + 1);
    first = last + 1;
    cursor = Math.fround(cursor + slotsPerShard);
  }
  return owners;
}

export const redisSlots = definePlacement({
  axis: 'placement',
  partitionTable: true,
  name: 'redis-slots',
  summary:
    'CRC16 of the key, or of its {hash tag}, picks one of 16384 slots; shards own equal ranges of slots.',
  source:
    'Redis Cluster specification; redis src/crc16.c, src/cluster.c (keyHashSlot), src/redis-cli.c (create)',
  wins: 'Slots are even to 0.1 % and move one by one, so a cluster can grow without rehashing any client.',
  loses: 'Slots even out keys, not load: one hot key, or one hot tag, still sits on one shard.',
  params: z.strictObject({
    emptyShards: z
      .int()
      .min(0)
      .default(0)
      .describe('so many shards, the last ones, have joined (add-node) but own no slots yet'),
  }),
  create({ emptyShards }, { keys, shards }) {
    if (emptyShards >= shards.length)
      throw new Error(
        `redis-slots: emptyShards is ${emptyShards}, but one of ${shards.length} must own the slots`,
      );
    const dealt = new Set(shards.slice(0, shards.length - emptyShards).map(({ id }) => id));
    if (shards.length > SLOT_COUNT)
      throw new Error(`redis-slots: ${shards.length} shards, but there are only ${SLOT_COUNT} slots to own`);
    const slotOf = hashKeys(keys, redisSlot);
    return {
      build(members) {
        const owners = members.filter(({ id }) => dealt.has(id));
        return {
          partitionCount: SLOT_COUNT,
          depth: 1,
          owners: dealSlots(owners.length > 0 ? owners : members),
          partitionOf: slotOf,
        };
      },
    };
  },
});
