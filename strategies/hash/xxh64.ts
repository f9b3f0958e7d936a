/** XXH64 (Yann Collet, xxHash specification 0.1.1, section "XXH64"): the 64-bit hash of Envoy and many others. */
import { U64 } from './u64.ts';

const PRIME_1 = U64.of(0x9e3779b185ebca87n);
const PRIME_2 = U64.of(0xc2b2ae3d27d4eb4fn);
const PRIME_3 = U64.of(0x165667b19e3779f9n);
const PRIME_4 = U64.of(0x85ebca77c2b2ae63n);
const PRIME_5 = U64.of(0x27d4eb2f165667c5n);

const word = new U64();
const lanes = [new U64(), new U64(), new U64(), new U64()] as const;
const LANE_ROTATIONS = [1, 7, 12, 18];

export function xxh64(bytes: Uint8Array, start: number, end: number, out: U64, seed = 0): void {
  const length = end - start;
  let at = start;
  if (length >= 32) at = hashStripes(bytes, start, end, out, seed);
  else out.set(0, seed).add(PRIME_5);
  out.add(word.set(0, length));
  for (; end - at >= 8; at += 8) {
    round(word.set(0, 0), bytes, at);
    out.xor(word).rotateLeft(27).multiply(PRIME_1).add(PRIME_4);
  }
  if (end - at >= 4) {
    word.set(0, bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    out.xor(word.multiply(PRIME_1)).rotateLeft(23).multiply(PRIME_2).add(PRIME_3);
    at += 4;
  }
  for (; at < end; at++) {
    out.xor(word.set(0, bytes[at]!).multiply(PRIME_5)).rotateLeft(11).multiply(PRIME_1);
  }
  out.xorShiftRight(33).multiply(PRIME_2).xorShiftRight(29).multiply(PRIME_3);
  // x ^= x >>> 32
  out.lo ^= out.hi;
}

/** Stripes of 32 bytes in four lanes; returns where the rest starts. */
function hashStripes(bytes: Uint8Array, start: number, end: number, out: U64, seed: number): number {
  lanes[0].set(0, seed).add(PRIME_1).add(PRIME_2);
  lanes[1].set(0, seed).add(PRIME_2);
  lanes[2].set(0, seed);
  lanes[3].set(0, seed).subtract(PRIME_1);
  let at = start;
  for (; end - at >= 32; at += 32)
    for (let lane = 0; lane < 4; lane++) round(lanes[lane]!, bytes, at + 8 * lane);
  out.copy(lanes[0]).rotateLeft(1);
  for (let lane = 1; lane < 4; lane++) out.add(word.copy(lanes[lane]!).rotateLeft(LANE_ROTATIONS[lane]!));
  for (const lane of lanes) {
    word.copy(lane).multiply(PRIME_2).rotateLeft(31).multiply(PRIME_1);
    out.xor(word).multiply(PRIME_1).add(PRIME_4);
  }
  return at;
}

const input = new U64();

/** Mixes the 8 bytes at `at` into `lane`. */
function round(lane: U64, bytes: Uint8Array, at: number): void {
  lane.add(input.readLittleEndian(bytes, at).multiply(PRIME_2)).rotateLeft(31).multiply(PRIME_1);
}
