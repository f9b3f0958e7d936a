/** Real system: slots agree with CLUSTER KEYSLOT of redis-server 7.0.15, ranges with redis-cli --cluster create. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../../strategies/hash/hash.ts';
import { dealSlots, redisSlot, redisSlots, SLOT_COUNT } from '../../strategies/placement/redis-slots.ts';
import { countedKeys, keyNamesOf, shardsCounted } from '../contract/placement.ts';
import vectors from './vectors/redis_slots.json' with { type: 'json' };

const slotsOf = (keys: ReturnType<typeof keyNamesOf>) => {
  const shards = shardsCounted(3);
  const table = redisSlots.create({ emptyShards: 0 }, { keys, shards }).build(shards);
  return Array.from({ length: keys.count }, (_, key) => table.partitionOf(key));
};

/** Inclusive ranges, as redis-cli prints them. */
function rangesOf(shardCount: number): [number, number][] {
  const owners = dealSlots(shardsCounted(shardCount));
  return Array.from({ length: shardCount }, (_, id) => [owners.indexOf(id), owners.lastIndexOf(id)]);
}

describe('redis-slots', () => {
  test('text keys, hash tags and all', () => {
    expect(slotsOf(keyNamesOf(vectors.vectors.map(({ key }) => key)))).toEqual(
      vectors.vectors.map(({ slot }) => slot),
    );
  });

  test('binary keys', () => {
    const names = vectors.binary_vectors.map(({ key_hex }) => Uint8Array.from(Buffer.from(key_hex, 'hex')));
    expect(slotsOf(keyNamesOf(names))).toEqual(vectors.binary_vectors.map(({ slot }) => slot));
  });

  test(`the slots of key:0 .. key:${vectors.bulk.n - 1}`, () => {
    const text = slotsOf(countedKeys(vectors.bulk.n)).map((slot) => `${slot}\n`);
    expect(createHash('sha256').update(text.join('')).digest('hex')).toBe(vectors.bulk.sha256);
  });

  test('a tag is sought in the key alone, not in what an older, longer name left in the buffer', () => {
    const bytes = bytesOf('{a}b}');
    expect(redisSlot(bytes, 0, 2)).toBe(redisSlot(bytesOf('{a'), 0, 2));
  });

  test('ranges of three, six and seven masters', () => {
    expect(rangesOf(3)).toEqual([
      [0, 5460],
      [5461, 10922],
      [10923, 16383],
    ]);
    // The documented layout of a 6-master cluster, and 7, where the width is no whole number.
    expect(rangesOf(6).map(([first]) => first)).toEqual([0, 2731, 5461, 8192, 10923, 13653]);
    expect(rangesOf(7).at(-1)).toEqual([14043, 16383]);
  });

  test('every slot has one owner, and shares differ by no more than two slots, whatever the number of masters', () => {
    for (const shards of [1, 2, 5, 11, 100, 999]) {
      const sizes = rangesOf(shards).map(([first, last]) => last - first + 1);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(SLOT_COUNT);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(2);
    }
  });

  test('more shards than slots are refused with the reason', () => {
    const context = { keys: keyNamesOf(['a']), shards: shardsCounted(SLOT_COUNT + 1) };
    expect(() => redisSlots.create({ emptyShards: 0 }, context)).toThrow('only 16384 slots');
  });
});
