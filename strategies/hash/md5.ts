/** MD5 (RFC 1321) over bytes, with 32-bit integers only: a short key costs one block and no allocation. */

/** [step] floor(2^32 * |sin(step + 1)|) */
const sine = Int32Array.from({ length: 64 }, (_, step) => Math.floor(2 ** 32 * Math.abs(Math.sin(step + 1))));
/** The message block in work, 16 little-endian words. */
const block = new Int32Array(16);
const state = new Int32Array(4);

/** First word of the digest, little-endian: what ketama calls the MD5 hash of a key. */
export function md5(bytes: Uint8Array, start: number, end: number): number {
  digest(bytes, start, end);
  return state[0]!;
}

/** Writes the four little-endian words of the digest to `out`. */
export function md5Words(bytes: Uint8Array, start: number, end: number, out: Int32Array): void {
  digest(bytes, start, end);
  out.set(state);
}

function digest(bytes: Uint8Array, start: number, end: number): void {
  state[0] = 0x67452301;
  state[1] = 0xefcdab89;
  state[2] = 0x98badcfe;
  state[3] = 0x10325476;
  let at = start;
  for (; end - at >= 64; at += 64) {
    load(bytes, at, at + 64);
    compress();
  }
  // The rest, one 1 bit, zeros, and the length in bits as a 64-bit integer.
  load(bytes, at, end);
  const rest = end - at;
  block[rest >> 2]! |= 0x80 << ((rest & 3) << 3);
  if (rest >= 56) {
    compress();
    block.fill(0);
  }
  block[14] = (end - start) << 3;
  block[15] = (end - start) >>> 29;
  compress();
}

/** Fills the block with up to 64 bytes, zero-padded. */
function load(bytes: Uint8Array, start: number, end: number): void {
  let word = 0;
  let at = start;
  for (; end - at >= 4; at += 4) {
    block[word++] = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }
  if (word === 16) return;
  let last = 0;
  for (let shift = 0; at < end; at++, shift += 8) last |= bytes[at]! << shift;
  block[word++] = last;
  while (word < 16) block[word++] = 0;
}

/** The 64 steps, written out: a call per step would cost several times the step. */
function compress(): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  for (let i = 0; i < 16; i += 4) {
    a = (a + ((b & c) | (~b & d)) + block[i]! + sine[i]!) | 0;
    a = (((a << 7) | (a >>> 25)) + b) | 0;
    d = (d + ((a & b) | (~a & c)) + block[i + 1]! + sine[i + 1]!) | 0;
    d = (((d << 12) | (d >>> 20)) + a) | 0;
    c = (c + ((d & a) | (~d & b)) + block[i + 2]! + sine[i + 2]!) | 0;
    c = (((c << 17) | (c >>> 15)) + d) | 0;
    b = (b + ((c & d) | (~c & a)) + block[i + 3]! + sine[i + 3]!) | 0;
    b = (((b << 22) | (b >>> 10)) + c) | 0;
  }
  for (let i = 16, word = 1; i < 32; i += 4, word += 20) {
    a = (a + ((b & d) | (c & ~d)) + block[word & 15]! + sine[i]!) | 0;
    a = (((a << 5) | (a >>> 27)) + b) | 0;
    d = (d + ((a & c) | (b & ~c)) + block[(word + 5) & 15]! + sine[i + 1]!) | 0;
    d = (((d << 9) | (d >>> 23)) + a) | 0;
    c = (c + ((d & b) | (a & ~b)) + block[(word + 10) & 15]! + sine[i + 2]!) | 0;
    c = (((c << 14) | (c >>> 18)) + d) | 0;
    b = (b + ((c & a) | (d & ~a)) + block[(word + 15) & 15]! + sine[i + 3]!) | 0;
    b = (((b << 20) | (b >>> 12)) + c) | 0;
  }
  for (let i = 32, word = 5; i < 48; i += 4, word += 12) {
    a = (a + (b ^ c ^ d) + block[word & 15]! + sine[i]!) | 0;
    a = (((a << 4) | (a >>> 28)) + b) | 0;
    d = (d + (a ^ b ^ c) + block[(word + 3) & 15]! + sine[i + 1]!) | 0;
    d = (((d << 11) | (d >>> 21)) + a) | 0;
    c = (c + (d ^ a ^ b) + block[(word + 6) & 15]! + sine[i + 2]!) | 0;
    c = (((c << 16) | (c >>> 16)) + d) | 0;
    b = (b + (c ^ d ^ a) + block[(word + 9) & 15]! + sine[i + 3]!) | 0;
    b = (((b << 23) | (b >>> 9)) + c) | 0;
  }
  for (let i = 48, word = 0; i < 64; i += 4, word += 28) {
    a = (a + (c ^ (b | ~d)) + block[word & 15]! + sine[i]!) | 0;
    a = (((a << 6) | (a >>> 26)) + b) | 0;
    d = (d + (b ^ (a | ~c)) + block[(word + 7) & 15]! + sine[i + 1]!) | 0;
    d = (((d << 10) | (d >>> 22)) + a) | 0;
    c = (c + (a ^ (d | ~b)) + block[(word + 14) & 15]! + sine[i + 2]!) | 0;
    c = (((c << 15) | (c >>> 17)) + d) | 0;
    b = (b + (d ^ (c | ~a)) + block[(word + 21) & 15]! + sine[i + 3]!) | 0;
    b = (((b << 21) | (b >>> 11)) + c) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
}
