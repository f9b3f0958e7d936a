/**
 * AnchorHash: keys are hashed over a fixed anchor of `capacity` buckets, of which some do not work; a key that meets
 * such a bucket is hashed again among those that worked when it left.
 *
 * Source: Mendelson, Vargaftik, Barabash, Lorenz, Keslassy, Orda, "AnchorHash: A Scalable Consistent Hash",
 * IEEE/ACM Transactions on Networking 2021, arXiv 1812.09674 (the names A, K, W, L are the paper's).
 */
import { z } from 'zod';
import { definePlacement, type KeyId } from '../../sim/strategy.ts';
import { mixedFnv, rehash } from '../hash/mixed-fnv.ts';
import { U64 } from '../hash/u64.ts';
import { hashKeys64, tabulate } from './key-hashes.ts';

const SEED = 0xdeadbeef | 0;

export class Anchor {
  /** [bucket] 0 while it works, else the number of working buckets right after it left. */
  readonly #A: Int32Array;
  /** [bucket] its successor: who took its place among the working ones. */
  readonly #K: Int32Array;
  /** [position] working buckets, in the order of their last swaps. */
  readonly #W: Int32Array;
  /** [bucket] its position in W. */
  readonly #L: Int32Array;
  readonly #removed: number[] = [];
  #working: number;

  /** Buckets 0 .. working-1 work; the others left, the highest first. */
  constructor(working: number, capacity: number) {
    this.#A = Int32Array.from({ length: capacity }, (_, bucket) => (bucket < working ? 0 : bucket));
    this.#K = Int32Array.from({ length: capacity }, (_, bucket) => bucket);
    this.#W = this.#K.slice();
    this.#L = this.#K.slice();
    this.#working = working;
    for (let bucket = capacity - 1; bucket >= working; bucket--) this.#removed.push(bucket);
  }

  remove(bucket: number): void {
    this.#removed.push(bucket);
    const count = --this.#working;
    const last = this.#W[count]!;
    this.#A[bucket] = count;
    this.#W[this.#L[bucket]!] = last;
    this.#L[last] = this.#L[bucket]!;
    this.#K[bucket] = last;
  }

  /** Restores the bucket that left last; returns it. */
  add(): number {
    const bucket = this.#removed.pop();
    if (bucket === undefined) throw new Error('anchor: every bucket works already');
    const count = this.#working++;
    this.#A[bucket] = 0;
    this.#L[this.#W[count]!] = count;
    this.#W[this.#L[bucket]!] = bucket;
    this.#K[bucket] = bucket;
    return bucket;
  }

  /** Bucket of a key's hash; `hash` is used up. */
  find(hash: U64): number {
    let bucket = hash.absoluteModulo(this.#A.length);
    while (this.#A[bucket]! > 0) {
      rehash(hash, bucket, SEED);
      const working = this.#A[bucket]!;
      let next = hash.absoluteModulo(working);
      while (this.#A[next]! >= working) next = this.#K[next]!;
      bucket = next;
    }
    return bucket;
  }
}

/** The hash a key starts with. */
export function anchorHash(bytes: Uint8Array, start: number, end: number, out: U64): void {
  mixedFnv(bytes, start, end, out, SEED);
}

export const anchor = definePlacement({
  axis: 'placement',
  name: 'anchor',
  summary: 'AnchorHash over a fixed capacity: a key whose bucket is gone is rehashed among those left then.',
  source: 'Mendelson et al., IEEE/ACM ToN 2021, arXiv 1812.09674',
  wins: 'Even, minimal in movement whichever shard leaves, and a lookup touches few words of memory.',
  loses:
    'Capacity is fixed beforehand, and clients must agree on the order of removals (here highest first).',
  params: z.strictObject({
    capacity: z.int().min(1).max(1_000_000).optional().describe('buckets; without it, one per shard'),
  }),
  create({ capacity = 0 }, { keys, shards }) {
    const hashOf = hashKeys64(keys, anchorHash);
    const hash = new U64();
    return {
      build(members) {
        const buckets = new Anchor(shards.length, Math.max(capacity, shards.length));
        const position = shards.map((shard) => members.findIndex(({ id }) => id === shard.id));
        for (let bucket = shards.length - 1; bucket >= 0; bucket--)
          if (position[bucket] === -1) buckets.remove(bucket);
        const find = (key: KeyId) => {
          hashOf(key, hash);
          return position[buckets.find(hash)]!;
        };
        return {
          partitionCount: members.length,
          depth: 1,
          owners: Int32Array.from(members, (shard) => shard.id),
          partitionOf: tabulate(keys.count, find),
        };
      },
    };
  },
});
