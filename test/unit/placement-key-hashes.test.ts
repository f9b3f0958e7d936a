/** Unit: beyond 2^24 keys hashes are computed when asked for, with the same outcome. */
import { expect, test } from 'vitest';
import type { KeyNames } from '../../sim/strategy.ts';
import { registry } from '../../strategies/index.ts';
import { countedKeys, ownersOf, shardsCounted } from '../contract/placement.ts';

/** `key:0`, `key:1`, ... without storing any. */
function endlessKeys(count: number): KeyNames {
  const encoder = new TextEncoder();
  return { count, maxBytes: 16, read: (key, out) => encoder.encodeInto(`key:${key}`, out).written };
}

const placements = registry.modules.filter((module) => module.axis === 'placement');

test.each(placements.map((module) => [module.name, module] as const))('%s', (_, module) => {
  const shards = shardsCounted(7);
  const tableOf = (keys: KeyNames) => module.create(module.params.parse({}), { keys, shards }).build(shards);
  expect(ownersOf(tableOf(endlessKeys(2 ** 24 + 1)), 500)).toEqual(ownersOf(tableOf(countedKeys(500)), 500));
});
