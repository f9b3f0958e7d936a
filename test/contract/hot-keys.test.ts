/** Contract: every hot-key module of the registry. */
import { describe, expect, test } from 'vitest';
import { registry } from '../../strategies/index.ts';
import { findModule, namesOf } from '../../strategies/registry.ts';
import { hotKeysContract, type Treatment } from './hot-keys.ts';

/** Thresholds are no lower than the few samples of the contract's workload, 750 a window, can tell from chance. */
const enrolled: readonly (readonly [string, Readonly<Record<string, unknown>>, Treatment])[] = [
  ['replicate', {}, 'copies'],
  ['replicate', { copies: 20, sampleEvery: 1, counters: 32 }, 'copies'],
  ['replicate', { detector: 'count-min', counters: 2048 }, 'copies'],
  ['replicate', { detector: 'sampling', sampleEvery: 1, counters: 2048 }, 'copies'],
  ['split', {}, 'copies'],
  ['split', { names: 12, detector: 'count-min', counters: 1024 }, 'copies'],
  ['distcache', { threshold: '0.5%' }, 'copies'],
  ['front-cache', { threshold: '1%' }, 'local'],
  ['front-cache', { threshold: '1%', items: 1, detector: 'sampling', sampleEvery: 1 }, 'local'],
  ['coalescing', {}, 'requests'],
  ['near-cache', {}, 'local'],
  ['near-cache', { invalidation: 'ttl', maxEntries: 1, maxBytes: 100 }, 'local'],
];

describe('hot-key contract', () => {
  test('every hot-key module of the registry is enrolled', () => {
    expect([...new Set(enrolled.map(([name]) => name))].toSorted()).toEqual(
      namesOf(registry, 'hotKeys').toSorted(),
    );
  });
  for (const [name, params, treatment] of enrolled)
    hotKeysContract(findModule(registry, 'hotKeys', name)!, params, treatment);
});
