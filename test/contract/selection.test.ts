/** Contract: every selection of the registry, with its variants. */
import { describe, expect, test } from 'vitest';
import { registry } from '../../strategies/index.ts';
import { findModule, namesOf } from '../../strategies/registry.ts';
import { selectionContract } from './selection.ts';

const enrolled: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ['primary', {}],
  ['random', {}],
  ['power-of-two-choices', {}],
  ['power-of-two-choices', { choices: 4 }],
  ['round-robin', {}],
  ['weighted', {}],
  ['weighted', { weights: [3, 1, 0.5] }],
  ['least-outstanding', {}],
  ['least-outstanding', { scan: 'envoy', choices: 3 }],
  ['peak-ewma', {}],
  ['c3', {}],
  ['c3', { clients: 20, newest: 0.5 }],
  ['zone-aware', {}],
  ['zone-aware', { spillAt: 4 }],
  ['bounded-load', {}],
  ['bounded-load', { variant: 'random-jump', balanceFactor: 125 }],
  ['aperture', {}],
  ['aperture', { width: 1 }],
  ['polled-load', {}],
  ['polled-load', { every: '5ms', choices: 4 }],
  ['prequal', {}],
  ['prequal', { pool: 4, probes: 0.5, removals: 0.25, maxAge: '10ms' }],
  ['always-hottest', {}],
  ['clairvoyant', {}],
];

describe('selection contract', () => {
  test('every selection of the registry is enrolled', () => {
    expect([...new Set(enrolled.map(([name]) => name))].toSorted()).toEqual(
      namesOf(registry, 'selection').toSorted(),
    );
  });
  for (const [name, params] of enrolled) selectionContract(findModule(registry, 'selection', name)!, params);
});
