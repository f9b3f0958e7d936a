/**
 * MementoHash: jump consistent hash that lets any bucket leave. Only removed buckets are remembered, each with the
 * one that replaced it; a key of a removed bucket is hashed again among the buckets that were left then.
 *
 * Source: Coluzzi, Brocco, Antonucci, Leidi, "MementoHash: A Stateful, Minimal Memory, Best Performing Consistent
 * Hash Algorithm", arXiv 2306.09783 (2023).
 */
import { z } from 'zod';
import { definePlacement, type KeyId } from '../../sim/strategy.ts';
import { mixedFnv } from '../hash/mixed-fnv.ts';
import { U64 } from '../hash/u64.ts';
import { jumpHash } from './jump.ts';
import { tabulate } from './key-hashes.ts';

/** Which buckets were removed from 0 .. size-1, in which order. */
export class Memento {
  /** Buckets ever, removed ones included. */
  size: number;
  /** Removed bucket -> the one that stood in for it: the number of buckets left then. */
  readonly #replacer = new Map<number, number>();
  readonly #removed: number[] = [];

  constructor(size: number) {
    this.size = size;
  }

  /** The last bucket leaves for good while no other is missing; any other is remembered. */
  remove(bucket: number): void {
    if (this.#removed.length === 0 && bucket === this.size - 1) {
      this.size--;
      return;
    }
    this.#replacer.set(bucket, this.size - this.#removed.length - 1);
    this.#removed.push(bucket);
  }

  /** Restores the bucket removed last, or adds one; returns it. */
  add(): number {
    const bucket = this.#removed.pop();
    if (bucket === undefined) return this.size++;
    this.#replacer.delete(bucket);
    return bucket;
  }

  /** Bucket of a key; `hash(seed)` writes the key's hash with that seed (0: none) to `state`. */
  find(state: U64, hash: (seed: number) => void): number {
    hash(0);
    let bucket = jumpHash(state, this.size);
    let left = this.#replacer.get(bucket);
    while (left !== undefined) {
      hash(bucket);
      bucket = state.absoluteModulo(left);
      // A bucket removed earlier than this one: follow what replaced it.
      let next = this.#replacer.get(bucket);
      while (next !== undefined && next >= left) {
        bucket = next;
        next = this.#replacer.get(bucket);
      }
      left = next;
    }
    return bucket;
  }
}

export const memento = definePlacement({
  axis: 'placement',
  name: 'memento',
  summary: 'Jump consistent hash plus a memory of removed buckets, so that any shard may leave.',
  source: 'Coluzzi et al., arXiv 2306.09783',
  wins: 'Even like jump, with minimal movement whichever shard leaves, and memory only for those that left.',
  loses: 'The order of removals matters: clients must agree on it. (Here the highest shard leaves first.)',
  params: z.strictObject({}),
  create(_params, { keys, shards }) {
    const name = new Uint8Array(keys.maxBytes);
    const state = new U64();
    let length = 0;
    const hash = (seed: number) => mixedFnv(name, 0, length, state, seed);
    return {
      build(members) {
        const buckets = new Memento(shards.length);
        const position = shards.map((shard) => members.findIndex(({ id }) => id === shard.id));
        for (let bucket = shards.length - 1; bucket >= 0; bucket--)
          if (position[bucket] === -1) buckets.remove(bucket);
        const find = (key: KeyId) => {
          length = keys.read(key, name);
          return position[buckets.find(state, hash)]!;
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
