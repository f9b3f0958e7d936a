/**
 * Rendezvous hashing (highest random weight): every key ranks all shards by a hash of both, and the highest wins. A
 * shard of weight w scores -w / log(u), u uniform in (0, 1) from that hash, and so wins in proportion to w.
 *
 * Source: Thaler and Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM ToN 1998; Schindelhauer
 * and Schomaker, "Weighted distributed hash tables", SPAA 2005 (the score); Envoy's rendezvous_hash_lb.cc (the
 * `envoy` variant's hash and logarithm).
 */
import { z } from 'zod';
import { definePlacement, type KeyId, type KeyNames, NONE, type ShardInfo } from '../../sim/strategy.ts';
import { bytesOf, hashText64 } from '../hash/hash.ts';
import { multiplyHigh, U64 } from '../hash/u64.ts';
import { xxh64 } from '../hash/xxh64.ts';
import { hashKeys64, type KeyHash64, tabulate } from './key-hashes.ts';

/** Pseudo-random numbers that belong to pairs of key and shard, and the score of such a number. */
export interface PairHash {
  /** Turns to `key`. */
  load(key: KeyId): void;
  /** Uniform in [0, 1): of the loaded key and the shard at `index`. */
  uniform(index: number): number;
  /** Grows with `u`. */
  score(u: number, weight: number): number;
}

/** xorshift64* of XXH64(key) xor XXH64(shard), and an approximate logarithm. */
export class EnvoyPairs implements PairHash {
  readonly #hashOf: KeyHash64;
  readonly #upper: Int32Array;
  readonly #lower: Int32Array;
  readonly #key = new U64();

  constructor(shards: readonly ShardInfo[], hashOf: KeyHash64) {
    const hashes = shards.map(({ name }) => hashText64(xxh64, name));
    this.#hashOf = hashOf;
    this.#upper = Int32Array.from(hashes, ({ hi }) => hi);
    this.#lower = Int32Array.from(hashes, ({ lo }) => lo);
  }

  load(key: KeyId): void {
    this.#hashOf(key, this.#key);
  }

  uniform(index: number): number {
    return xorshiftStar(this.#key.hi ^ this.#upper[index]!, this.#key.lo ^ this.#lower[index]!);
  }

  score(u: number, weight: number): number {
    return -weight / approximateLog(u);
  }
}

/** XXH64 of shard, zero byte and key, and the natural logarithm. */
class Xxh64Pairs implements PairHash {
  readonly #keys: KeyNames;
  readonly #name: Uint8Array;
  /** [shard] its name and a zero byte, with room for a key. */
  readonly #pairs: Uint8Array[];
  readonly #hash = new U64();
  #length = 0;

  constructor(shards: readonly ShardInfo[], keys: KeyNames) {
    this.#keys = keys;
    this.#name = new Uint8Array(keys.maxBytes);
    this.#pairs = shards.map(({ name }) => Uint8Array.from([...bytesOf(name), 0, ...this.#name]));
  }

  load(key: KeyId): void {
    this.#length = this.#keys.read(key, this.#name);
  }

  uniform(index: number): number {
    const pair = this.#pairs[index]!;
    const start = pair.length - this.#name.length;
    for (let i = 0; i < this.#length; i++) pair[start + i] = this.#name[i]!;
    xxh64(pair, 0, start + this.#length, this.#hash);
    return ((this.#hash.hi >>> 0) * 2 ** 21 + (this.#hash.lo >>> 11) + 0.5) / 2 ** 53;
  }

  score(u: number, weight: number): number {
    return -weight / Math.log(u);
  }
}

/** xorshift64* (Vigna 2014) of a 64-bit state; its lower 53 bits as a fraction. */
function xorshiftStar(hi: number, lo: number): number {
  let x = hi;
  let y = lo ^ ((lo >>> 12) | (hi << 20));
  x ^= x >>> 12;
  x ^= (x << 25) | (y >>> 7);
  y ^= y << 25;
  y ^= (y >>> 27) | (x << 5);
  x ^= x >>> 27;
  const upper = multiplyHigh(y, 0x4f6cdd1d) + Math.imul(x, 0x4f6cdd1d) + Math.imul(y, 0x2545f491);
  return ((upper & 0x1fffff) * 2 ** 32 + (Math.imul(y, 0x4f6cdd1d) >>> 0)) / 2 ** 53;
}

const float = new Float64Array(1);
const words = new Int32Array(float.buffer);

/** Natural logarithm by way of base 2: the exponent, and a rational function of a mantissa in [0.75, 1.5). */
function approximateLog(u: number): number {
  float[0] = u;
  let exponent = ((words[1]! >>> 20) & 0x7ff) - 1023;
  words[1] = (words[1]! & 0xfffff) | 0x3ff00000;
  let mantissa = float[0]!;
  if (mantissa >= 1.5) {
    mantissa /= 2;
    exponent++;
  }
  const t = mantissa - 1;
  return (exponent + ((0.338953 * t + 2.198599) * t) / (t + 1.523692)) * Math.LN2;
}

/**
 * HOT or once per key: winner and runner-up of a key as first * shardCount + second. With equal weights the larger
 * `u` has the larger score, so nearly every shard is ruled out without a logarithm.
 */
export function rankPairs(shards: readonly ShardInfo[], pairs: PairHash): (key: KeyId) => number {
  const count = shards.length;
  const weights = Float64Array.from(shards, (shard) => shard.weight);
  return (key) => {
    pairs.load(key);
    let first = 0;
    let firstScore = Number.NEGATIVE_INFINITY;
    let second = 0;
    let secondScore = Number.NEGATIVE_INFINITY;
    let firstU = -1;
    let secondU = -1;
    for (let index = 0; index < count; index++) {
      const u = pairs.uniform(index);
      if (u <= secondU && weights[index] === weights[second]) continue;
      const score = pairs.score(u, weights[index]!);
      if (score > firstScore) {
        second = first;
        secondScore = firstScore;
        secondU = firstU;
        first = index;
        firstScore = score;
        firstU = u;
      } else if (score > secondScore) {
        second = index;
        secondScore = score;
        secondU = u;
      }
    }
    return first * count + second;
  };
}

/** Shard ids [(first x shards + second) x 2]; for a single shard [1 x 1]. */
function ownersOfPairs(shards: readonly ShardInfo[]): Int32Array {
  if (shards.length === 1) return Int32Array.of(shards[0]!.id);
  return Int32Array.from(
    shards.flatMap((first) => shards.flatMap((second) => [first.id, second === first ? NONE : second.id])),
  );
}

export const rendezvous = definePlacement({
  axis: 'placement',
  name: 'rendezvous',
  summary:
    'Every key ranks all shards by a hash of both, scaled by weight; a partition is a pair of the two best.',
  source: 'Thaler and Ravishankar 1998; Schindelhauer and Schomaker, SPAA 2005; Envoy rendezvous_hash_lb.cc',
  wins: 'Even, exact in weights, minimal in movement, and every key has a preference order of its own.',
  loses: 'A lookup costs a hash per shard, unless, as here, it is done once per key and membership.',
  params: z.strictObject({
    variant: z
      .enum(['envoy', 'xxh64'])
      .default('envoy')
      .describe("hash of key and shard: Envoy's (fast), or XXH64 of both names (ten times slower)"),
  }),
  create({ variant }, { keys }) {
    const hashOf = hashKeys64(keys, xxh64);
    return {
      build(shards) {
        const pairs = variant === 'envoy' ? new EnvoyPairs(shards, hashOf) : new Xxh64Pairs(shards, keys);
        return {
          partitionCount: shards.length ** 2,
          depth: Math.min(2, shards.length),
          owners: ownersOfPairs(shards),
          partitionOf: tabulate(keys.count, rankPairs(shards, pairs)),
        };
      },
    };
  },
});
