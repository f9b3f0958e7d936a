/** Contract: every failover module of the registry. */
import { describe, expect, test } from 'vitest';
import { registry } from '../../strategies/index.ts';
import { findModule, namesOf } from '../../strategies/registry.ts';
import { failoverContract } from './failover.ts';
import { SECOND } from './failover-cluster.ts';

const enrolled: readonly (readonly [string, Readonly<Record<string, unknown>>, number])[] = [
  // Detection 1.5 T and gossip, one election, and one more after a split vote, which waits for 4 T.
  ['redis-cluster', { nodeTimeout: '1s' }, 12 * SECOND],
  ['redis-cluster', { nodeTimeout: '2s', fullCoverage: false }, 20 * SECOND],
  // Down-after, an election and perhaps another after 4 s; a returned primary is corrected 10 to 30 s later.
  ['redis-sentinel', { downAfter: '1s', failoverTimeout: '2s' }, 40 * SECOND],
  ['partition-table', { like: 'aerospike' }, 8 * SECOND],
  ['partition-table', { like: 'hazelcast' }, 80 * SECOND],
  ['gutter-pool', {}, 0],
  ['eject-and-rehash', {}, 0],
  ['outlier-detection', {}, 0],
  ['oracle', {}, SECOND],
  ['eject-and-rehash', { failureLimit: 5, retryTimeout: '2s' }, 0],
];

describe('failover contract', () => {
  test('every failover module of the registry is enrolled', () => {
    expect([...new Set(enrolled.map(([name]) => name))].toSorted()).toEqual(
      namesOf(registry, 'failover').toSorted(),
    );
  });
  for (const [name, params, settleNs] of enrolled)
    failoverContract(findModule(registry, 'failover', name)!, params, settleNs);
});
