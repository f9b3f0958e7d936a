/**
 * What the nodes hold: one bit per node and key, and per key when a write of it was last acknowledged. Values
 * are not stored; a version matters only in the short time a write travels to a replica (replication/).
 */
import type { Memory } from './memory/memory.ts';
import type { KeyId, ShardId } from './strategy.ts';

/** Where keys belong, by the table of the whole cluster. */
export interface Homes {
  ownerOf(key: KeyId): ShardId;
  /** [shard] how many keys */
  readonly keys: Int32Array;
  /** [node] its shard when the run begins */
  readonly shardOf: Int32Array;
}

export class Contents {
  readonly #homes: Homes;
  readonly #words: number;
  /** [node x word] */
  readonly #held: Uint32Array;
  readonly #written: Uint32Array;
  /** [node] keys it holds */
  readonly held: Int32Array;
  /** [node] keys of its shard that it does not hold, or more; 0 only where it has all of them */
  readonly lacking: Int32Array;
  /** [key] when a client last heard of a write; null in runs in which none can get lost. */
  readonly #ackedNs: Float64Array | null;
  /** How large it all is; null where memory has no limit. */
  readonly memory: Memory | null;

  /** @param losable faults may take memories away */
  constructor(homes: Homes, keyCount: number, memory: Memory | null, losable: boolean) {
    const nodeCount = homes.shardOf.length;
    this.#homes = homes;
    this.#words = Math.ceil(keyCount / 32);
    this.#held = new Uint32Array(nodeCount * this.#words);
    this.held = new Int32Array(nodeCount);
    this.lacking = Int32Array.from(homes.shardOf, (shard) => homes.keys[shard]!);
    this.#written = new Uint32Array(losable ? this.#words : 0);
    this.#ackedNs = losable ? new Float64Array(keyCount) : null;
    this.memory = memory;
  }

  holds(node: number, key: number): boolean {
    return ((this.#held[node * this.#words + (key >>> 5)]! >>> (key & 31)) & 1) === 1;
  }

  put(node: number, key: number, valueBytes: number): void {
    this.#add(node, key);
    if (this.memory !== null) this.memory.put(node, key, valueBytes);
  }

  /** HOT. Before the run begins the node is given a key of its shard that it has not; where memory has no limit. */
  place(node: number, key: number): void {
    const word = node * this.#words + (key >>> 5);
    this.#held[word] = this.#held[word]! | (1 << (key & 31));
    this.held[node] = this.held[node]! + 1;
    this.lacking[node] = this.lacking[node]! - 1;
  }

  #add(node: number, key: number): void {
    const word = node * this.#words + (key >>> 5);
    const bit = 1 << (key & 31);
    const held = this.#held[word]!;
    if ((held & bit) !== 0) return;
    this.#held[word] = held | bit;
    this.#count(node, key, 1);
  }

  #count(node: number, key: number, more: 1 | -1): void {
    const { ownerOf, shardOf } = this.#homes;
    this.held[node] = this.held[node]! + more;
    if (ownerOf(key) === shardOf[node]) this.lacking[node] = this.lacking[node]! - more;
  }

  remove(node: number, key: number): void {
    const word = node * this.#words + (key >>> 5);
    const bit = 1 << (key & 31);
    const held = this.#held[word]!;
    if ((held & bit) !== 0) {
      this.#held[word] = held & ~bit;
      this.#count(node, key, -1);
    }
    if (this.memory !== null) this.memory.remove(node, key);
  }

  /** COLD. Keys the node holds. */
  keysOf(node: number): number[] {
    const keys: number[] = [];
    for (let key = 0; key < this.#words * 32; key++) if (this.holds(node, key)) keys.push(key);
    return keys;
  }

  /** Whether an acknowledged write of the key may still be somewhere. */
  isWritten(key: number): boolean {
    return ((this.#written[key >>> 5]! >>> (key & 31)) & 1) === 1;
  }

  /** COLD. The node has the key back, from its disk. */
  restore(node: number, key: number, entryBytes: number): void {
    this.#add(node, key);
    this.memory?.restore(node, key, entryBytes);
  }

  /** HOT. A write of the key was acknowledged to a client; in no order of time. */
  acknowledge(key: number, atNs: number): void {
    if (this.#ackedNs === null) return;
    this.#written[key >>> 5] = this.#written[key >>> 5]! | (1 << (key & 31));
    if (atNs > this.#ackedNs[key]!) this.#ackedNs[key] = atNs;
  }

  /** When a client last heard of a write of the key. */
  ackedNs(key: number): number {
    return this.#ackedNs![key]!;
  }

  /** A full synchronisation: `to` holds what `from` holds, and nothing else. */
  copy(from: number, to: number): void {
    const words = this.#words;
    this.#held.copyWithin(to * words, from * words, (from + 1) * words);
    this.held[to] = this.held[from]!;
    const { shardOf, keys } = this.#homes;
    this.lacking[to] = shardOf[to] === shardOf[from] ? this.lacking[from]! : keys[shardOf[to]!]!;
    this.memory?.copy(from, to);
  }

  /**
   * Empties the node. `onLost` hears which acknowledged writes went with it: keys written during the run that no
   * node in `survivors` holds. They are gone, so they are not told again.
   */
  clear(node: number, survivors: readonly number[], onLost: (key: number) => void): void {
    const words = this.#words;
    const held = this.#held;
    const written = this.#written;
    for (let word = 0; word < words; word++) {
      let orphaned = held[node * words + word]! & written[word]!;
      for (let i = 0; orphaned !== 0 && i < survivors.length; i++)
        orphaned &= ~held[survivors[i]! * words + word]!;
      if (orphaned !== 0) written[word] = written[word]! & ~orphaned;
      for (let bits = orphaned; bits !== 0; bits &= bits - 1)
        onLost(word * 32 + 31 - Math.clz32(bits & -bits));
    }
    held.fill(0, node * words, (node + 1) * words);
    this.held[node] = 0;
    this.lacking[node] = this.#homes.keys[this.#homes.shardOf[node]!]!;
    this.memory?.clear(node);
  }
}
