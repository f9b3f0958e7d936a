/** HAProxy's string hashes and its integer avalanche (src/hash.c, include/haproxy/tools.h full_hash). */

export function sdbm(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 65599) + bytes[i]!) | 0;
  return hash;
}

export function djb2(bytes: Uint8Array, start: number, end: number): number {
  let hash = 5381;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 33) + bytes[i]!) | 0;
  return hash;
}

/** Willy Tarreau's sixth attempt: two words that rotate each other by amounts taken from themselves. */
export function wt6(bytes: Uint8Array, start: number, end: number): number {
  let first = 0xa53c965a | 0;
  let second = 0x5ca6953a;
  let firstShift = 6;
  let secondShift = 18;
  for (let i = start; i < end; i++) {
    first = ~(first ^ bytes[i]!);
    second = ~(second + bytes[i]!);
    const rotated = (second << firstShift) | (second >>> -firstShift);
    second = (first << secondShift) | (first >>> -secondShift);
    first = rotated;
    const shifts = ((first >>> 16) ^ second) & 0xffff;
    firstShift = shifts & 0x1f;
    secondShift = shifts >>> 11;
  }
  return first ^ second;
}

/** Bob Jenkins' six-step integer mix, then a multiplication by a prime near 3/4 of 2^32. */
export function avalanche(value: number): number {
  let a = (value + 0x7ed55d16 + (value << 12)) | 0;
  a = a ^ 0xc761c23c ^ (a >>> 19);
  a = (a + 0x165667b1 + (a << 5)) | 0;
  a = (a + 0xd3a2646c) ^ (a << 9);
  a = (a + 0xfd7046c5 + (a << 3)) | 0;
  a = a ^ 0xb55a4f09 ^ (a >>> 16);
  return Math.imul(a, 3221225473);
}
