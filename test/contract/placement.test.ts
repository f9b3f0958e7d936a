/** Contract: every placement of the registry, with what it promises about movement, and its variants. */
import { describe, expect, test } from 'vitest';
import type { PlacementModule } from '../../sim/strategy.ts';
import { registry } from '../../strategies/index.ts';
import { findModule, namesOf } from '../../strategies/registry.ts';
import { type MovementPromise, placementContract } from './placement.ts';

/** Only the keys of the shard that left move. */
const minimal: MovementPromise = { survivorsMoved: 0 };
/** The Maglev paper and our figure for ten shards, 0.24 % of the table on average; twice that for the worst. */
const nearlyMinimal: MovementPromise = { survivorsMoved: 0.005 };
/**
 * Envoy's ring keeps its 1024 points: of 10 hosts each has 103, of 9 each 114, so 99 of 1026 points are new and
 * take that share of keys, all but their own.
 */
const ringRefilled: MovementPromise = { survivorsMoved: 99 / 1026 };
/** No promise: ranges are dealt anew, or the modulus changes. */
const any: MovementPromise = { survivorsMoved: 1 };

const enrolled: readonly (readonly [string, Readonly<Record<string, unknown>>, MovementPromise])[] = [
  ['redis-slots', {}, any],
  ['consistent-hash', {}, minimal],
  ['consistent-hash', { variant: 'libmemcached' }, minimal],
  ['consistent-hash', { variant: 'libmemcached-spy' }, minimal],
  ['consistent-hash', { variant: 'twemproxy', hashTag: '{}' }, minimal],
  ['consistent-hash', { variant: 'libketama', depth: 1 }, minimal],
  ['modulo', {}, any],
  ['modulo', { weighted: true, keyHash: 'crc32' }, any],
  ['envoy-ring', {}, ringRefilled],
  ['envoy-ring', { hashFunction: 'murmur2' }, ringRefilled],
  ['groupcache', {}, minimal],
  ['haproxy-consistent', {}, minimal],
  ['haproxy-consistent', { keyHash: 'wt6', avalanche: true }, minimal],
  ['multi-probe', {}, minimal],
  ['rendezvous', {}, minimal],
  ['rendezvous', { variant: 'xxh64' }, minimal],
  ['jump', {}, any],
  ['mcrouter-ch3', {}, any],
  ['anchor', {}, minimal],
  ['anchor', { capacity: 64 }, minimal],
  ['memento', {}, minimal],
  ['aerospike', {}, minimal],
  ['maglev', {}, nearlyMinimal],
  ['hazelcast', {}, minimal],
  ['couchbase', {}, minimal],
  ['ignite', { depth: 1 }, minimal],
];

describe('placement contract', () => {
  test('every placement of the registry is enrolled', () => {
    expect([...new Set(enrolled.map(([name]) => name))].toSorted()).toEqual(
      namesOf(registry, 'placement').toSorted(),
    );
  });
  for (const [name, params, promise] of enrolled)
    placementContract(findModule(registry, 'placement', name) as PlacementModule, params, promise);
});
