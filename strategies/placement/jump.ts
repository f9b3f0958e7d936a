/**
 * Jump consistent hash: no table at all, a key's bucket among n follows from a pseudo-random sequence of jumps.
 * Buckets are numbered, so only the last one can be removed without moving more than its own keys.
 *
 * Source: Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm", arXiv 1406.2294 (2014).
 */
import { z } from 'zod';
import { definePlacement } from '../../sim/strategy.ts';
import { U64 } from '../hash/u64.ts';
import { xxh64 } from '../hash/xxh64.ts';
import { hashKeys64, tabulate } from './key-hashes.ts';

const MULTIPLIER = U64.of(2862933555777941757n);
const ONE = U64.of(1n);

/** Bucket of a 64-bit key among `bucketCount`; `state` holds the key and is used up. */
export function jumpHash(state: U64, bucketCount: number): number {
  let bucket = 0;
  let next = 0;
  while (next < bucketCount) {
    bucket = next;
    state.multiply(MULTIPLIER).add(ONE);
    next = Math.floor((bucket + 1) * (2 ** 31 / ((state.hi >>> 1) + 1)));
  }
  return bucket;
}

export const jump = definePlacement({
  axis: 'placement',
  name: 'jump',
  summary: 'Jump consistent hash of XXH64 of the key over the numbered shards.',
  source: 'Lamping and Veach, arXiv 1406.2294',
  wins: 'Perfectly even key space with no memory; growing by one moves the least possible.',
  loses: 'Shards have numbers, not names: when one in the middle leaves, all after it shift.',
  params: z.strictObject({}),
  create(_params, { keys }) {
    const hashOf = hashKeys64(keys, xxh64);
    const state = new U64();
    return {
      build: (shards) => ({
        partitionCount: shards.length,
        depth: 1,
        owners: Int32Array.from(shards, (shard) => shard.id),
        partitionOf: tabulate(keys.count, (key) => {
          hashOf(key, state);
          return jumpHash(state, shards.length);
        }),
      }),
    };
  },
});
