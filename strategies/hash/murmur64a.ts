/** MurmurHash64A (Austin Appleby, 2008), the 64-bit variant for 64-bit platforms, with a 32-bit seed. */
import { U64 } from './u64.ts';

const MULTIPLIER = U64.of(0xc6a4a7935bd1e995n);
const word = new U64();

export function murmur64a(bytes: Uint8Array, start: number, end: number, out: U64, seed: number): void {
  out.set(0, seed).xor(word.set(0, end - start).multiply(MULTIPLIER));
  let at = start;
  for (; end - at >= 8; at += 8) {
    word.readLittleEndian(bytes, at).multiply(MULTIPLIER).xorShiftRight(47).multiply(MULTIPLIER);
    out.xor(word).multiply(MULTIPLIER);
  }
  if (at < end) {
    word.set(0, 0);
    for (let shift = 0; at < end; at++, shift += 8) {
      if (shift < 32) word.lo |= bytes[at]! << shift;
      else word.hi |= bytes[at]! << (shift - 32);
    }
    out.xor(word).multiply(MULTIPLIER);
  }
  out.xorShiftRight(47).multiply(MULTIPLIER).xorShiftRight(47);
}
