/**
 * mcrouter's Ch3 (furc_hash): an endless string of bits drawn from the key decides, from the highest power of two
 * down, which block of the pool the key falls into; an index beyond the pool is drawn again.
 *
 * Source: facebook/mcrouter mcrouter/lib/fbi/hash.c (furc_hash), mcrouter/lib/Ch3HashFunc.h.
 */
import { z } from 'zod';
import { definePlacement } from '../../sim/strategy.ts';
import { murmur64a } from '../hash/murmur64a.ts';
import { U64 } from '../hash/u64.ts';
import { tabulate } from './key-hashes.ts';

const SEED = 4193360111;
const MAX_TRIES = 32;
/** Distance between the bits of one number; also the most bits an index may have. */
const BITS_PER_STEP = 23;
const MAX_POOL_SIZE = 2 ** BITS_PER_STEP;

/** The bits of one key: its MurmurHash64A, then that of each 64 bits before. */
class BitStream {
  readonly #hash = new U64();
  readonly #bytes = new Uint8Array(8);
  readonly #view = new DataView(this.#bytes.buffer);
  /** 32-bit words drawn so far, the lowest first. */
  readonly #words = new Int32Array(2 * Math.ceil((BITS_PER_STEP * (1 + MAX_TRIES * BITS_PER_STEP)) / 64) + 2);
  #drawn = 0;

  start(bytes: Uint8Array, start: number, end: number): void {
    murmur64a(bytes, start, end, this.#hash, SEED);
    this.#words[0] = this.#hash.lo;
    this.#words[1] = this.#hash.hi;
    this.#drawn = 2;
  }

  bit(index: number): number {
    const word = index >> 5;
    while (word >= this.#drawn) {
      this.#view.setInt32(0, this.#hash.lo, true);
      this.#view.setInt32(4, this.#hash.hi, true);
      murmur64a(this.#bytes, 0, 8, this.#hash, SEED);
      this.#words[this.#drawn++] = this.#hash.lo;
      this.#words[this.#drawn++] = this.#hash.hi;
    }
    return (this.#words[word]! >>> (index & 31)) & 1;
  }
}

const stream = new BitStream();

/** Index of a key in a pool of `poolSize`. */
export function furcHash(bytes: Uint8Array, start: number, end: number, poolSize: number): number {
  if (poolSize <= 1) return 0;
  stream.start(bytes, start, end);
  let bits = Math.ceil(Math.log2(poolSize));
  let at = bits;
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    while (stream.bit(at) === 0) {
      if (--bits === 0) return 0;
      at = bits;
    }
    at += BITS_PER_STEP;
    let index = 1;
    for (let i = 1; i < bits; i++, at += BITS_PER_STEP) index = (index << 1) | stream.bit(at);
    if (index < poolSize) return index;
  }
  return 0;
}

export const mcrouterCh3 = definePlacement({
  axis: 'placement',
  name: 'mcrouter-ch3',
  summary: "mcrouter's default hash over a pool: bits drawn from the key choose ever smaller blocks of it.",
  source: 'facebook/mcrouter mcrouter/lib/fbi/hash.c, Ch3HashFunc.h',
  wins: 'Even, without a table, and a pool that grows at its end takes only what the new members get.',
  loses:
    'Members are numbers: taking one from the middle renumbers all after it, so failures need a gutter pool.',
  params: z.strictObject({}),
  create(_params, { keys, shards }) {
    if (shards.length > MAX_POOL_SIZE)
      throw new Error(`mcrouter-ch3: ${shards.length} shards; a pool has at most ${MAX_POOL_SIZE}`);
    const name = new Uint8Array(keys.maxBytes);
    return {
      build: (members) => ({
        partitionCount: members.length,
        depth: 1,
        owners: Int32Array.from(members, (shard) => shard.id),
        partitionOf: tabulate(keys.count, (key) => furcHash(name, 0, keys.read(key, name), members.length)),
      }),
    };
  },
});
