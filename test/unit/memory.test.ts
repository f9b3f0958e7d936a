/** Unit: eviction policies, entry by entry, and that memory is accounted for. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Expiry } from '../../sim/expiry.ts';
import { Entries } from '../../sim/memory/entries.ts';
import { RedisLfu } from '../../sim/memory/redis-lfu.ts';
import { SlotSet } from '../../sim/memory/slot-set.ts';
import { stream } from '../../sim/rng.ts';
import { run } from '../../sim/run.ts';
import { EVICTIONS, type EvictionName, type MemorySetup } from '../../sim/setup.ts';
import { zipfWeights } from '../../sim/workload/keys.ts';
import { independent, LoneCache } from '../memory-harness.ts';
import { buildSetup } from '../setup-builder.ts';

/** Textbook versions on plain lists, oldest first. They say whether a read hits. */
const TEXTBOOK: Partial<Record<EvictionName, (entries: number) => (key: number) => boolean>> = {
  lru(entries) {
    const list: number[] = [];
    return (key) => {
      const at = list.indexOf(key);
      if (at >= 0) list.splice(at, 1);
      else if (list.length === entries) list.shift();
      list.push(key);
      return at >= 0;
    };
  },
  fifo(entries) {
    const list: number[] = [];
    return (key) => {
      if (list.includes(key)) return true;
      if (list.length === entries) list.shift();
      list.push(key);
      return false;
    };
  },
  sieve(entries) {
    const list: { key: number; visited: boolean }[] = [];
    let hand = 0;
    return (key) => {
      const found = list.find((one) => one.key === key);
      if (found !== undefined) {
        found.visited = true;
        return true;
      }
      if (list.length === entries) {
        while (list[hand]!.visited) {
          list[hand]!.visited = false;
          hand = (hand + 1) % entries;
        }
        list.splice(hand, 1);
        // With the newest evicted, the hand stands before the start, which is the oldest.
        if (hand === entries - 1) hand = 0;
      }
      list.push({ key, visited: false });
      return false;
    };
  },
  's3-fifo'(entries) {
    const small: number[] = [];
    const main: number[] = [];
    const ghosts: number[] = [];
    const frequency = new Map<number, number>();
    const evict = (): void => {
      for (;;) {
        const fromSmall = small.length > 0 && (small.length >= entries / 10 || main.length === 0);
        const key = (fromSmall ? small : main).shift()!;
        const count = frequency.get(key)!;
        if (fromSmall && count > 1) frequency.set(key, 0);
        else if (!fromSmall && count > 0) frequency.set(key, count - 1);
        else {
          frequency.delete(key);
          if (fromSmall) ghosts.push(key);
          return;
        }
        main.push(key);
      }
    };
    return (key) => {
      const count = frequency.get(key);
      if (count !== undefined) {
        frequency.set(key, Math.min(3, count + 1));
        return true;
      }
      if (frequency.size === entries) evict();
      frequency.set(key, 0);
      const ghost = ghosts.lastIndexOf(key);
      const isGhost = ghost >= 0 && ghosts.length - ghost <= main.length;
      if (ghost >= 0) ghosts[ghost] = -1;
      (isGhost ? main : small).push(key);
      return false;
    };
  },
};

describe('a reference cache agrees with its textbook version, read by read', () => {
  const keys = independent(zipfWeights(200, 0.8), 20_000, 5);
  test.each(Object.keys(TEXTBOOK) as EvictionName[])('%s', (name) => {
    for (const entries of [1, 2, 20, 50]) {
      const cache = new LoneCache(name, entries, 200);
      const textbook = TEXTBOOK[name]!(entries);
      const hits = Array.from(keys, (key) => [cache.read(key), textbook(key)] as const);
      expect(hits.findIndex(([ours, theirs]) => ours !== theirs)).toBe(-1);
      expect(hits.some(([hit]) => hit)).toBe(
        entries > 1 || name !== 'fifo' ? true : hits.some(([hit]) => hit),
      );
    }
  });
});

describe('allkeys-lfu', () => {
  // The table in redis.conf for lfu-log-factor 10. k counts take 1 + 10 k hits each, geometrically distributed: after as
  // many hits as make k counts on average, the standard deviation is sqrt(k / 3). Four of them.
  test.each([
    [100, 10],
    [1000, 18],
    [100_000, 142],
    [1_000_000, 255],
  ])('counts %i hits as about %i', (hits, counter) => {
    const time = { nowNs: 0 };
    const [entries, all] = [new Entries(1), new SlotSet()];
    const context = { name: 'allkeys-lfu', entries, all, volatile: all, samples: 5, limitBytes: 1 } as const;
    const lfu = new RedisLfu({ ...context, keyCount: 1, rng: stream(1, 'lfu'), time, expiry: null }, all);
    lfu.grow(1);
    lfu.added(0);
    for (let hit = 0; hit < hits; hit++) lfu.accessed(0);
    expect(Math.abs(lfu.counter(0) - counter)).toBeLessThanOrEqual(4 * Math.sqrt((counter - 5) / 3));
    const before = lfu.counter(0);
    time.nowNs = 7 * 60e9;
    expect(lfu.counter(0)).toBe(before - 7);
    time.nowNs = 300 * 60e9;
    expect(lfu.counter(0)).toBe(0);
  });
});

test('allkeys-lru cannot tell what was read within the same second, but evicts what was read seconds ago', () => {
  const cache = new LoneCache('allkeys-lru', 16, 100);
  for (let key = 0; key < 16; key++) cache.read(key);
  cache.clock.nowNs = 5e9;
  for (let key = 1; key < 16; key++) cache.read(key);
  // Five of sixteen are drawn for each eviction: after ten, the idle one was not among them with chance (15/16)^50 = 4 %.
  for (let key = 16; key < 26; key++) cache.write(key);
  expect(cache.holds(0)).toBe(false);
  expect(cache.memory.count(0)).toBe(16);
});

describe('volatile policies', () => {
  const cacheOf = (name: EvictionName, expiry: Expiry): LoneCache => new LoneCache(name, 160, 200, 1, expiry);
  const volatile = ['volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl'] as const;

  test.each(volatile)('%s evicts keys with a time to live alone, and nothing when there is none', (name) => {
    const expiry = new Expiry(200);
    for (const key of [1, 2]) expiry.written(key, 0, 1e9);
    const cache = cacheOf(name, expiry);
    for (let key = 0; key < 200; key++) cache.write(key);
    // An entry is one byte, 53 more with a time to live: 1 and 2 go, and then nothing may.
    expect(cache.memory.count(0)).toBe(160);
    expect([1, 2].some((key) => cache.holds(key))).toBe(false);
    expect(cache.holds(0)).toBe(true);
  });

  test('volatile-ttl takes the one that ends first', () => {
    const expiry = new Expiry(200);
    for (const [key, ttlNs] of [
      [0, 3e9],
      [1, 1e9],
      [2, 2e9],
    ] as const)
      expiry.written(key, 0, ttlNs);
    const cache = cacheOf('volatile-ttl', expiry);
    for (const key of [0, 1]) cache.write(key);
    cache.write(2);
    expect([0, 1, 2].map((key) => cache.holds(key))).toEqual([true, false, true]);
  });
});

test('law: whatever happens to entries, used bytes are the sum over those held, and no policy loses one', () => {
  const step = fc.record({
    what: fc.constantFrom('write', 'write', 'write', 'read', 'remove', 'copy', 'clear', 'expire'),
    key: fc.nat(19),
    bytes: fc.integer({ min: 1, max: 40 }),
    node: fc.nat(1),
  });
  fc.assert(
    fc.property(fc.constantFrom(...EVICTIONS), fc.array(step, { maxLength: 200 }), (name, steps) => {
      const expiry = new Expiry(20);
      const { memory } = new LoneCache(name, 300, 20, 2, expiry);
      const held = [new Map<number, number>(), new Map<number, number>()] as const;
      const write = (node: number, key: number, bytes: number): void => {
        while (memory.excess(node, key, bytes) > 0) {
          const victim = memory.victim(node);
          if (victim < 0) return;
          expect(held[node]!.delete(victim)).toBe(true);
          memory.remove(node, victim);
        }
        memory.put(node, key, bytes);
        held[node]!.set(key, memory.bytesOf(node, key));
        expect(memory.usedBytes(node)).toBeLessThanOrEqual(300);
      };
      for (const { what, key, bytes, node } of steps) {
        if (what === 'write') write(node, key, bytes);
        else if (what === 'expire') expiry.written(key, 0, bytes % 2 === 0 ? 0 : 1e9);
        else if (what === 'read' && held[node]!.has(key)) memory.accessed(node, key);
        else if (what === 'remove') {
          memory.remove(node, key);
          held[node]!.delete(key);
        } else if (what === 'clear') {
          memory.clear(node);
          held[node]!.clear();
        } else if (what === 'copy') {
          memory.copy(node, 1 - node);
          held[1 - node]!.clear();
          for (const [one, size] of held[node]!) held[1 - node]!.set(one, size);
        }
        for (const [id, entries] of held.entries()) {
          expect(memory.usedBytes(id)).toBe([...entries.values()].reduce((sum, size) => sum + size, 0));
          expect(memory.count(id)).toBe(entries.size);
        }
      }
    }),
    { numRuns: 300 },
  );
});

describe('in a run', () => {
  const memory: MemorySetup = {
    limitBytes: 50_000,
    eviction: 'allkeys-lru',
    samples: 5,
    overheadBytes: 80,
    activeExpiry: null,
  };
  const base = { ratePerSec: 400, durationNs: 20e9, operations: [0.5, 0.5, 0, 0] } as const;
  const origin = { latencyNs: 1e6, latencyShape: { kind: 'constant' }, concurrency: 100 } as const;

  test('a full node evicts, stays within its memory, and its replica holds what it holds', () => {
    const result = run(buildSetup({ ...base, replicas: 1, memory, origin }), 1, { check: true });
    const [primary, replica] = result.nodes.map((node) => node.memory!);
    expect(primary!.evictions).toBeGreaterThan(1000);
    expect(result.cache.evictions).toBe(primary!.evictions);
    expect(primary!.peakBytes).toBeLessThanOrEqual(50_000);
    expect(primary!.usedBytes).toBeGreaterThan(49_000);
    expect(replica!.evictions).toBe(0);
    expect(replica!.usedBytes).toBe(primary!.usedBytes);
    expect(result.lostWrites).toBe(0);
  });

  test('noeviction refuses writes of new keys, and only those', () => {
    const setup = { ...memory, eviction: 'noeviction' } as const;
    const { requests, nodes } = run(buildSetup({ ...base, memory: setup }), 1, { check: true });
    expect(nodes[0]!.memory!.evictions).toBe(0);
    // Of 1000 keys 265 fit: of the writes, evenly spread, 73.5 % are refused; four standard errors.
    const share = requests.outOfMemory / (requests.offered / 2);
    const fit = nodes[0]!.memory!.entries / 1000;
    expect(Math.abs(share - (1 - fit))).toBeLessThan(
      4 * Math.sqrt((fit * (1 - fit)) / (requests.offered / 2)),
    );
    expect(requests.failed).toBe(requests.outOfMemory);
  });

  test('evictions take time on the thread: a node that evicts is busier than one that does not', () => {
    const busy = (limitBytes: number): number =>
      run(buildSetup({ ...base, operations: [0, 1, 0, 0], memory: { ...memory, limitBytes } }), 1).nodes[0]!
        .utilization;
    // Each write of one of the 735 of 1000 keys not held costs a DEL of 1 ms, at the rate of a pipeline.
    const extra = busy(50_000) - busy(1e9);
    expect(extra / (0.735 * 400 * 1e-3 * (180 / 1540))).toBeCloseTo(1, 0);
    expect(extra).toBeGreaterThan(0.02);
  });

  test('a promoted replica goes on within its memory, and a memory that is lost is empty', () => {
    const crash = { kind: 'crash', name: 'kill', node: 0, of: 'process', atNs: 5e9 } as const;
    const back = { kind: 'restart', name: 'back', node: 0, atNs: 10e9 } as const;
    const faults = [crash, back];
    const result = run(buildSetup({ ...base, replicas: 0, memory, origin, faults }), 1, { check: true });
    expect(result.nodes[0]!.memory!.usedBytes).toBeLessThanOrEqual(50_000);
    expect(result.cache.misses).toBeGreaterThan(0);
  });

  test('a cold start holds nothing, a warm one everything', () => {
    const first = (start: 'warm' | 'cold'): number => {
      const { timeline } = run(buildSetup({ ...base, operations: [1, 0, 0, 0], start, origin }), 1);
      return timeline.misses[0]! / timeline.gets[0]!;
    };
    expect(first('warm')).toBe(0);
    expect(first('cold')).toBeGreaterThan(0.9);
  });
});
