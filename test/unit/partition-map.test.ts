/** Unit: the map of partitions in the result, and how a report draws it. */
import { expect, test } from 'vitest';
import {
  columnsOf,
  type Moment,
  ownersOf,
  partitionAt,
  shapesOf,
} from '../../reports/charts/partition-shapes.ts';
import { partitionMaps } from '../../reports/page/partition-maps.ts';
import { parseResult } from '../../reports/read.ts';
import type { PartitionMap } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import { registry } from '../../strategies/index.ts';
import { redisSlot } from '../../strategies/placement/redis-slots.ts';
import { findModule } from '../../strategies/registry.ts';
import { sampleResult } from '../sample-result.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

function mapUnder(name: string, overrides: Partial<Overrides> = {}, params: object = {}) {
  const module = findModule(registry, 'placement', name)!;
  const placement = { module, params: module.params.parse(params) };
  const setup = buildSetup({
    ratePerSec: 3000,
    durationNs: 10e9,
    shards: 4,
    keys: { kind: 'uniform', count: 50_000 },
    ...overrides,
    strategy: { ...overrides.strategy, placement },
  });
  const result = run(setup, 1);
  return { map: result.partitions!, result };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const octaveAt = ({ octaves }: PartitionMap, partition: number) => Number.parseInt(octaves[partition]!, 36);

test('all of the load of one key is found in its slot, and every request in some slot', () => {
  const keys = { kind: 'hot-set', count: 1000, hotCount: 1, hotShare: 0.5 } as const;
  const { map, result } = mapUnder('redis-slots', { keys });
  const name = new TextEncoder().encode(result.hotKeys[0]!.key);
  const [slot, requests] = map.hottest[0]!;
  expect(slot).toBe(redisSlot(name, 0, name.length));
  expect(requests / result.requests.offered).toBeCloseTo(result.hotKeys[0]!.share, 2);
  expect(octaveAt(map, slot)).toBe(Math.floor(Math.log2(requests)) + 1);
  expect(sum(map.requests)).toBe(result.requests.offered);
  expect(map.owners.map(([shard]) => shard)).toEqual([0, 1, 2, 3]);
  expect(map.octaves).toHaveLength(16_384);
  // 16,384 slots, 1000 keys: nobody asks for most of them.
  expect(map.octaves.split('0').length - 1).toBeGreaterThan(15_000);
});

test('what moved is told with its owner at the end, and so is the load that went with it', () => {
  const module = findModule(registry, 'rebalance', 'redis-cli')!;
  const rebalance = { module, params: module.params.parse({ every: '1s' }) };
  const { map, result } = mapUnder('redis-slots', { strategy: { rebalance } }, { emptyShards: 1 });
  expect(map.moved).toHaveLength(result.rebalance!.partitionsMoved);
  expect(new Set(map.moved.map(([, shard]) => shard))).toEqual(new Set([3]));
  expect(map.requests[3]).toBe(0);
  const share = map.moved.length / 16_384;
  const total = result.requests.offered;
  const error = Math.sqrt(share * (1 - share) * (1 / 50_000 + 1 / total));
  expect(Math.abs(map.requestsAfter[3]! / total - share)).toBeLessThan(4 * error);
  expect(sum(map.requestsAfter)).toBe(total);
});

test.each(['consistent-hash', 'envoy-ring', 'groupcache'])(
  '%s: the arcs of the ring are as long as the load on their shards says',
  (name) => {
    const { map, result } = mapUnder(name);
    const owner = ownersOf(map.owners);
    expect(map.arcEnds).toHaveLength(owner.length);
    expect(map.arcEnds).toEqual(map.arcEnds.toSorted((a, b) => a - b));
    for (const [shard, requests] of map.requests.entries()) {
      const arcs = map.arcEnds.map((end, i) =>
        i === 0 ? end + 1 - map.arcEnds.at(-1)! : end - map.arcEnds[i - 1]!,
      );
      const share = sum(arcs.filter((_, i) => owner[i] === shard));
      const total = result.requests.offered;
      const error = Math.sqrt(share * (1 - share) * (1 / 50_000 + 1 / total));
      expect(Math.abs(requests / total - share)).toBeLessThan(4 * error);
    }
  },
);

test('without partitions to speak of there is no map', () => {
  expect(mapUnder('jump').map).toBeNull();
  expect(mapUnder('rendezvous').map).toBeNull();
});

test('strategies whose partitions lie alike share a map', () => {
  const maps = Object.values(partitionMaps(sampleResult().runs));
  expect(maps.map(({ noun }) => noun).toSorted()).toEqual(['arc', 'slot']);
  expect(sum(maps.map(({ strategies }) => strategies.length))).toBe(5);
});

const momentOf = (owner: number[]): Moment => ({ owner, other: owner });

test('squares cover the map once, and each is found under its pointer', () => {
  const map = sampleResult().runs.find((one) => one.partitions?.arcEnds.length === 0)!.partitions!;
  for (const coloring of ['load', 'owner'] as const) {
    const paths = shapesOf(map, momentOf(ownersOf(map.owners)), coloring)
      .map(({ path }) => path)
      .join('');
    const areas = Array.from(
      paths.matchAll(/h([\d.]+)v([\d.]+)h-/g),
      ([, wide, high]) => Number(wide) * Number(high),
    );
    expect(sum(areas)).toBeCloseTo(128 * 128, 3);
  }
  const columns = columnsOf(16_384);
  expect(columns).toBe(128);
  expect(partitionAt(map, 3.5, 2.5)).toBe(2 * 128 + 3);
  expect(partitionAt(map, -1, 2)).toBeNull();
  expect(partitionAt(map, 5, 128.5)).toBeNull();
});

test('arcs begin at the top and go clockwise; the last one closes the circle', () => {
  const ring: PartitionMap = {
    arcEnds: [0.1, 0.5, 0.9],
    owners: [
      [0, 1],
      [1, 1],
      [2, 1],
    ],
    moved: [],
    octaves: '123',
    requests: [1, 2, 4],
    requestsAfter: [1, 2, 4],
    hottest: [],
  };
  const near = (turn: number) =>
    partitionAt(ring, 64 + 60 * Math.sin(2 * Math.PI * turn), 64 - 60 * Math.cos(2 * Math.PI * turn));
  expect([0.05, 0.3, 0.7, 0.95].map(near)).toEqual([0, 1, 2, 0]);
  expect(partitionAt(ring, 64, 64)).toBeNull();
  expect(shapesOf(ring, momentOf([0, 1, 2]), 'owner')).toHaveLength(6);
});

test('a map whose parts do not fit is refused, and told where', () => {
  const broken = (change: Partial<PartitionMap>) => {
    const result = sampleResult();
    const [first] = result.runs;
    first!.partitions = { ...first!.partitions!, ...change };
    return () => parseResult(JSON.stringify(result), 'x.json');
  };
  expect(broken({})).not.toThrow();
  expect(broken({ octaves: '12' })).toThrow(
    /runs\[0\]\.partitions: owners has \d+ partitions, but octaves has 2/,
  );
  expect(broken({ moved: [[20_000, 1]] })).toThrow('names a partition beyond the last');
  expect(broken({ requestsAfter: [1] })).toThrow('requestsAfter has 1');
});
