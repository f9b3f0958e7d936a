/** Java's String.hashCode over UTF-8 bytes: 31-polynomial of the UTF-16 code units they decode to. */
export function javaStringHash(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let at = start; at < end; ) {
    const lead = bytes[at]!;
    if (lead < 0x80) {
      hash = (Math.imul(hash, 31) + lead) | 0;
      at += 1;
      continue;
    }
    const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    let point = lead & (0xff >> (length + 1));
    for (let i = 1; i < length; i++) point = (point << 6) | (bytes[at + i]! & 0x3f);
    if (point > 0xffff) {
      hash = (Math.imul(hash, 31) + (0xd7c0 + (point >> 10))) | 0;
      point = 0xdc00 | (point & 0x3ff);
    }
    hash = (Math.imul(hash, 31) + point) | 0;
    at += length;
  }
  return hash;
}
