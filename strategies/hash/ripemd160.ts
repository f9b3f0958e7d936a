/**
 * RIPEMD-160 (Dobbertin, Bosselaers, Preneel, 1996), the first of its five words: what Aerospike's partitions use of
 * the digest of a key.
 */

/** [step] message word of the left line, then of the right one. */
const leftWord = Uint8Array.from([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8,
  3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12, 1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2,
  4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13,
]);
const rightWord = Uint8Array.from([
  5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12, 6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2,
  15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13, 8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14,
  12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11,
]);
/** [step] rotation of the left line, then of the right one. */
const leftShift = Uint8Array.from([
  11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8, 7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13,
  12, 11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5, 11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6,
  5, 12, 9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6,
]);
const rightShift = Uint8Array.from([
  8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6, 9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13,
  11, 9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5, 15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5,
  15, 8, 8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11,
]);
/** [round] */
const leftConstant = Int32Array.from([0, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e]);
const rightConstant = Int32Array.from([0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0]);

const block = new Int32Array(16);
const state = new Int32Array(5);
/** A line's five words at the end of its 80 steps. */
const left = new Int32Array(5);
const right = new Int32Array(5);

/** First word of the digest, little-endian. */
export function ripemd160(bytes: Uint8Array, start: number, end: number): number {
  state[0] = 0x67452301;
  state[1] = 0xefcdab89;
  state[2] = 0x98badcfe;
  state[3] = 0x10325476;
  state[4] = 0xc3d2e1f0;
  const length = end - start;
  // The bytes, one 1 bit, zeros, and the length in bits as a 64-bit integer.
  const blocks = (length + 9 + 63) >>> 6;
  for (let index = 0; index < blocks; index++) {
    block.fill(0);
    const from = index << 6;
    const to = Math.min(from + 64, length);
    for (let i = from; i < to; i++) block[(i - from) >> 2]! |= bytes[start + i]! << ((i & 3) << 3);
    if (length >= from && length < from + 64) block[(length - from) >> 2]! |= 0x80 << ((length & 3) << 3);
    if (index === blocks - 1) {
      block[14] = length << 3;
      block[15] = length >>> 29;
    }
    compress();
  }
  return state[0]!;
}

function compress(): void {
  runLine(left, leftWord, leftShift, leftConstant, 0);
  runLine(right, rightWord, rightShift, rightConstant, 4);
  const sum = state[1]! + left[2]! + right[3]!;
  state[1] = state[2]! + left[3]! + right[4]!;
  state[2] = state[3]! + left[4]! + right[0]!;
  state[3] = state[4]! + left[0]! + right[1]!;
  state[4] = state[0]! + left[1]! + right[2]!;
  state[0] = sum;
}

/** `firstFunction` is the Boolean function of the first round: they go upwards on the left, downwards on the right. */
function runLine(
  line: Int32Array,
  words: Uint8Array,
  shifts: Uint8Array,
  constants: Int32Array,
  firstFunction: number,
): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  for (let step = 0; step < 80; step++) {
    const round = step >> 4;
    const mixed = combine(firstFunction === 0 ? round : firstFunction - round, b, c, d);
    const sum = (a + mixed + block[words[step]!]! + constants[round]!) | 0;
    const shift = shifts[step]!;
    a = e;
    e = d;
    d = (c << 10) | (c >>> 22);
    c = b;
    b = (((sum << shift) | (sum >>> (32 - shift))) + a) | 0;
  }
  line[0] = a;
  line[1] = b;
  line[2] = c;
  line[3] = d;
  line[4] = e;
}

function combine(index: number, b: number, c: number, d: number): number {
  if (index === 0) return b ^ c ^ d;
  if (index === 1) return (b & c) | (~b & d);
  if (index === 2) return (b | ~c) ^ d;
  if (index === 3) return (b & d) | (c & ~d);
  return b ^ (c | ~d);
}
