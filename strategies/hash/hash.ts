/**
 * The shapes of hash functions: bytes in, integers out. A 32-bit hash is returned as a *signed* integer, which
 * V8 keeps unboxed however far the call travels; `>>> 0` gives the unsigned value.
 */
import { U64 } from './u64.ts';

/** Hash of `bytes[start .. end)` as a signed 32-bit integer. */
export type Hash32 = (bytes: Uint8Array, start: number, end: number) => number;

/** Writes the 64-bit hash of `bytes[start .. end)` to `out`. */
export type Hash64 = (bytes: Uint8Array, start: number, end: number, out: U64) => void;

const encoder = new TextEncoder();

/** UTF-8 bytes of a label such as a node name. COLD. */
export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Hash of a label, signed 32 bits. COLD. */
export function hashText(hash: Hash32, text: string): number {
  const bytes = bytesOf(text);
  return hash(bytes, 0, bytes.length);
}

/** 64-bit hash of a label. COLD. */
export function hashText64(hash: Hash64, text: string): U64 {
  const bytes = bytesOf(text);
  const out = new U64();
  hash(bytes, 0, bytes.length, out);
  return out;
}
