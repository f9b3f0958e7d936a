/**
 * The values one process keeps of what it read: least recently used first out, bounded in entries and in bytes, each
 * entry for at most a time to live. Time goes in ticks, a sixteenth of that, as memcached's goes in seconds: asking for
 * the exact time would box a number at every look-up. Holds versions, not values; sizes are counted.
 */
import { type HotKeysContext, type KeyId, type Nanos, NONE, type Version } from '../../sim/strategy.ts';
import { KeyIndex } from './key-index.ts';

export interface ValueCacheBounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** An entry lives for the rest of the tick it came in and so many less one: never longer than the time to live. */
const LIFE_TICKS = 16;

/** COLD. Lets time pass for the caches. */
export function keepTime(caches: readonly ValueCache[], ttlNs: Nanos, context: HotKeysContext): void {
  context.every(Math.max(1, Math.floor(ttlNs / LIFE_TICKS)), () => {
    for (const cache of caches) cache.tick();
  });
}

export class ValueCache {
  readonly #bounds: ValueCacheBounds;
  /** [slot] */
  readonly #key: Int32Array;
  readonly #version: Int32Array;
  readonly #bytes: Int32Array;
  readonly #bornTick: Int32Array;
  /** [slot] neighbours in order of use: a ring through the slot after the last, where the most recent begins */
  readonly #newer: Int32Array;
  readonly #older: Int32Array;
  readonly #slotOf: KeyIndex;
  readonly #free: Int32Array;
  #freeCount: number;
  #tick = 0;
  /** Size of all values held [bytes]. */
  bytes = 0;

  constructor(bounds: ValueCacheBounds) {
    const slots = bounds.maxEntries;
    this.#bounds = bounds;
    this.#key = new Int32Array(slots);
    this.#version = new Int32Array(slots);
    this.#bytes = new Int32Array(slots);
    this.#bornTick = new Int32Array(slots);
    this.#newer = new Int32Array(slots + 1).fill(slots);
    this.#older = new Int32Array(slots + 1).fill(slots);
    this.#slotOf = new KeyIndex(this.#key);
    this.#free = Int32Array.from({ length: slots }, (_, slot) => slot);
    this.#freeCount = slots;
  }

  tick(): void {
    this.#tick++;
  }

  /** HOT. The version held of the key, or NONE; uses it. */
  get(key: KeyId): Version {
    const slot = this.#slotOf.find(key);
    if (slot === NONE) return NONE;
    if (this.#tick - this.#bornTick[slot]! >= LIFE_TICKS) {
      this.#remove(slot);
      return NONE;
    }
    this.#unlink(slot);
    this.#linkNewest(slot);
    return this.#version[slot]!;
  }

  /** HOT. Keeps a value, and lets go of the least recently used ones that it takes. */
  put(key: KeyId, version: Version, bytes: number): void {
    this.remove(key);
    if (bytes > this.#bounds.maxBytes) return;
    this.#makeRoom(bytes);
    const slot = this.#free[--this.#freeCount]!;
    this.#bornTick[slot] = this.#tick;
    this.#key[slot] = key;
    this.#version[slot] = version;
    this.#bytes[slot] = bytes;
    this.#slotOf.add(slot);
    this.#linkNewest(slot);
    this.bytes += bytes;
  }

  #makeRoom(bytes: number): void {
    const ring = this.#key.length;
    while (this.#freeCount === 0 || this.bytes + bytes > this.#bounds.maxBytes)
      this.#remove(this.#newer[ring]!);
  }

  /** HOT. */
  remove(key: KeyId): void {
    const slot = this.#slotOf.find(key);
    if (slot !== NONE) this.#remove(slot);
  }

  #remove(slot: number): void {
    this.#slotOf.remove(slot);
    this.#unlink(slot);
    this.bytes -= this.#bytes[slot]!;
    this.#free[this.#freeCount++] = slot;
  }

  #unlink(slot: number): void {
    const newer = this.#newer[slot]!;
    const older = this.#older[slot]!;
    this.#older[newer] = older;
    this.#newer[older] = newer;
  }

  #linkNewest(slot: number): void {
    const ring = this.#key.length;
    const second = this.#older[ring]!;
    this.#newer[slot] = ring;
    this.#older[slot] = second;
    this.#newer[second] = slot;
    this.#older[ring] = slot;
  }
}
