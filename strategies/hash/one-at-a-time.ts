/** Bob Jenkins' one-at-a-time hash (Dr. Dobb's, 1997). */
import { U64 } from './u64.ts';

/** The default hash of libmemcached. */
export function oneAtATime(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let i = start; i < end; i++) {
    hash = (hash + ((bytes[i]! << 24) >> 24)) | 0; // a C `char` is signed
    hash = (hash + (hash << 10)) | 0;
    hash ^= hash >>> 6;
  }
  hash = (hash + (hash << 3)) | 0;
  hash ^= hash >>> 11;
  return (hash + (hash << 15)) | 0;
}

const byte = new U64();
const term = new U64();

/** The same in 64 bits over unsigned bytes, as Aerospike's jen64 computes it. */
export function oneAtATime64(bytes: Uint8Array, start: number, end: number, out: U64): void {
  out.set(0, 0);
  for (let i = start; i < end; i++) {
    out.add(byte.set(0, bytes[i]!));
    out.add(term.copy(out).shiftLeft(10)).xorShiftRight(6);
  }
  out.add(term.copy(out).shiftLeft(3)).xorShiftRight(11);
  out.add(term.copy(out).shiftLeft(15));
}
