/**
 * FNV-1a (64 bits) finished by MurmurHash3's fmix64: a small hash with full avalanche, for algorithms whose papers
 * leave the hash function open. A seed is appended to the bytes, big-endian; seed 0 stands for none.
 */
import { fnv1a64 } from './fnv.ts';
import { U64 } from './u64.ts';

const FACTOR_1 = U64.of(0xff51afd7ed558ccdn);
const FACTOR_2 = U64.of(0xc4ceb9fe1a85ec53n);
const PRIME = U64.of(0x100000001b3n);

export function mixedFnv(bytes: Uint8Array, start: number, end: number, out: U64, seed = 0): void {
  fnv1a64(bytes, start, end, out);
  if (seed !== 0) appendWord(out, seed);
  mix(out);
}

const previous = new U64();

/** Replaces `hash` by the hash of itself, `index` and `seed`: the next of a sequence. */
export function rehash(hash: U64, index: number, seed: number): void {
  previous.copy(hash);
  fnv1a64(empty, 0, 0, hash);
  appendWord(hash, previous.hi);
  appendWord(hash, previous.lo);
  appendWord(hash, index);
  appendWord(hash, seed);
  mix(hash);
}

const empty = new Uint8Array(0);

function appendWord(hash: U64, word: number): void {
  for (let shift = 24; shift >= 0; shift -= 8) {
    hash.lo ^= (word >>> shift) & 0xff;
    hash.multiply(PRIME);
  }
}

function mix(hash: U64): void {
  hash.xorShiftRight(33).multiply(FACTOR_1).xorShiftRight(33).multiply(FACTOR_2).xorShiftRight(33);
}
