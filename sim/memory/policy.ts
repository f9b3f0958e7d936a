/** Who has to go when a node's memory is full: the contract of eviction policies. One instance serves one node. */
import type { Expiry } from '../expiry.ts';
import type { EvictionName } from '../setup.ts';
import type { Nanos, Rng } from '../strategy.ts';
import type { Entries } from './entries.ts';
import type { SlotSet } from './slot-set.ts';

export interface EvictionPolicy {
  /** COLD. From now on slots up to this one occur. */
  grow(capacity: number): void;
  /** HOT. The slot holds a new entry. */
  added(slot: number): void;
  /** HOT. The entry was read or written. */
  accessed(slot: number): void;
  /** HOT. The entry goes. */
  removed(slot: number): void;
  /** The slot of the entry to evict; NONE when none may be. Whoever asks evicts it. */
  victim(): number;
  /** COLD. Every slot, in the order in which a copy takes them: the first to go first where there is such an order. */
  slots(): Iterable<number>;
  /** COLD. A copy's entry is as old, or as popular, as the one it was copied from. */
  inherit?(slot: number, from: EvictionPolicy, fromSlot: number): void;
}

export interface PolicyContext {
  readonly name: EvictionName;
  readonly entries: Entries;
  /** All slots in use; filled only for policies that draw from it. */
  readonly all: SlotSet;
  /** Slots of entries with a time to live. */
  readonly volatile: SlotSet;
  /** Entries looked at per eviction (maxmemory-samples). */
  readonly samples: number;
  readonly limitBytes: number;
  readonly keyCount: number;
  readonly rng: Rng;
  readonly time: { readonly nowNs: Nanos };
  /** Null where no key ever expires. */
  readonly expiry: Expiry | null;
}
