/** FNV-1a (Fowler, Noll, Vo), and what memcached clients made of it. */
import { U64 } from './u64.ts';

const OFFSET_BASIS = U64.of(0xcbf29ce484222325n);
const PRIME = U64.of(0x100000001b3n);

/** FNV-1a, 64 bits. */
export function fnv1a64(bytes: Uint8Array, start: number, end: number, out: U64): void {
  out.copy(OFFSET_BASIS);
  for (let i = start; i < end; i++) {
    out.lo ^= bytes[i]!;
    out.multiply(PRIME);
  }
}

/**
 * FNV-1a "64" as libmemcached and twemproxy compute it: both keep it in 32 bits, so the 64-bit constants are cut
 * to their lower halves, and a C `char` is signed. A poor hash of counters, faithfully so.
 */
export function fnv1a64Truncated(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x84222325 | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ ((bytes[i]! << 24) >> 24), 0x1b3);
  return hash;
}
