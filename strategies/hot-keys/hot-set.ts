/** The keys that have copies, and where: looked up on every request, changed rarely. */
import type { KeyId, Nanos, ShardId } from '../../sim/strategy.ts';

/** One hot key and its copies, from promotion to demotion. */
export class HotKey {
  readonly key: KeyId;
  /** Where the copies are, home not among them. */
  readonly shards: readonly ShardId[];
  readonly atNs: Nanos;
  untilNs: Nanos | null = null;
  /** [copy] when it was asked for last; Infinity once it is filled */
  readonly askedNs: Float64Array;
  /** Shards whose copy is filled: `ready[0 .. readyCount)`. */
  readonly ready: Int32Array;
  readyCount = 0;

  constructor(key: KeyId, shards: readonly ShardId[], atNs: Nanos) {
    this.key = key;
    this.shards = shards;
    this.atNs = atNs;
    this.askedNs = new Float64Array(shards.length).fill(-Infinity);
    this.ready = new Int32Array(shards.length);
  }

  /** The copy holds the value; the second notice of the same changes nothing. */
  filled(copy: number): void {
    if (this.askedNs[copy] === Infinity) return;
    this.askedNs[copy] = Infinity;
    this.ready[this.readyCount++] = this.shards[copy]!;
  }
}

/** Open addressing, at most a quarter full: a cold key costs one look at an empty cell. */
export class HotSet {
  readonly #cells: (HotKey | null)[];
  readonly #mask: number;
  readonly #members = new Set<HotKey>();

  constructor(maxKeys: number) {
    const size = 2 ** Math.ceil(Math.log2(maxKeys * 4));
    this.#cells = new Array<HotKey | null>(size).fill(null);
    this.#mask = size - 1;
  }

  /** HOT. */
  find(key: KeyId): HotKey | null {
    let cell = this.#homeOf(key);
    for (;;) {
      const found = this.#cells[cell]!;
      if (found === null || found.key === key) return found;
      cell = (cell + 1) & this.#mask;
    }
  }

  add(hotKey: HotKey): void {
    this.#members.add(hotKey);
    this.#file(hotKey);
  }

  remove(hotKey: HotKey): void {
    this.#members.delete(hotKey);
    this.#cells.fill(null);
    for (const member of this.#members) this.#file(member);
  }

  #file(hotKey: HotKey): void {
    let cell = this.#homeOf(hotKey.key);
    while (this.#cells[cell] !== null) cell = (cell + 1) & this.#mask;
    this.#cells[cell] = hotKey;
  }

  #homeOf(key: KeyId): number {
    return (Math.imul(key, 0x9e3779b1) >>> 16) & this.#mask;
  }
}
