/** Real systems: groupcache was run; Envoy's ring reproduces the golden rings of Envoy's own unit tests. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { envoyPoints, envoyRing } from '../../strategies/placement/envoy-ring.ts';
import { groupcache } from '../../strategies/placement/groupcache.ts';
import type { RingPoint } from '../../strategies/placement/ring.ts';
import { countedKeys, countOwned, keyNamesOf, ownersOf, shardsNamed } from '../contract/placement.ts';
import go from './vectors/groupcache.json' with { type: 'json' };
import envoy from './vectors/ring_envoy.json' with { type: 'json' };

describe('envoy-ring', () => {
  const maximumRingSize = 8_388_608;
  const sorted = (points: readonly RingPoint[]) =>
    points
      .map(({ upper, lower, shard }) => [(BigInt(upper) << 32n) | BigInt(lower), shard] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([position, shard]) => [String(position), shard]);

  test.each([
    ['min_ring_12_127.0.0.1:90..95', 90, 'xxh64'],
    ['murmur2_min_ring_12_127.0.0.1:80..85', 80, 'murmur2'],
  ] as const)('golden ring %s', (golden, firstPort, hashFunction) => {
    const shards = shardsNamed(Array.from({ length: 6 }, (_, i) => `127.0.0.1:${firstPort + i}`));
    const points = envoyPoints(shards, { minimumRingSize: 12, maximumRingSize, hashFunction });
    expect(sorted(points)).toEqual(envoy.golden[golden]);
  });

  test.each(envoy.configs)('$name', ({ hosts, weights, minimum_ring_size, ...config }) => {
    const shards = shardsNamed(hosts, weights);
    const points = envoyPoints(shards, {
      minimumRingSize: minimum_ring_size,
      maximumRingSize,
      hashFunction: 'xxh64',
    });
    expect(points).toHaveLength(config.ring_size);
    expect(
      countOwned(
        points.map(({ shard }) => shard),
        hosts.length,
      ),
    ).toEqual(config.hashes_per_host);
    expect(sorted(points).slice(0, config.first_points.length)).toEqual(config.first_points);
    const place = (keys: ReturnType<typeof keyNamesOf>) => {
      const params = envoyRing.params.parse({ minimumRingSize: minimum_ring_size });
      return ownersOf(envoyRing.create(params, { keys, shards }).build(shards), keys.count);
    };
    expect([...place(keyNamesOf(config.vectors.map(({ key }) => key)))]).toEqual(
      config.vectors.map(({ host_index }) => host_index),
    );
    expect(countOwned(place(countedKeys(100_000)), hosts.length)).toEqual(config.bulk_100k_counts);
  });

  test('the lightest host has at least one point, up to the maximum of the ring', () => {
    const shards = shardsNamed(['a', 'b', 'c'], [1, 1000, 1000]);
    const size = (limit: number) =>
      envoyPoints(shards, { minimumRingSize: 1024, maximumRingSize: limit, hashFunction: 'xxh64' }).length;
    expect(size(maximumRingSize)).toBe(2001);
    expect(size(1500)).toBe(1500);
  });
});

describe('groupcache', () => {
  test.each(go.configs)('$name', ({ nodes, replicas, vectors, ...config }) => {
    const shards = shardsNamed(nodes);
    const place = (keys: ReturnType<typeof keyNamesOf>) => {
      const params = groupcache.params.parse({ replicas });
      const table = groupcache.create(params, { keys, shards }).build(shards);
      return Array.from(ownersOf(table, keys.count), (id) => nodes[id]!);
    };
    expect(place(keyNamesOf(vectors.map(({ key }) => key)))).toEqual(vectors.map(({ node }) => node));
    const bulk = place(countedKeys(100_000));
    expect(Object.fromEntries(nodes.map((node) => [node, bulk.filter((n) => n === node).length]))).toEqual(
      config.bulk_100k_counts,
    );
    const text = bulk.map((node) => `${node}\n`).join('');
    expect(createHash('sha256').update(text).digest('hex')).toBe(config.bulk_100k_sha256_of_node_names);
  });
});
