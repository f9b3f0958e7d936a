/**
 * Maglev hashing as Envoy does it: every host has its own pseudo-random order of the table's entries, and hosts take
 * turns claiming their next free one until the table is full. A lookup is one division.
 *
 * Source: Eisenbud et al., "Maglev: A Fast and Reliable Software Network Load Balancer", NSDI 2016, section 3.4;
 * Envoy source/extensions/load_balancing_policies/maglev/maglev_lb.cc (weights, hash, host order).
 */
import { z } from 'zod';
import { definePlacement, NONE, type ShardId, type ShardInfo } from '../../sim/strategy.ts';
import { bytesOf, hashText64 } from '../hash/hash.ts';
import { U64 } from '../hash/u64.ts';
import { xxh64 } from '../hash/xxh64.ts';
import { hashKeys } from './key-hashes.ts';

/** Envoy's limit. */
const MAX_TABLE_SIZE = 5_000_011;

export interface MaglevEntry {
  readonly shard: ShardId;
  /** First entry claimed, and the step to each next one; in [0, size) and [1, size). */
  readonly offset: number;
  readonly skip: number;
  /** > 0, in any unit. */
  readonly weight: number;
}

/** [entry] owner. `size` is prime, so every host's steps reach every entry. */
export function fillMaglevTable(entries: readonly MaglevEntry[], size: number): Int32Array {
  const table = new Int32Array(size).fill(NONE);
  const greatestWeight = Math.max(...entries.map(({ weight }) => weight));
  const next = Float64Array.from(entries, ({ offset }) => offset);
  /** [host] lighter hosts skip turns: they take one when round x weight has caught up with this. */
  const due = new Float64Array(entries.length);
  for (let round = 1, filled = 0; filled < size; round++) {
    for (let host = 0; host < entries.length && filled < size; host++) {
      const { shard, skip, weight } = entries[host]!;
      if (round * weight < due[host]!) continue;
      due[host]! += greatestWeight;
      let entry = next[host]!;
      while (table[entry] !== NONE) entry = (entry + skip) % size;
      table[entry] = shard;
      next[host] = (entry + skip) % size;
      filled++;
    }
  }
  return table;
}

/** In the order of names, which every Envoy agrees on. */
export function envoyEntries(shards: readonly ShardInfo[], size: number): MaglevEntry[] {
  const weightSum = shards.reduce((sum, { weight }) => sum + weight, 0);
  return shards
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ id, name, weight }) => {
      const bytes = bytesOf(name);
      const second = new U64();
      xxh64(bytes, 0, bytes.length, second, 1);
      return {
        shard: id,
        offset: hashText64(xxh64, name).modulo(size),
        skip: second.modulo(size - 1) + 1,
        weight: weight / weightSum,
      };
    });
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) if (n % divisor === 0) return false;
  return n >= 2;
}

const params = z.strictObject({
  tableSize: z
    .int()
    .max(MAX_TABLE_SIZE)
    .refine(isPrime, 'must be a prime number, such as 65537 or 655373')
    .default(65537)
    .describe('entries of the lookup table, a prime; more than 100 per shard keep shares within 1 %'),
});

export const maglev = definePlacement({
  axis: 'placement',
  name: 'maglev',
  summary: "Maglev's lookup table of 65537 entries, filled in turns, as Envoy builds it.",
  source: 'Eisenbud et al., NSDI 2016; envoyproxy/envoy maglev_lb.cc',
  wins: 'Shares even to 1 %, weights followed exactly, and the fastest lookup there is.',
  loses: 'When a shard leaves, a few keys of the survivors move as well (0.2 % of 10 shards, 0.6 % of 100).',
  params,
  create({ tableSize }, { keys, shards }) {
    if (shards.length > tableSize)
      throw new Error(`maglev: ${shards.length} shards do not fit a table of ${tableSize}; raise tableSize`);
    const hash = new U64();
    const entryOf = hashKeys(keys, (bytes, start, end) => {
      xxh64(bytes, start, end, hash);
      return hash.modulo(tableSize);
    });
    return {
      build: (members) => ({
        partitionCount: tableSize,
        depth: 1,
        owners: fillMaglevTable(envoyEntries(members, tableSize), tableSize),
        partitionOf: entryOf,
      }),
    };
  },
});
