/** Contract: every rebalance module of the registry. */
import { describe, expect, test } from 'vitest';
import { registry } from '../../strategies/index.ts';
import { findModule, namesOf } from '../../strategies/registry.ts';
import { rebalanceContract } from './rebalance.ts';

const enrolled: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['redis-cli', {}],
  ['redis-cli', { threshold: '50%', weights: [1, 1, 1, 1] }],
  ['load-aware', {}],
  ['load-aware', { metric: 'requests', slotsPerRound: 1, rest: '0s' }],
  ['slicer', {}],
  ['slicer', { metric: 'requests', minSlices: 5, maxSlices: 10 }],
  ['dynamodb', {}],
  ['dynamodb', { limit: 5000, rounds: 1, splitsPerRound: 3 }],
  ['isolate', {}],
  ['isolate', { metric: 'requests', slotsPerRound: 3 }],
];

describe('rebalance contract', () => {
  test('every rebalance module of the registry is enrolled', () => {
    expect([...new Set(enrolled.map(([name]) => name))].toSorted()).toEqual(
      namesOf(registry, 'rebalance').toSorted(),
    );
  });
  for (const [name, params] of enrolled) rebalanceContract(findModule(registry, 'rebalance', name)!, params);
});
