/** Unit: members that remove each other and publish a table, against the constants of three systems. */
import { expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import type { Fault } from '../../sim/setup.ts';
import { oracle } from '../../strategies/failover/oracle.ts';
import { partitionTable } from '../../strategies/failover/partition-table/partition-table.ts';
import { FakeCluster, MS, SECOND } from '../contract/failover-cluster.ts';
import { buildSetup } from '../setup-builder.ts';

type System = 'hazelcast' | 'couchbase' | 'aerospike';
const DELAY = 0.5 * MS;

const cluster = (like: System, seed = 1, replicas = 1): FakeCluster =>
  new FakeCluster(partitionTable, { shards: 3, replicas, seed, params: { like } });

/** Silence that is suspect less one heartbeat, and the most that may come on top of it. */
const timings: readonly (readonly [System, number, number])[] = [
  ['hazelcast', 55 * SECOND, 65 * SECOND],
  // 2 s without a heartbeat, 120 s of that, each seen at a tick of 1 s.
  ['couchbase', 121 * SECOND, 124 * SECOND],
  ['aerospike', 1350 * MS, 1500 * MS + 1810 * MS],
];

test.each(timings)(
  '%s removes a dead member after its timeout, and promotes its backup at once',
  (like, from, to) => {
    for (let seed = 1; seed <= 40; seed++) {
      const played = cluster(like, seed);
      const crashNs = 70 * SECOND + seed * 0.173 * SECOND;
      played.run(crashNs).crash(1);
      played.run(crashNs + 200 * SECOND, () => played.promotions.length > 0);
      const detectedNs = played.events('detected')[0]!.atNs;
      expect(detectedNs - crashNs).toBeGreaterThanOrEqual(from - DELAY);
      expect(detectedNs - crashNs).toBeLessThanOrEqual(to + DELAY);
      expect(played.promotions).toMatchObject([{ node: 4, shard: 1, atNs: detectedNs + DELAY }]);
    }
  },
);

test('when the oldest member dies the next one decides', () => {
  const played = cluster('aerospike').run(SECOND);
  played.crash(0);
  played.run(10 * SECOND);
  expect(played.events('detected')).toMatchObject([{ about: 0, by: 1 }]);
  expect(played.agreedPrimary(0)).toBe(3);
});

test('couchbase fails one node over, never two, and never takes one back by itself', () => {
  const played = cluster('couchbase').run(10 * SECOND);
  played.crash(1);
  played.run(200 * SECOND);
  played.crash(2);
  played.run(600 * SECOND);
  expect(played.promotions.map(({ node }) => node)).toEqual([4]);
  played.restart(1);
  played.run(800 * SECOND);
  expect(played.follows[1]).toBe(4);
  expect(played.plane.failedSeenBy(0, 1)).toBe(true);
});

test('couchbase keeps still without a majority', () => {
  const played = cluster('couchbase').run(10 * SECOND);
  for (const node of [1, 2, 3]) played.crash(node);
  expect(played.run(400 * SECOND).promotions).toEqual([]);
});

test('after a partition the newer table holds, and there is one primary again', () => {
  const played = cluster('aerospike', 1, 2).run(10 * SECOND);
  played.connected = (from, to) => (from === 0) === (to === 0);
  played.run(30 * SECOND);
  expect(played.promotions.map(({ shard }) => shard)).toContain(0);
  expect(played.follows[0]).toBeNull();
  played.connected = () => true;
  played.run(60 * SECOND);
  const primary = played.agreedPrimary(0);
  expect(primary).not.toBeNull();
  const primaries = played.nodes.filter(({ id, shard }) => shard === 0 && played.follows[id] === null);
  expect(primaries.map(({ id }) => id)).toEqual([primary]);
});

test('wins: most members die at once, and the one left serves what it holds backups of', () => {
  const played = cluster('aerospike', 1, 2).run(10 * SECOND);
  for (const node of [0, 1, 2, 3, 4, 6, 7]) played.crash(node);
  played.run(20 * SECOND);
  expect(played.promotions.map(({ shard }) => shard).toSorted()).toEqual([2]);
});

test('loses: with the timeouts of Hazelcast a minute of requests fails', () => {
  const crash: Fault = { kind: 'crash', name: 'kill', atNs: 2 * SECOND, node: 0, of: 'host' };
  const play = (module: typeof partitionTable | typeof oracle, params: object) =>
    run(
      buildSetup({
        ratePerSec: 300,
        durationNs: 80 * SECOND,
        shards: 3,
        replicas: 1,
        clients: { count: 2, timeoutNs: 100e6 },
        faults: [crash],
        strategy: { failover: { module: module as never, params: module.params.parse(params) } },
      }),
      1,
      { check: true },
    );
  const grid = play(partitionTable, { like: 'hazelcast' });
  const bound = play(oracle, {});
  // The last heartbeat came up to 5 s before, and the check up to 5 s after.
  expect(grid.failover[0]!.unavailableMs).toBeGreaterThan(54_000);
  expect(grid.failover[0]!.unavailableMs).toBeLessThan(67_000);
  expect(bound.failover[0]!.unavailableMs).toBeLessThan(2000);
});
