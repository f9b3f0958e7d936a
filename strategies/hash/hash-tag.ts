/**
 * Hash tags: only the part between the first opening mark and the first closing mark after it is hashed, so that
 * `{user:7}:cart` and `{user:7}:name` live together. An empty part counts as none. The rule of the Redis Cluster
 * specification ("Hash tags") and of twemproxy's `hash_tag`.
 */
import type { Hash32 } from './hash.ts';

/** `hash` of the tagged part, or of everything where there is none. `marks` is two ASCII characters: `{}`. */
export function withHashTag(hash: Hash32, marks: string): Hash32 {
  const opening = marks.charCodeAt(0);
  const closing = marks.charCodeAt(1);
  return (bytes, start, end) => {
    const open = indexOf(bytes, opening, start, end);
    if (open < end) {
      const close = indexOf(bytes, closing, open + 1, end);
      if (close < end && close > open + 1) return hash(bytes, open + 1, close);
    }
    return hash(bytes, start, end);
  };
}

/** `end` where there is none. (Uint8Array.indexOf has no end and would read an older, longer key.) */
function indexOf(bytes: Uint8Array, byte: number, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== byte) at++;
  return at;
}
