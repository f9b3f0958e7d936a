/** SipHash-2-4 (Aumasson and Bernstein, 2012) with a 128-bit key whose upper half is zero. */
import { U64 } from './u64.ts';

const START_0 = U64.of(0x736f6d6570736575n);
const START_1 = U64.of(0x646f72616e646f6dn);
const START_2 = U64.of(0x6c7967656e657261n);
const START_3 = U64.of(0x7465646279746573n);
const FINISH = U64.of(0xffn);

const v0 = new U64();
const v1 = new U64();
const v2 = new U64();
const v3 = new U64();
const word = new U64();

/** `keyLow` is the lower half of the key, a 32-bit integer. */
export function siphash24(bytes: Uint8Array, start: number, end: number, out: U64, keyLow: number): void {
  v0.set(0, keyLow).xor(START_0);
  v1.copy(START_1);
  v2.set(0, keyLow).xor(START_2);
  v3.copy(START_3);
  let at = start;
  for (; end - at >= 8; at += 8) absorb(word.readLittleEndian(bytes, at));
  word.set((end - start) << 24, 0);
  for (let shift = 0; at < end; at++, shift += 8) {
    if (shift < 32) word.lo |= bytes[at]! << shift;
    else word.hi |= bytes[at]! << (shift - 32);
  }
  absorb(word);
  v2.xor(FINISH);
  for (let i = 0; i < 4; i++) round();
  out.copy(v0).xor(v1).xor(v2).xor(v3);
}

function absorb(block: U64): void {
  v3.xor(block);
  round();
  round();
  v0.xor(block);
}

function round(): void {
  v0.add(v1);
  v1.rotateLeft(13).xor(v0);
  swapHalves(v0);
  v2.add(v3);
  v3.rotateLeft(16).xor(v2);
  v0.add(v3);
  v3.rotateLeft(21).xor(v0);
  v2.add(v1);
  v1.rotateLeft(17).xor(v2);
  swapHalves(v2);
}

/** Rotation by 32 bits. */
function swapHalves(value: U64): void {
  value.set(value.lo, value.hi);
}
