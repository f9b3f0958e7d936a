/** A small fixed set of ASCII names, looked up from bytes in any case without making a string. */

interface Entry<T> {
  /** Lower case. */
  readonly name: Uint8Array;
  readonly value: T;
}

export class NameTable<T> {
  readonly #byHash = new Map<number, Entry<T>>();

  /** @throws when two names collide: the set is fixed, so that shows the first time it is loaded. */
  constructor(entries: Iterable<readonly [name: string, value: T]>) {
    for (const [name, value] of entries) {
      const bytes = Buffer.from(name.toLowerCase(), 'latin1');
      const hash = hashOf(bytes, 0, bytes.length);
      const other = this.#byHash.get(hash);
      if (other) throw new Error(`"${name}" and "${Buffer.from(other.name)}" cannot be told apart by hash`);
      this.#byHash.set(hash, { name: bytes, value });
    }
  }

  /** The value of the name in `bytes[start .. end)`. */
  find(bytes: Uint8Array, start: number, end: number): T | undefined {
    const entry = this.#byHash.get(hashOf(bytes, start, end));
    if (entry === undefined || entry.name.length !== end - start) return undefined;
    for (let i = start; i < end; i++) if (lower(bytes[i]!) !== entry.name[i - start]) return undefined;
    return entry.value;
  }
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + lower(bytes[i]!)) | 0;
  return hash;
}
