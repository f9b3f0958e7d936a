/** A cache on its own, without nodes, clients or network: entries of one byte, filled on a miss. */
import { Clock } from '../sim/clock.ts';
import { EventQueue } from '../sim/event-queue.ts';
import type { Expiry } from '../sim/expiry.ts';
import { Memory } from '../sim/memory/memory.ts';
import { stream } from '../sim/rng.ts';
import type { EvictionName, MemorySetup } from '../sim/setup.ts';
import { NONE } from '../sim/strategy.ts';
import { AliasTable } from '../sim/workload/alias-table.ts';

/** Names without a byte: an entry is as large as its value. */
const namesOf = (count: number) => ({ count, maxBytes: 1, read: () => 0 });

export class LoneCache {
  readonly clock = new Clock(new EventQueue());
  readonly memory: Memory;

  constructor(
    eviction: EvictionName,
    entries: number,
    keyCount: number,
    nodes = 1,
    expiry: Expiry | null = null,
  ) {
    const setup: MemorySetup = {
      limitBytes: entries,
      eviction,
      samples: 5,
      overheadBytes: 0,
      activeExpiry: null,
    };
    this.memory = new Memory(setup, nodes, namesOf(keyCount), this.clock, stream(1, eviction), expiry);
  }

  holds(key: number): boolean {
    return this.memory.bytesOf(0, key) > 0;
  }

  /** Whether the read hits; a miss is filled. */
  read(key: number): boolean {
    const { memory } = this;
    if (this.holds(key)) {
      memory.accessed(0, key);
      return true;
    }
    this.write(key);
    return false;
  }

  write(key: number): void {
    const { memory } = this;
    while (memory.excess(0, key, 1) > 0) {
      const victim = memory.victim(0);
      if (victim === NONE) return;
      memory.remove(0, victim);
    }
    memory.put(0, key, 1);
  }
}

/** Independent requests: `count` keys by weight. */
export function independent(
  weights: readonly number[] | Float64Array,
  count: number,
  seed: number,
): Int32Array {
  const table = new AliasTable(Float64Array.from(weights), count);
  const keys = new Int32Array(count);
  table.fill(stream(seed, 'independent'), keys, count);
  return keys;
}
