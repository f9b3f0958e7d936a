/**
 * Key names as bytes -> dense key ids, in typed arrays: names back to back in one arena, found by open
 * addressing with linear probing. A name is taken straight from the read buffer; a name already known costs no
 * allocation. Names are bytes, never text: real keys need not be valid UTF-8, and placements hash the bytes.
 */
import { LIMITS } from '../limits.ts';
import type { KeyId, KeyNames } from '../strategy.ts';
import { NONE } from '../strategy.ts';

/** Longest name accepted [bytes]. Redis itself allows 512 MiB; nothing real comes near this. */
export const MAX_KEY_BYTES = 65_535;
/** Offsets are 32 bits wide. */
const MAX_ARENA_BYTES = 2 ** 32 - 1;

/** Finished names: two plain columns that may be handed to another thread. */
export class KeyTable implements KeyNames {
  readonly count: number;
  readonly maxBytes: number;
  /** All names, back to back. */
  readonly arena: Uint8Array;
  /** [count + 1] name k is `arena[offsets[k] .. offsets[k + 1])`. */
  readonly offsets: Uint32Array;

  constructor(arena: Uint8Array, offsets: Uint32Array) {
    this.arena = arena;
    this.offsets = offsets;
    this.count = offsets.length - 1;
    let longest = 0;
    for (let key = 0; key < this.count; key++) longest = Math.max(longest, offsets[key + 1]! - offsets[key]!);
    this.maxBytes = longest;
  }

  read(key: KeyId, out: Uint8Array): number {
    const start = this.offsets[key]!;
    const length = this.offsets[key + 1]! - start;
    for (let i = 0; i < length; i++) out[i] = this.arena[start + i]!;
    return length;
  }
}

/** Names in the making: numbered in the order in which they are added. */
export class NameArena {
  readonly #maxKeys: number;
  count = 0;
  bytes = new Uint8Array(1 << 16);
  offsets = new Uint32Array(1 << 12);

  constructor(maxKeys: number = LIMITS.traceKeys) {
    this.#maxKeys = maxKeys;
  }

  /** The id of one more name; NONE when there is no more room. */
  add(bytes: Uint8Array, start: number, end: number): KeyId {
    const key = this.count;
    const from = this.offsets[key]!;
    const to = from + end - start;
    if (key >= this.#maxKeys || to > MAX_ARENA_BYTES) return NONE;
    if (to > this.bytes.length)
      this.bytes = new Uint8Array(this.bytes.buffer.transfer(Math.min(MAX_ARENA_BYTES, 2 * to)));
    this.bytes.set(bytes.subarray(start, end), from);
    if (key + 2 > this.offsets.length)
      this.offsets = new Uint32Array(this.offsets.buffer.transfer(2 * this.offsets.byteLength));
    this.offsets[key + 1] = to;
    this.count = key + 1;
    return key;
  }

  /** The names so far, as exact-sized copies. */
  toTable(): KeyTable {
    return new KeyTable(
      this.bytes.slice(0, this.offsets[this.count]!),
      this.offsets.slice(0, this.count + 1),
    );
  }
}

export class KeyDictionary {
  readonly #names: NameArena;
  /** [slot] key + 1, hash: side by side, so that a probe touches one cache line. */
  #slots = new Int32Array(2 << 13);
  #mask = (1 << 13) - 1;

  constructor(maxKeys: number = LIMITS.traceKeys) {
    this.#names = new NameArena(maxKeys);
  }

  get count(): number {
    return this.#names.count;
  }

  /** The id of the name `bytes[start .. end)`, a new one if need be; NONE when the dictionary is full. */
  intern(bytes: Uint8Array, start: number, end: number): KeyId {
    const hash = hashOf(bytes, start, end);
    const slots = this.#slots;
    let slot = hash & this.#mask;
    for (let key = slots[2 * slot]!; key !== 0; key = slots[2 * slot]!) {
      if (slots[2 * slot + 1] === hash && this.#equals(key - 1, bytes, start, end)) return key - 1;
      slot = (slot + 1) & this.#mask;
    }
    return this.#add(hash, slot, bytes, start, end);
  }

  /** The names so far, as exact-sized copies. */
  toTable(): KeyTable {
    return this.#names.toTable();
  }

  #equals(key: KeyId, bytes: Uint8Array, start: number, end: number): boolean {
    const { bytes: arena, offsets } = this.#names;
    const from = offsets[key]!;
    if (offsets[key + 1]! - from !== end - start) return false;
    for (let i = start, j = from; i < end; i++, j++) if (arena[j] !== bytes[i]) return false;
    return true;
  }

  #add(hash: number, slot: number, bytes: Uint8Array, start: number, end: number): KeyId {
    const key = this.#names.add(bytes, start, end);
    if (key === NONE) return NONE;
    this.#slots[2 * slot] = key + 1;
    this.#slots[2 * slot + 1] = hash;
    if (2 * this.#names.count > this.#mask) this.#rehash();
    return key;
  }

  #rehash(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(2 * old.length);
    this.#mask = old.length - 1;
    for (let i = 0; i < old.length; i += 2) {
      if (old[i] === 0) continue;
      let slot = old[i + 1]! & this.#mask;
      while (this.#slots[2 * slot] !== 0) slot = (slot + 1) & this.#mask;
      this.#slots[2 * slot] = old[i]!;
      this.#slots[2 * slot + 1] = old[i + 1]!;
    }
  }
}

/** FNV-1a (Fowler, Noll, Vo), its high bits folded into the low ones that choose the slot. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash ^ (hash >>> 15);
}
