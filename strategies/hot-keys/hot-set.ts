/** The keys that have copies, and where: looked up on every request, changed rarely. */
import type { KeyId, ShardId } from '../../sim/strategy.ts';

const EMPTY = -1;
const CELLS = 4096;

export class HotSet {
  readonly #cells = new Int32Array(CELLS).fill(EMPTY);
  readonly #keys: KeyId[] = [];
  readonly #shards: (readonly ShardId[])[] = [];
  /** Shards whose copy is filled. */
  readonly #ready: ShardId[][] = [];

  /** HOT. The entry of the key, or -1. */
  find(key: KeyId): number {
    for (let cell = homeOf(key); ; cell = (cell + 1) & (CELLS - 1)) {
      const entry = this.#cells[cell]!;
      if (entry === EMPTY || this.#keys[entry] === key) return entry;
    }
  }

  /** HOT. One of home and the filled copies, in rotation. */
  pick(entry: number, turn: number, home: ShardId): ShardId {
    const ready = this.#ready[entry]!;
    const choice = turn % (ready.length + 1);
    return choice === ready.length ? home : ready[choice]!;
  }

  /** HOT. Writes every copy's shard to `out`, filled or not; returns how many. */
  copies(entry: number, out: Int32Array): number {
    const shards = this.#shards[entry]!;
    for (let i = 0; i < shards.length; i++) out[i] = shards[i]!;
    return shards.length;
  }

  /** COLD. */
  add(key: KeyId, shards: readonly ShardId[]): void {
    this.#keys.push(key);
    this.#shards.push(shards);
    this.#ready.push([]);
    this.#file();
  }

  /** COLD. The i-th copy is filled; nothing happens when the key has been removed meanwhile. */
  ready(key: KeyId, i: number): void {
    const entry = this.find(key);
    if (entry !== EMPTY) this.#ready[entry]!.push(this.#shards[entry]![i]!);
  }

  /** COLD. */
  remove(key: KeyId): void {
    const entry = this.find(key);
    this.#keys.splice(entry, 1);
    this.#shards.splice(entry, 1);
    this.#ready.splice(entry, 1);
    this.#file();
  }

  #file(): void {
    this.#cells.fill(EMPTY);
    this.#keys.forEach((key, entry) => {
      let cell = homeOf(key);
      while (this.#cells[cell] !== EMPTY) cell = (cell + 1) & (CELLS - 1);
      this.#cells[cell] = entry;
    });
  }
}

function homeOf(key: KeyId): number {
  return (Math.imul(key, 0x9e3779b1) >>> 20) & (CELLS - 1);
}
