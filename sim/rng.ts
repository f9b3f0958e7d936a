/**
 * Named streams of pseudo-random numbers. Every consumer draws from a stream of its own, split off the run's
 * seed by name, so a draw added in one place moves nothing elsewhere, and all strategies of a comparison see
 * the same workload (common random numbers).
 *
 * seedrandom's Alea (J. Baagøe) turns `seed/name` into the state of an sfc32 (C. Doty-Humphrey, PractRand):
 * Alea is slower but takes any string; sfc32 is 128 bits of state, passes PractRand to 32 TB, and its step is
 * additions, shifts and xors on int32, which a block fill keeps in registers.
 */
import seedrandom from 'seedrandom';
import type { Rng } from './strategy.ts';

const TWO_POW_MINUS_32 = 2 ** -32;

/** The stream `name` of the run with this seed. */
export function stream(seed: number, name: string): RandomStream {
  const seeder = seedrandom.alea(`${seed}/${name}`);
  return new RandomStream(seeder.int32(), seeder.int32(), seeder.int32(), seeder.int32());
}

export class RandomStream implements Rng {
  #a = 0;
  #b = 0;
  #c = 0;
  #d = 0;

  constructor(a: number, b: number, c: number, d: number) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    this.#d = d | 0;
  }

  /** Signed, which V8 passes on without allocating; half of the unsigned ones would be boxed. */
  #next(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + t) | 0;
    return t;
  }

  u32(): number {
    return this.#next() >>> 0;
  }

  float(): number {
    return ((this.#next() >>> 5) * 2 ** 26 + (this.#next() >>> 6)) * 2 ** -53;
  }

  /** Uniform up to a bias of n / 2^32. */
  below(n: number): number {
    return Math.floor((this.#next() >>> 0) * TWO_POW_MINUS_32 * n);
  }

  /** Fills `out[0 .. count)` with uniform 32-bit integers; the same numbers as `count` calls of `u32`. */
  fillU32(out: Uint32Array, count: number): void {
    let a = this.#a;
    let b = this.#b;
    let c = this.#c;
    let d = this.#d;
    for (let i = 0; i < count; i++) {
      const t = (((a + b) | 0) + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (c << 21) | (c >>> 11);
      c = (c + t) | 0;
      out[i] = t;
    }
    this.#a = a;
    this.#b = b;
    this.#c = c;
    this.#d = d;
  }
}

/**
 * A uniform number in (0, 1) that belongs to (stream, i, j): a counter hash instead of a state, for rare draws
 * that must not depend on the order in which they are made (the j-th retry of the i-th request).
 * Two rounds of murmur3's finalizer over the mixed-in counters.
 */
export function uniformAt(streamKey: number, i: number, j: number): number {
  let h = (streamKey ^ Math.imul(i, 0x9e3779b1) ^ Math.imul(Math.floor(i / 2 ** 32), 0x27d4eb2f)) | 0;
  h = finalize(h);
  h = finalize(h ^ Math.imul(j + 1, 0x85ebca6b));
  return ((h >>> 0) + 0.5) * TWO_POW_MINUS_32;
}

function finalize(x: number): number {
  let h = x;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
