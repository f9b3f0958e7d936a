/** Unit: the bound of failover, where it wins and where it does not help. */
import { expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import type { Fault } from '../../sim/setup.ts';
import { oracle } from '../../strategies/failover/oracle.ts';
import { redisCluster } from '../../strategies/failover/redis-cluster/redis-cluster.ts';
import { FakeCluster, SECOND } from '../contract/failover-cluster.ts';
import { buildSetup } from '../setup-builder.ts';

const cluster = (offsets: number[]) =>
  new FakeCluster(oracle, { shards: 2, replicas: 2, seed: 1, offsets }).run(SECOND);

test('the replica that has applied most takes over at the moment of the crash, and the others follow it', () => {
  const played = cluster([9, 9, 5, 9, 7, 9]);
  played.crash(0);
  expect(played.promotions).toEqual([{ node: 4, shard: 0, epoch: 1, atNs: SECOND }]);
  expect(played.follows[2]).toBe(4);
  expect(played.agreedPrimary(0)).toBe(4);
});

test('a shard that lost all its nodes is served by the first that returns', () => {
  const played = cluster([9, 9, 5, 9, 7, 9]);
  for (const node of [0, 4, 2]) played.crash(node);
  expect(played.promotions.map(({ node }) => node)).toEqual([4, 2]);
  played.restart(0);
  expect(played.agreedPrimary(0)).toBe(0);
  played.restart(2);
  expect(played.follows[2]).toBe(0);
});

/** Three shards with two replicas each that lag by 100 ms, and 250 writes a second on the primary that dies. */
function killed(of: 'process' | 'host', module: typeof oracle | typeof redisCluster, params: object) {
  const kill: Fault = { kind: 'crash', name: 'kill', atNs: 2 * SECOND, node: 0, of };
  const setup = buildSetup({
    ratePerSec: 1500,
    durationNs: 10 * SECOND,
    shards: 3,
    replicas: 2,
    operations: [0.5, 0.5, 0, 0],
    clients: { count: 3, timeoutNs: 100e6 },
    faults: [kill],
    strategy: { failover: { module: module as never, params: module.params.parse(params) } },
  });
  const replication = { ...setup.cluster.replication, lagNs: 100e6 };
  return run({ ...setup, cluster: { ...setup.cluster, replication } }, 1, { check: true });
}

test('wins: no outage is shorter', () => {
  const bound = killed('process', oracle, {});
  const real = killed('process', redisCluster, { nodeTimeout: '1s' });
  expect(bound.failover[0]).toMatchObject({ detectedMs: 2000, promotedMs: 2000 });
  // What a real cluster adds is detection and election: at least the node timeout.
  expect(real.failover[0]!.unavailableMs - bound.failover[0]!.unavailableMs).toBeGreaterThan(1000);
  expect(bound.bound).toBe(true);
});

test.each(['process', 'host'] as const)(
  'loses: what no replica had when the %s died is lost, and counted once however many replicas lacked it',
  (of) => {
    // 250 writes a second, 100 ms behind: a Poisson number with mean 25, within four standard deviations.
    const { lostWrites } = killed(of, oracle, {});
    expect(Math.abs(lostWrites - 25)).toBeLessThan(20);
  },
);
