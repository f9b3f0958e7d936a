/**
 * Memory of the nodes: which entries each holds, how large they are, and who goes first. Contents (contents.ts) says
 * what is held and tells this of every change; without a limit on memory there is none of it.
 *
 * An entry counts its key, its value, and what Redis spends beside them. Measured on redis-server 7.0.15 with DEBUG
 * POPULATE (used_memory over 300,000 keys of 10 bytes): 79 to 87 bytes for values of 16 to 300 bytes, and 53 more for a
 * time to live: dictEntry, table slot, object, string headers. The steps of the allocator, which cost values of 1 KiB
 * another fifth, are not modelled: give `entryOverhead` where they matter.
 */
import type { Clock } from '../clock.ts';
import type { Expiry } from '../expiry.ts';
import type { MemorySetup } from '../setup.ts';
import { type KeyId, type KeyNames, NONE, type NodeId, type Rng } from '../strategy.ts';
import { Entries } from './entries.ts';
import { policyOf } from './policies.ts';
import type { EvictionPolicy } from './policy.ts';
import { SlotSet } from './slot-set.ts';

const EXPIRY_BYTES = 53;

interface NodeMemory {
  readonly entries: Entries;
  readonly all: SlotSet;
  readonly volatile: SlotSet;
  readonly policy: EvictionPolicy;
}

/** The clock of accesses: it ran before the run began, while the memory was filled. */
class MemoryTime {
  readonly #clock: Clock;
  #beforeNs = 0;
  #filledNs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get nowNs(): number {
    return this.#beforeNs + this.#clock.nowNs;
  }

  /** It is so long after the filling began, or after `filled` was called, and the run has not begun. */
  beforeStart(nowNs: number): void {
    this.#beforeNs = this.#filledNs + nowNs;
  }

  filled(): void {
    this.#filledNs = this.#beforeNs;
  }
}

export class Memory {
  readonly setup: MemorySetup;
  readonly time: MemoryTime;
  readonly #keys: KeyNames;
  readonly #rng: Rng;
  readonly #expiry: Expiry | null;
  readonly #nodes: NodeMemory[];
  readonly #name: Uint8Array;
  /** [node] the most it ever used */
  readonly peakBytes: Float64Array;
  /** [node] */
  readonly evictions: Float64Array;

  constructor(
    setup: MemorySetup,
    nodeCount: number,
    keys: KeyNames,
    clock: Clock,
    rng: Rng,
    expiry: Expiry | null,
  ) {
    this.setup = setup;
    this.time = new MemoryTime(clock);
    this.#keys = keys;
    this.#rng = rng;
    this.#expiry = expiry;
    this.#name = new Uint8Array(keys.maxBytes);
    this.peakBytes = new Float64Array(nodeCount);
    this.evictions = new Float64Array(nodeCount);
    this.#nodes = Array.from({ length: nodeCount }, () => this.#empty());
  }

  #empty(): NodeMemory {
    const { eviction: name, samples, limitBytes } = this.setup;
    const entries = new Entries(this.#keys.count);
    const [all, volatile] = [new SlotSet(), new SlotSet()];
    const [rng, time, expiry, keyCount] = [this.#rng, this.time, this.#expiry, this.#keys.count];
    const context = { name, entries, all, volatile, samples, limitBytes, keyCount, rng, time, expiry };
    return { entries, all, volatile, policy: policyOf(context) };
  }

  usedBytes(node: NodeId): number {
    return this.#nodes[node]!.entries.usedBytes;
  }

  count(node: NodeId): number {
    return this.#nodes[node]!.entries.count;
  }

  /** 0 where the key is not held. */
  bytesOf(node: NodeId, key: KeyId): number {
    const { entries } = this.#nodes[node]!;
    const slot = entries.slotOf(key);
    return slot === NONE ? 0 : entries.bytesAt(slot);
  }

  /** How much a write would bring the node above its limit; not above 0 where it fits. */
  excess(node: NodeId, key: KeyId, valueBytes: number): number {
    const more = this.#entryBytes(key, valueBytes) - this.bytesOf(node, key);
    return this.usedBytes(node) + more - this.setup.limitBytes;
  }

  #entryBytes(key: KeyId, valueBytes: number): number {
    const expires = this.#expiry !== null && this.#expiry.ttlOf(key) > 0;
    const keyBytes = this.#keys.read(key, this.#name);
    return keyBytes + valueBytes + this.setup.overheadBytes + (expires ? EXPIRY_BYTES : 0);
  }

  /** The key that goes next; NONE when none may. */
  victim(node: NodeId): KeyId {
    const { policy, entries } = this.#nodes[node]!;
    const slot = policy.victim();
    return slot === NONE ? NONE : entries.keyAt(slot);
  }

  put(node: NodeId, key: KeyId, valueBytes: number): void {
    this.#store(this.#nodes[node]!, key, this.#entryBytes(key, valueBytes));
    this.peakBytes[node] = Math.max(this.peakBytes[node]!, this.usedBytes(node));
  }

  /** COLD. An entry as large as it was. */
  restore(node: NodeId, key: KeyId, entryBytes: number): void {
    this.#store(this.#nodes[node]!, key, entryBytes);
    this.peakBytes[node] = Math.max(this.peakBytes[node]!, this.usedBytes(node));
  }

  #store({ entries, all, volatile, policy }: NodeMemory, key: KeyId, bytes: number): number {
    let slot = entries.slotOf(key);
    if (slot !== NONE) {
      entries.resize(slot, bytes);
      policy.accessed(slot);
    } else {
      if (!entries.hasFree) {
        entries.grow();
        for (const part of [all, volatile, policy]) part.grow(entries.capacity);
      }
      slot = entries.add(key, bytes);
      all.add(slot);
      policy.added(slot);
    }
    if (this.#expiry !== null) {
      if (this.#expiry.ttlOf(key) > 0) volatile.add(slot);
      else volatile.remove(slot);
    }
    return slot;
  }

  /** A read found the key. */
  accessed(node: NodeId, key: KeyId): void {
    const { entries, policy } = this.#nodes[node]!;
    policy.accessed(entries.slotOf(key));
  }

  remove(node: NodeId, key: KeyId): void {
    const { entries, all, volatile, policy } = this.#nodes[node]!;
    const slot = entries.slotOf(key);
    if (slot === NONE) return;
    policy.removed(slot);
    all.remove(slot);
    volatile.remove(slot);
    entries.remove(slot);
  }

  /** COLD. */
  clear(node: NodeId): void {
    this.#nodes[node] = this.#empty();
  }

  /** COLD. `to` holds what `from` holds, as old and as popular: a snapshot carries that (RDB's LRU and LFU opcodes). */
  copy(from: NodeId, to: NodeId): void {
    this.clear(to);
    const [source, copy] = [this.#nodes[from]!, this.#nodes[to]!];
    for (const fromSlot of source.policy.slots()) {
      const slot = this.#store(copy, source.entries.keyAt(fromSlot), source.entries.bytesAt(fromSlot));
      copy.policy.inherit?.(slot, source.policy, fromSlot);
    }
    this.peakBytes[to] = Math.max(this.peakBytes[to]!, this.usedBytes(to));
  }

  /** A key with a time to live, drawn at random; NONE where there is none. */
  anyVolatile(node: NodeId): KeyId {
    const { entries, volatile } = this.#nodes[node]!;
    return volatile.size === 0 ? NONE : entries.keyAt(volatile.any(this.#rng));
  }
}
