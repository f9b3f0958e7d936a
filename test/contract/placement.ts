/**
 * What every placement promises, whoever wrote it: `placementContract` runs on each module of the registry and may
 * be run on a plug-in. `keyNamesOf` and `shardsNamed` give any placement test its keys and shards.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import {
  type KeyNames,
  NONE,
  type Placement,
  type PlacementModule,
  type PlacementTable,
  type ShardInfo,
} from '../../sim/strategy.ts';

/** Key names from text or bytes. */
export function keyNamesOf(names: readonly (string | Uint8Array)[]): KeyNames {
  const encoder = new TextEncoder();
  const bytes = names.map((name) => (typeof name === 'string' ? encoder.encode(name) : name));
  return {
    count: names.length,
    maxBytes: bytes.reduce((longest, name) => Math.max(longest, name.length), 0),
    read(key, out) {
      out.set(bytes[key]!);
      return bytes[key]!.length;
    },
  };
}

/** `key:0`, `key:1`, ... */
export function countedKeys(count: number): KeyNames {
  return keyNamesOf(Array.from({ length: count }, (_, key) => `key:${key}`));
}

export function shardsNamed(names: readonly string[], weights?: readonly number[]): ShardInfo[] {
  return names.map((name, id) => ({ id, name, weight: weights?.[id] ?? 1, zone: id % 3 }));
}

export function shardsCounted(count: number): ShardInfo[] {
  return shardsNamed(Array.from({ length: count }, (_, id) => `10.0.0.${id + 1}:11211`));
}

/** [key] preferred shard. */
export function ownersOf(table: PlacementTable, keyCount: number): Int32Array {
  return Int32Array.from(
    { length: keyCount },
    (_, key) => table.owners[table.partitionOf(key) * table.depth]!,
  );
}

/** [shard] how often it occurs. */
export function countOwned(owners: ArrayLike<number>, shardCount: number): number[] {
  const counts = new Array<number>(shardCount).fill(0);
  for (let i = 0; i < owners.length; i++) counts[owners[i]!]!++;
  return counts;
}

export interface MovementPromise {
  /** When any one shard leaves: the greatest share of the survivors' keys that may move. */
  readonly survivorsMoved: number;
}

const KEYS = 20_000;
const SHARDS = 10;

/** `params` as a user writes them; `promise` as the algorithm states it. */
export function placementContract(
  module: PlacementModule,
  params: Readonly<Record<string, unknown>>,
  promise: MovementPromise,
): void {
  const keys = countedKeys(KEYS);
  const shards = shardsCounted(SHARDS);
  const create = (): Placement => module.create(module.params.parse(params), { keys, shards });

  describe(`placement ${module.name} ${JSON.stringify(params)}`, () => {
    test('every partition lists different live shards, preferred first, NONE only at the end', () => {
      const table = create().build(shards);
      expect(table.depth).toBeGreaterThanOrEqual(1);
      expect(table.owners).toHaveLength(table.partitionCount * table.depth);
      for (let at = 0; at < table.owners.length; at += table.depth) {
        const list = [...table.owners.subarray(at, at + table.depth)];
        const listed = list.filter((shard) => shard !== NONE);
        expect(new Set(listed).size).toBe(listed.length);
        expect(list.slice(listed.length).every((shard) => shard === NONE)).toBe(true);
        expect(listed.every((shard) => shard >= 0 && shard < SHARDS)).toBe(true);
      }
    });

    test('every key has a partition with an owner, and every shard owns some keys', () => {
      const table = create().build(shards);
      for (let key = 0; key < KEYS; key++) {
        const partition = table.partitionOf(key);
        expect(Number.isInteger(partition) && partition >= 0 && partition < table.partitionCount).toBe(true);
      }
      const owners = new Set(ownersOf(table, KEYS));
      expect([...owners].toSorted((a, b) => a - b)).toEqual(shards.map((shard) => shard.id));
    });

    test('the same input gives the same table, in any instance', () => {
      const placement = create();
      const [first, again, other] = [
        placement.build(shards),
        placement.build(shards),
        create().build(shards),
      ];
      expect(ownersOf(again, KEYS)).toEqual(ownersOf(first, KEYS));
      expect(ownersOf(other, KEYS)).toEqual(ownersOf(first, KEYS));
    });

    test('a subset is answered with the subset alone, down to a single shard', () => {
      const placement = create();
      for (const members of [shards.filter((shard) => shard.id % 3 === 1), shards.slice(7, 8)]) {
        const ids = new Set(members.map((shard) => shard.id));
        const table = placement.build(members);
        expect(ownersOf(table, KEYS).every((shard) => ids.has(shard))).toBe(true);
        expect(table.owners.every((shard) => shard === NONE || ids.has(shard))).toBe(true);
      }
    });

    test('tables share no state: building and asking another one changes nothing', () => {
      const placement = create();
      const full = placement.build(shards);
      const before = ownersOf(full, KEYS);
      const smaller = placement.build(shards.slice(2, 9));
      ownersOf(smaller, KEYS);
      expect(ownersOf(full, KEYS)).toEqual(before);
      smaller.owners.fill(NONE);
      expect(ownersOf(full, KEYS)).toEqual(before);
      expect(ownersOf(placement.build(shards), KEYS)).toEqual(before);
    });

    test(`when a shard leaves, at most ${promise.survivorsMoved} of the survivors' keys move`, () => {
      const placement = create();
      const before = ownersOf(placement.build(shards), KEYS);
      for (const leaving of shards) {
        const after = ownersOf(placement.build(shards.filter((shard) => shard !== leaving)), KEYS);
        const kept = before.reduce((sum, owner) => sum + Number(owner !== leaving.id), 0);
        const moved = before.reduce(
          (sum, owner, key) => sum + Number(owner !== leaving.id && owner !== after[key]),
          0,
        );
        expect(moved / kept).toBeLessThanOrEqual(promise.survivorsMoved);
      }
    });

    test('partitionOf allocates nothing', () => {
      expect(leastHeapGrowth(create().build(shards))).toBeLessThan(CALLS_PER_SAMPLE);
    });
  });
}

const CALLS_PER_SAMPLE = 200_000;

/**
 * The least heap growth over five samples of calls [bytes]; one boxed number per call would be at least 12 times
 * the number of calls, while a sample disturbed by the compiler's own work is not the least.
 */
function leastHeapGrowth(table: PlacementTable): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const sample = (): number => {
    let sum = 0;
    for (let call = 0; call < CALLS_PER_SAMPLE; call++) sum += table.partitionOf(call % KEYS);
    return sum;
  };
  sample();
  sample();
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    collect();
    const before = process.memoryUsage().heapUsed;
    sample();
    least = Math.min(least, process.memoryUsage().heapUsed - before);
  }
  return least;
}
