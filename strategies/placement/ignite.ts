/**
 * Apache Ignite's rendezvous affinity: Java's hashCode of the key picks one of 1024 partitions, and each partition
 * ranks the nodes by a mix of node and partition; the first is the owner, the next are its backups.
 *
 * Source: apache/ignite RendezvousAffinityFunction.java (hash, partition, assignPartition).
 */
import { z } from 'zod';
import { definePlacement, type ShardInfo } from '../../sim/strategy.ts';
import { bytesOf } from '../hash/hash.ts';
import { javaStringHash } from '../hash/java-string.ts';
import { U64 } from '../hash/u64.ts';
import { hashKeys } from './key-hashes.ts';
import { depthParam } from './params.ts';

const FACTOR_1 = U64.of((1n << 21n) - 1n);
const FACTOR_2 = U64.of(265n);
const FACTOR_3 = U64.of(21n);
const FACTOR_4 = U64.of((1n << 31n) + 1n);
const ONE = U64.of(1n);

/** Thomas Wang's 64-bit mix of node and partition; written as shifts and additions in the original. */
function rankOf(nodeHash: number, partition: number, rank: U64): void {
  rank.set(partition, nodeHash).multiply(FACTOR_1).subtract(ONE).xorShiftRight(24);
  rank.multiply(FACTOR_2).xorShiftRight(14).multiply(FACTOR_3).xorShiftRight(28).multiply(FACTOR_4);
}

/** Shard ids [partition x depth]: ascending rank as a signed 64-bit integer, ties by name. */
export function igniteOwners(
  shards: readonly ShardInfo[],
  partitionCount: number,
  depth: number,
): Int32Array {
  const ranked = shards.map(({ id, name }) => {
    const bytes = bytesOf(name);
    return { id, name, hash: javaStringHash(bytes, 0, bytes.length), rank: new U64() };
  });
  const owners = new Int32Array(partitionCount * depth);
  for (let partition = 0; partition < partitionCount; partition++) {
    for (const { hash, rank } of ranked) rankOf(hash, partition, rank);
    ranked.sort(
      (a, b) => a.rank.hi - b.rank.hi || (a.rank.lo >>> 0) - (b.rank.lo >>> 0) || (a.name < b.name ? -1 : 1),
    );
    for (let i = 0; i < depth; i++) owners[partition * depth + i] = ranked[i]!.id;
  }
  return owners;
}

/** Partition of a key, in [0, partitionCount); a power of two is masked, as in the original. */
export function ignitePartition(
  bytes: Uint8Array,
  start: number,
  end: number,
  partitionCount: number,
): number {
  const hash = javaStringHash(bytes, start, end);
  const isPowerOfTwo = (partitionCount & (partitionCount - 1)) === 0;
  if (isPowerOfTwo) return (hash ^ (hash >>> 16)) & (partitionCount - 1);
  return Math.abs(hash % partitionCount);
}

export const ignite = definePlacement({
  axis: 'placement',
  name: 'ignite',
  summary: "Java's String.hashCode picks one of 1024 partitions; each ranks the nodes by rendezvous hashing.",
  source: 'apache/ignite RendezvousAffinityFunction.java',
  wins: 'Every node computes the same owners and backups from names alone; only lost partitions move.',
  loses: 'hashCode follows patterns in key names, and shares of partitions differ by half at 50 nodes.',
  params: z.strictObject({
    partitionCount: z.int().min(1).max(65_000).default(1024).describe('partitions'),
    depth: depthParam(2),
  }),
  create({ partitionCount, depth }, { keys }) {
    const partitionOf = hashKeys(keys, (bytes, start, end) =>
      ignitePartition(bytes, start, end, partitionCount),
    );
    return {
      build(shards) {
        const listed = Math.min(depth, shards.length);
        return {
          partitionCount,
          depth: listed,
          owners: igniteOwners(shards, partitionCount, listed),
          partitionOf,
        };
      },
    };
  },
});
