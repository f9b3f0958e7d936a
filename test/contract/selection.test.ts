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
];

describe('selection contract', () => {
  test('every selection of the registry is enrolled', () => {
    expect([...new Set(enrolled.map(([name]) => name))].toSorted()).toEqual(
      namesOf(registry, 'selection').toSorted(),
    );
  });
  for (const [name, params] of enrolled) selectionContract(findModule(registry, 'selection', name)!, params);
});
