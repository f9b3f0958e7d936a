/** Unit: who is where: replicas away from their primary's zone, or, asked so, wherever their number falls. */
import { expect, test } from 'vitest';
import { nodesOf } from '../../sim/layout.ts';
import { buildSetup } from '../setup-builder.ts';

const { cluster } = buildSetup({ ratePerSec: 1, durationNs: 1, shards: 6, replicas: 2 });
const zonesByShard = (zoneAware: boolean, zones: readonly string[]) => {
  const nodes = nodesOf({ ...cluster, zones, zoneAware });
  return Array.from({ length: 6 }, (_, shard) =>
    nodes.filter((node) => node.shard === shard).map(({ zone }) => zone),
  );
};

test('a shard lies in as many zones as it has nodes, and zones have as many nodes each', () => {
  for (const zones of zonesByShard(true, ['a', 'b', 'c'])) expect(new Set(zones).size).toBe(3);
  expect(
    zonesByShard(true, ['a', 'b', 'c'])
      .flat()
      .filter((zone) => zone === 1),
  ).toHaveLength(6);
});

test('blind to zones, six shards in three zones lie in one zone each', () => {
  for (const zones of zonesByShard(false, ['a', 'b', 'c'])) expect(new Set(zones).size).toBe(1);
  // Where the numbers do not divide, chance does what care would.
  expect(zonesByShard(false, ['a', 'b', 'c', 'd']).some((zones) => new Set(zones).size > 1)).toBe(true);
});
