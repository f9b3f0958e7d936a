/** Real systems: libmemcached 1.1.4, nutcracker (twemproxy) 0.5.0 and last.fm's libketama were run for these vectors. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { KeyNames, Placement, PlacementTable, ShardInfo } from '../../sim/strategy.ts';
import { keyHashByName } from '../../strategies/hash/by-name.ts';
import { hashText } from '../../strategies/hash/hash.ts';
import { consistentHash } from '../../strategies/placement/consistent-hash.ts';
import { type KetamaVariant, ketamaPoints } from '../../strategies/placement/ketama.ts';
import { modulo } from '../../strategies/placement/modulo.ts';
import { Ring } from '../../strategies/placement/ring.ts';
import { countedKeys, countOwned, keyNamesOf, ownersOf, shardsNamed } from '../contract/placement.ts';
import libketama from './vectors/ketama_lastfm_libketama.json' with { type: 'json' };
import libmemcached from './vectors/ketama_libmemcached.json' with { type: 'json' };
import twemproxy from './vectors/ketama_twemproxy.json' with { type: 'json' };

type Make = (keys: KeyNames, shards: readonly ShardInfo[]) => Placement;

function ring(params: Record<string, unknown>): Make {
  return (keys, shards) => consistentHash.create(consistentHash.params.parse(params), { keys, shards });
}
function modular(params: Record<string, unknown>): Make {
  return (keys, shards) => modulo.create(modulo.params.parse(params), { keys, shards });
}

function agree(
  make: Make,
  shards: readonly ShardInfo[],
  vectors: readonly { key: string; server_index: number }[],
  bulk: { counts: number[]; sha256: string },
): void {
  const names = keyNamesOf(vectors.map(({ key }) => key));
  expect([...ownersOf(make(names, shards).build(shards), names.count)]).toEqual(
    vectors.map(({ server_index }) => server_index),
  );
  const bulkCount = bulk.counts.reduce((sum, count) => sum + count, 0);
  const owners = ownersOf(make(countedKeys(bulkCount), shards).build(shards), bulkCount);
  expect(countOwned(owners, shards.length)).toEqual(bulk.counts);
  const text = Array.from(owners, (owner) => `${owner}\n`).join('');
  expect(createHash('sha256').update(text).digest('hex')).toBe(bulk.sha256);
}

function pointCounts(variant: KetamaVariant, shards: readonly ShardInfo[]): number[] {
  const points = ketamaPoints(variant, shards, keyHashByName['one-at-a-time']);
  return countOwned(
    points.map(({ shard }) => shard),
    shards.length,
  );
}

describe('libmemcached', () => {
  const modes: Readonly<Record<string, Make>> = {
    weighted: ring({}),
    ketama: ring({ variant: 'libmemcached' }),
    ketama_md5: ring({ variant: 'libmemcached', keyHash: 'md5' }),
    spy: ring({ variant: 'libmemcached-spy' }),
    weighted_fnv1a64: ring({ keyHash: 'fnv1a-64' }),
    modula: modular({}),
  };
  test.each(libmemcached.configs)('$mode, servers $servers', ({ mode, servers, vectors, bulk_100k }) => {
    const names = servers.map(({ host, port }) => `${host}:${port}`);
    const weights = servers.map(({ weight }) => weight);
    agree(modes[mode]!, shardsNamed(names, weights), vectors, bulk_100k);
  });

  test('points per server, single precision and all', () => {
    for (const { mode, servers, points_per_server } of libmemcached.configs) {
      if (points_per_server === null) continue;
      const names = servers.map(({ host, port }) => `${host}:${port}`);
      const variant = mode.startsWith('ketama') ? 'libmemcached' : 'libmemcached-weighted';
      const weights = servers.map(({ weight }) => weight);
      expect(pointCounts(variant, shardsNamed(names, weights))).toEqual(points_per_server);
    }
  });

  test('the unweighted ring becomes the weighted one when a server weighs more than 1', () => {
    const shards = shardsNamed(['a:11211', 'b:11212', 'c:11213'], [1, 2, 1]);
    const keys = countedKeys(1000);
    const weighted = ring({ keyHash: 'one-at-a-time' })(keys, shards).build(shards);
    const unweighted = ring({ variant: 'libmemcached' })(keys, shards).build(shards);
    expect(ownersOf(unweighted, 1000)).toEqual(ownersOf(weighted, 1000));
  });
});

describe('twemproxy', () => {
  const keyHash: Readonly<Record<string, string>> = {
    fnv1a_64: 'fnv1a-64',
    md5: 'md5',
    crc32a: 'crc32',
    murmur: 'murmur2',
    one_at_a_time: 'one-at-a-time',
  };
  test.each(twemproxy.pools)('$pool: $distribution, $hash', (pool) => {
    const hashing = {
      keyHash: keyHash[pool.hash],
      ...(pool.hash_tag === null ? {} : { hashTag: pool.hash_tag }),
    };
    const make =
      pool.distribution === 'ketama'
        ? ring({ variant: 'twemproxy', ...hashing })
        : modular({ weighted: true, ...hashing });
    agree(make, shardsNamed(pool.server_names_hashed, pool.weights), pool.vectors, pool.bulk_3000);
  });
});

describe('libketama', () => {
  test.each(libketama.configs)(
    '$points_per_server points',
    ({ servers, points_per_server, vectors, bulk_100k }) => {
      const names = servers.map(({ host, port }) => `${host}:${port}`);
      const shards = shardsNamed(
        names,
        servers.map(({ memory }) => memory),
      );
      expect(pointCounts('libketama', shards)).toEqual(points_per_server);
      agree(ring({ variant: 'libketama' }), shards, vectors, bulk_100k);
      const continuum = new Ring(ketamaPoints('libketama', shards, keyHashByName.md5));
      for (const { key, hash, point } of vectors) {
        expect(hashText(keyHashByName.md5, key) >>> 0).toBe(hash);
        expect(continuum.points[continuum.find(hash, 0)]!.upper).toBe(point);
      }
    },
  );
});

describe('the order of preference', () => {
  const shards = shardsNamed(['a', 'b', 'c', 'd']);
  const keys = countedKeys(500);
  const second = (table: PlacementTable, key: number) =>
    table.owners[table.partitionOf(key) * table.depth + 1];

  test('the second owner is the one that takes over when the first leaves', () => {
    const placement = ring({})(keys, shards);
    const full = placement.build(shards);
    const first = ownersOf(full, 500);
    for (const leaving of shards) {
      const after = ownersOf(placement.build(shards.filter((shard) => shard !== leaving)), 500);
      for (let key = 0; key < 500; key++)
        if (first[key] === leaving.id) expect(after[key]).toBe(second(full, key));
    }
  });

  test('lists as many shards as asked for, and no more than there are', () => {
    expect(ring({})(keys, shards).build(shards).depth).toBe(3);
    expect(ring({ depth: 9 })(keys, shards).build(shards).depth).toBe(4);
    expect(ring({ depth: 1 })(keys, shards).build(shards).depth).toBe(1);
  });
});
