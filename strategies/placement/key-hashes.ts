/**
 * What a placement derives from a key's name (a hash, a slot), computed once per key and looked up ever after:
 * it does not depend on the membership, so the tables of all memberships share it.
 */
import type { KeyId, KeyNames } from '../../sim/strategy.ts';
import type { Hash32, Hash64 } from '../hash/hash.ts';
import { U64 } from '../hash/u64.ts';

/** HOT. A signed 32-bit integer that belongs to a key: the hash of its name, its slot, its bucket. */
export type KeyHash = (key: KeyId) => number;
/** HOT. Writes the 64-bit hash of a key's name to `out`. */
export type KeyHash64 = (key: KeyId, out: U64) => void;

/** Beyond this many keys (64 MiB of hashes) names are hashed when asked for. */
const MAX_TABULATED_KEYS = 2 ** 24;
/** V8 optimises a function entered anew far better than one long loop. */
const KEYS_PER_CALL = 4096;

/** `compute` as a table, unless there are too many keys for one. */
export function tabulate(keyCount: number, compute: KeyHash): KeyHash {
  if (keyCount > MAX_TABULATED_KEYS) return compute;
  const values = new Int32Array(keyCount);
  inChunks(keyCount, (from, to) => {
    for (let key = from; key < to; key++) values[key] = compute(key);
  });
  return (key) => values[key]!;
}

export function hashKeys(keys: KeyNames, hash: Hash32): KeyHash {
  const name = new Uint8Array(keys.maxBytes);
  return tabulate(keys.count, (key) => hash(name, 0, keys.read(key, name)));
}

export function hashKeys64(keys: KeyNames, hash: Hash64): KeyHash64 {
  const name = new Uint8Array(keys.maxBytes);
  if (keys.count > MAX_TABULATED_KEYS) return (key, out) => hash(name, 0, keys.read(key, name), out);
  const hashed = new U64();
  const upper = new Int32Array(keys.count);
  const lower = new Int32Array(keys.count);
  inChunks(keys.count, (from, to) => {
    for (let key = from; key < to; key++) {
      hash(name, 0, keys.read(key, name), hashed);
      upper[key] = hashed.hi;
      lower[key] = hashed.lo;
    }
  });
  return (key, out) => {
    out.hi = upper[key]!;
    out.lo = lower[key]!;
  };
}

function inChunks(count: number, work: (from: number, to: number) => void): void {
  for (let from = 0; from < count; from += KEYS_PER_CALL) work(from, Math.min(from + KEYS_PER_CALL, count));
}
