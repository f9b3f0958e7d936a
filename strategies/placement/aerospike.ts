/**
 * Aerospike's 4096 partitions: RIPEMD-160 of set name, key type and key picks one; each partition ranks the nodes by
 * a hash of node and partition, and the first is its master (no racks, no prefer-uniform-balance).
 *
 * Source: aerospike/aerospike-server as/src/fabric/partition_balance.c (fill_global_tables); aerospike-client-go
 * key.go.
 */
import { z } from 'zod';
import { definePlacement, type ShardInfo } from '../../sim/strategy.ts';
import { fnv1a64 } from '../hash/fnv.ts';
import { bytesOf, hashText64 } from '../hash/hash.ts';
import { mixedFnv } from '../hash/mixed-fnv.ts';
import { oneAtATime64 } from '../hash/one-at-a-time.ts';
import { ripemd160 } from '../hash/ripemd160.ts';
import { U64 } from '../hash/u64.ts';
import { hashKeys } from './key-hashes.ts';
import { depthParam } from './params.ts';

export const PARTITION_COUNT = 4096;
/** The particle type of a string key. */
const STRING = 3;

/** A name such as `0xbb9000000000001` is a node id itself; any other is hashed to one. */
function nodeIdOf(name: string): U64 {
  return /^0x[0-9a-f]{1,16}$/i.test(name) ? U64.of(BigInt(name)) : hashText64(mixedFnv, name);
}

/** Descending order of unsigned integers. */
function descending(a: U64, b: U64): number {
  return (b.hi >>> 0) - (a.hi >>> 0) || (b.lo >>> 0) - (a.lo >>> 0);
}

/** FNV-1a of the integer's little-endian bytes, written little-endian to `out` at `at`. */
function hashInteger(lo: number, hi: number, length: number, out: DataView, at: number): void {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setInt32(0, lo, true);
  bytes.setInt32(4, hi, true);
  const hash = new U64();
  fnv1a64(new Uint8Array(bytes.buffer), 0, length, hash);
  out.setInt32(at, hash.lo, true);
  out.setInt32(at + 4, hash.hi, true);
}

/** Shard ids [partition x depth]: nodes by descending hash, whose lowest byte is the node's place among the ids. */
export function aerospikeOwners(shards: readonly ShardInfo[], depth: number): Int32Array {
  const nodes = shards
    .map(({ id, name }) => ({ id, nodeId: nodeIdOf(name), rank: new U64() }))
    .sort((a, b) => descending(a.nodeId, b.nodeId));
  const pair = new DataView(new ArrayBuffer(16));
  const pairBytes = new Uint8Array(pair.buffer);
  const nodeHashes = nodes.map(({ nodeId }) => {
    hashInteger(nodeId.lo, nodeId.hi, 8, pair, 0);
    return pairBytes.slice(0, 8);
  });
  const owners = new Int32Array(PARTITION_COUNT * depth);
  for (let partition = 0; partition < PARTITION_COUNT; partition++) {
    hashInteger(partition, 0, 4, pair, 8);
    for (const [index, { rank }] of nodes.entries()) {
      pairBytes.set(nodeHashes[index]!);
      oneAtATime64(pairBytes, 0, 16, rank);
      rank.lo = (rank.lo & ~0xff) | index;
    }
    const order = nodes.toSorted((a, b) => descending(a.rank, b.rank));
    for (let i = 0; i < depth; i++) owners[partition * depth + i] = order[i]!.id;
  }
  return owners;
}

export const aerospike = definePlacement({
  axis: 'placement',
  name: 'aerospike',
  summary: 'RIPEMD-160 of the key picks one of 4096 partitions; each ranks the nodes by a hash of both.',
  source: 'aerospike/aerospike-server partition_balance.c; aerospike-client-go key.go',
  wins: 'Every node computes the same masters and replicas from ids alone; only lost partitions move.',
  loses: 'Masters are counted out by chance: shares of partitions differ by 15 % at 20 nodes, 40 % at 100.',
  params: z.strictObject({
    set: z.string().default('').describe('set name, hashed before the key'),
    depth: depthParam(2),
  }),
  create({ set, depth }, { keys, shards }) {
    if (shards.length > 256) throw new Error(`aerospike: ${shards.length} shards; a cluster has at most 256`);
    const prefix = [...bytesOf(set), STRING];
    const record = new Uint8Array(prefix.length + keys.maxBytes);
    record.set(prefix);
    const partitionOf = hashKeys(keys, (bytes, start, end) => {
      for (let at = start; at < end; at++) record[prefix.length + at - start] = bytes[at]!;
      return ripemd160(record, 0, prefix.length + end - start) & (PARTITION_COUNT - 1);
    });
    return {
      build(members) {
        const listed = Math.min(depth, members.length);
        const owners = aerospikeOwners(members, listed);
        return { partitionCount: PARTITION_COUNT, depth: listed, owners, partitionOf };
      },
    };
  },
});
