/** Published implementations: placements that hash key and node together, or a key again and again. */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { KeyNames, ShardInfo } from '../../sim/strategy.ts';
import { bytesOf, hashText64 } from '../../strategies/hash/hash.ts';
import { mixedFnv } from '../../strategies/hash/mixed-fnv.ts';
import { siphash24 } from '../../strategies/hash/siphash24.ts';
import { U64 } from '../../strategies/hash/u64.ts';
import { xxh64 } from '../../strategies/hash/xxh64.ts';
import { Anchor, anchorHash } from '../../strategies/placement/anchor.ts';
import { haproxyConsistent, haproxyPoints } from '../../strategies/placement/haproxy-consistent.ts';
import { hashKeys64 } from '../../strategies/placement/key-hashes.ts';
import { furcHash, mcrouterCh3 } from '../../strategies/placement/mcrouter-ch3.ts';
import { Memento } from '../../strategies/placement/memento.ts';
import { modulo } from '../../strategies/placement/modulo.ts';
import { multiProbe } from '../../strategies/placement/multi-probe.ts';
import { EnvoyPairs, rankPairs, rendezvous } from '../../strategies/placement/rendezvous.ts';
import {
  countedKeys,
  countOwned,
  keyNamesOf,
  ownersOf,
  shardsCounted,
  shardsNamed,
} from '../contract/placement.ts';
import removals from './vectors/anchor_dx_memento.json' with { type: 'json' };
import haproxy from './vectors/haproxy_consistent.json' with { type: 'json' };
import mcrouter from './vectors/mcrouter_ch3_furc.json' with { type: 'json' };
import probing from './vectors/multiprobe.json' with { type: 'json' };
import highest from './vectors/rendezvous.json' with { type: 'json' };

describe('rendezvous', () => {
  const place = (variant: string, keys: KeyNames, shards: readonly ShardInfo[]) =>
    ownersOf(
      rendezvous.create(rendezvous.params.parse({ variant }), { keys, shards }).build(shards),
      keys.count,
    );
  const cases = [
    ...highest.envoy_rendezvous.configs.map((config) => ({ variant: 'envoy', ...config })),
    ...highest.weighted_hrw_reference.configs.map((config) => ({ variant: 'xxh64', ...config })),
  ];
  test.each(cases)('$variant, $name', ({ variant, hosts, weights, vectors, bulk_100k_counts }) => {
    const shards = shardsNamed(hosts, weights);
    expect([...place(variant, keyNamesOf(vectors.map(({ key }) => key)), shards)]).toEqual(
      vectors.map(({ host_index }) => host_index),
    );
    expect(countOwned(place(variant, countedKeys(100_000), shards), hosts.length)).toEqual(bulk_100k_counts);
  });

  test("Envoy's winning scores, of weights that sum up to 1", () => {
    for (const { hosts, weights, vectors } of highest.envoy_rendezvous.configs) {
      const keys = keyNamesOf(vectors.map(({ key }) => key));
      const pairs = new EnvoyPairs(shardsNamed(hosts, weights), hashKeys64(keys, xxh64));
      const weightSum = weights.reduce((sum, weight) => sum + weight, 0);
      vectors.forEach(({ host_index, best_score }, key) => {
        pairs.load(key);
        expect(pairs.score(pairs.uniform(host_index), weights[host_index]! / weightSum)).toBeCloseTo(
          best_score,
          12,
        );
      });
    }
  });

  test('the runner-up inherits, with equal weights and with others', () => {
    const keys = countedKeys(2000);
    for (const weights of [undefined, [1, 2, 1, 5, 2]]) {
      const shards = shardsNamed(['a', 'b', 'c', 'd', 'e'], weights);
      const rank = rankPairs(shards, new EnvoyPairs(shards, hashKeys64(keys, xxh64)));
      for (const leaving of shards) {
        const rest = shards.filter((shard) => shard !== leaving);
        const after = place('envoy', keys, rest);
        for (let key = 0; key < keys.count; key++)
          if (Math.floor(rank(key) / 5) === leaving.id) expect(after[key]).toBe(rank(key) % 5);
      }
    }
  });
});

describe('multi-probe', () => {
  const place = (probes: number, keys: KeyNames, nodes: readonly string[]) => {
    const shards = shardsNamed(nodes);
    const table = multiProbe.create({ probes }, { keys, shards }).build(shards);
    return Array.from(ownersOf(table, keys.count), (id) => nodes[id]!);
  };

  test('SipHash-2-4', () => {
    for (const [text, seeds] of Object.entries(probing.siphash24_check))
      for (const [seed, expected] of Object.entries(seeds)) {
        const key = Number(seed.replace('seed', ''));
        const hash = hashText64((bytes, start, end, out) => siphash24(bytes, start, end, out, key), text);
        expect(hash.toBigInt()).toBe(BigInt(expected));
      }
  });

  test.each(probing.configs)('$probes probes', ({ probes, nodes, vectors, bulk_100k_counts }) => {
    expect(place(probes, keyNamesOf(vectors.map(({ key }) => key)), nodes)).toEqual(
      vectors.map(({ node }) => node),
    );
    const bulk = place(probes, countedKeys(100_000), nodes);
    expect(Object.fromEntries(nodes.map((node) => [node, bulk.filter((n) => n === node).length]))).toEqual(
      bulk_100k_counts,
    );
  });

  test("the published rows of the implementations' compatibility test", () => {
    const rows = probing.compat_6000_shards_first_25;
    const nodes = Array.from({ length: 6000 }, (_, i) => `shard-${i}`);
    expect(place(21, keyNamesOf(rows.map(({ key }) => key)), nodes)).toEqual(rows.map(({ node }) => node));
  });
});

describe('haproxy-consistent', () => {
  const place = (config: (typeof haproxy.configs)[number], keys: KeyNames) => {
    const shards = shardsNamed(['s0', 's1', 's2', 's3', 's4'], config.weights);
    const [, type, keyHash, avalanche] = config.directive.split(' ');
    if (type === 'map-based') {
      const params = modulo.params.parse({ keyHash: 'sdbm' });
      return ownersOf(modulo.create(params, { keys, shards }).build(shards), keys.count);
    }
    const named = keyHash === undefined ? {} : { keyHash, avalanche: avalanche !== undefined };
    const params = haproxyConsistent.params.parse(named);
    return ownersOf(haproxyConsistent.create(params, { keys, shards }).build(shards), keys.count);
  };

  test.each(haproxy.configs)('$name: $directive, weights $weights', (config) => {
    const { vectors, bulk_3000_counts, bulk_3000_sha256 } = config;
    expect([...place(config, keyNamesOf(vectors.map(({ key }) => key)))]).toEqual(
      vectors.map(({ server_index }) => server_index),
    );
    const bulk = place(config, countedKeys(3000));
    expect(countOwned(bulk, 5)).toEqual(bulk_3000_counts);
    const text = Array.from(bulk, (owner) => `${owner}\n`).join('');
    expect(createHash('sha256').update(text).digest('hex')).toBe(bulk_3000_sha256);
  });

  test('points per server', () => {
    for (const { directive, weights, points_per_server } of haproxy.configs) {
      if (!directive.startsWith('hash-type consistent')) continue;
      const shards = shardsNamed(['s0', 's1', 's2', 's3', 's4'], weights);
      const owners = haproxyPoints(shards).map(({ shard }) => shard);
      expect(countOwned(owners, 5)).toEqual(points_per_server);
    }
  });
});

describe('mcrouter-ch3', () => {
  test('keys and pool sizes', () => {
    for (const { key, index_for_pool_size } of mcrouter.vectors) {
      const bytes = bytesOf(key);
      for (const [size, index] of Object.entries(index_for_pool_size))
        expect(furcHash(bytes, 0, bytes.length, Number(size))).toBe(index);
    }
  });

  test('100,000 keys over a pool of five', () => {
    const shards = shardsCounted(5);
    const table = mcrouterCh3.create({}, { keys: countedKeys(100_000), shards }).build(shards);
    expect(countOwned(ownersOf(table, 100_000), 5)).toEqual(mcrouter.bulk_100k_pool5_counts);
  });
});

/** The removals and additions of the vectors, one after the other. */
function replay(
  buckets: { remove(bucket: number): void; add(): number },
  check: (step: number) => void,
): void {
  for (const { step, op } of removals.steps) {
    const removed = /^remove bucket (\d+)$/.exec(op);
    const added = /^add -> bucket \[(\d+)/.exec(op);
    if (removed !== null) buckets.remove(Number(removed[1]));
    if (added !== null) expect(buckets.add()).toBe(Number(added[1]));
    check(step);
  }
}

describe('removals in any order, re-additions in reverse', () => {
  const names = Array.from({ length: 60 }, (_, i) => bytesOf(`key:${i}`));

  test('anchor', () => {
    const buckets = new Anchor(10, 16);
    const hash = new U64();
    replay(buckets, (step) => {
      const found = names.map((name) => {
        anchorHash(name, 0, name.length, hash);
        return buckets.find(hash);
      });
      expect(found).toEqual(removals.steps[step]!.buckets.anchor);
    });
  });

  test('memento', () => {
    const buckets = new Memento(10);
    const state = new U64();
    replay(buckets, (step) => {
      const found = names.map((name) =>
        buckets.find(state, (seed) => mixedFnv(name, 0, name.length, state, seed)),
      );
      expect(found).toEqual(removals.steps[step]!.buckets.memento);
    });
  });

  test('anchor has no more buckets than its capacity', () => {
    const buckets = new Anchor(1, 2);
    expect(buckets.add()).toBe(1);
    expect(() => buckets.add()).toThrow('every bucket works');
  });
});
