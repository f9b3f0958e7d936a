/**
 * A mutable unsigned 64-bit integer in two 32-bit halves: 64-bit hashes without BigInt, which would allocate on
 * every operation. All arithmetic wraps modulo 2^64; methods change the receiver and return it.
 */
export class U64 {
  /** Upper 32 bits, signed. */
  hi = 0;
  /** Lower 32 bits, signed. */
  lo = 0;

  /** COLD. */
  static of(value: bigint): U64 {
    return new U64().set(Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value)));
  }

  /** COLD. */
  toBigInt(): bigint {
    return (BigInt(this.hi >>> 0) << 32n) | BigInt(this.lo >>> 0);
  }

  set(hi: number, lo: number): this {
    this.hi = hi | 0;
    this.lo = lo | 0;
    return this;
  }

  copy(other: U64): this {
    this.hi = other.hi;
    this.lo = other.lo;
    return this;
  }

  /** Reads 8 bytes, the lowest first. */
  readLittleEndian(bytes: Uint8Array, at: number): this {
    this.lo = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    this.hi = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
    return this;
  }

  xor(other: U64): this {
    this.hi ^= other.hi;
    this.lo ^= other.lo;
    return this;
  }

  add(other: U64): this {
    const low = (this.lo >>> 0) + (other.lo >>> 0);
    this.hi = (this.hi + other.hi + (low > 0xffffffff ? 1 : 0)) | 0;
    this.lo = low | 0;
    return this;
  }

  subtract(other: U64): this {
    const borrow = this.lo >>> 0 < other.lo >>> 0 ? 1 : 0;
    this.hi = (this.hi - other.hi - borrow) | 0;
    this.lo = (this.lo - other.lo) | 0;
    return this;
  }

  multiply(other: U64): this {
    const low = this.lo;
    this.hi = (multiplyHigh(low, other.lo) + Math.imul(this.hi, other.lo) + Math.imul(low, other.hi)) | 0;
    this.lo = Math.imul(low, other.lo);
    return this;
  }

  /** Shifts left by 1 .. 31 bits. */
  shiftLeft(bits: number): this {
    this.hi = (this.hi << bits) | (this.lo >>> (32 - bits));
    this.lo <<= bits;
    return this;
  }

  /** Rotates left by 1 .. 63 bits, 32 excepted. */
  rotateLeft(bits: number): this {
    // Shift counts are taken modulo 32; beyond 32 bits the halves change places.
    const high = bits < 32 ? this.hi : this.lo;
    const low = bits < 32 ? this.lo : this.hi;
    this.hi = (high << bits) | (low >>> -bits);
    this.lo = (low << bits) | (high >>> -bits);
    return this;
  }

  /** x ^= x >>> bits, bits in 1 .. 63: the step all multiplicative mixers share. */
  xorShiftRight(bits: number): this {
    if (bits < 32) {
      this.lo ^= (this.lo >>> bits) | (this.hi << (32 - bits));
      this.hi ^= this.hi >>> bits;
    } else {
      this.lo ^= this.hi >>> (bits - 32);
    }
    return this;
  }

  /** Remainder of the absolute value of the *signed* integer, as in Java's Math.abs(x) % divisor. */
  absoluteModulo(divisor: number): number {
    if (this.hi < 0) this.negate();
    return this.modulo(divisor);
  }

  negate(): this {
    return this.set(~this.hi + (this.lo === 0 ? 1 : 0), -this.lo);
  }

  /** Remainder by `divisor` < 2^37, 16 bits at a time so that every step stays exact in a double. */
  modulo(divisor: number): number {
    const upper = (((this.hi >>> 0) % divisor) * 65536 + (this.lo >>> 16)) % divisor;
    return (upper * 65536 + (this.lo & 0xffff)) % divisor;
  }
}

/** Upper 32 bits of the 64-bit product of two unsigned 32-bit integers, from products of their 16-bit halves. */
export function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const cross = a0 * b1 + (middle & 0xffff);
  return (a1 * b1 + (middle >>> 16) + (cross >>> 16)) | 0;
}
