/**
 * Unit and theory: Redis Cluster's protocol message by message, on a network without requests. T is
 * cluster-node-timeout, 15 s as Redis ships it.
 */
import { describe, expect, test } from 'vitest';
import { redisCluster } from '../../strategies/failover/redis-cluster/redis-cluster.ts';
import { type ClusterOptions, FakeCluster, MS, SECOND } from '../contract/failover-cluster.ts';

const T = 15 * SECOND;

function cluster(options: Partial<ClusterOptions> = {}): FakeCluster {
  return new FakeCluster(redisCluster, { shards: 3, replicas: 1, seed: 1, ...options });
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** When node 0 was suspected, failed and replaced [ns since its crash]; one row per seed. */
function timelines(shards: number, seeds: number) {
  return Array.from({ length: seeds }, (_, i) => {
    const played = cluster({ shards, seed: i + 1 });
    const crashNs = 2 * T + (i / seeds) * T;
    played.run(crashNs).crash(0);
    played.run(crashNs + 4 * T, () => played.promotions.length > 0);
    const since = (event: 'suspected' | 'detected' | 'promoted') => played.events(event)[0]!.atNs - crashNs;
    return { suspected: since('suspected'), detected: since('detected'), promoted: since('promoted') };
  });
}

describe('the timeline of a dead primary, over 200 seeds', () => {
  const three = timelines(3, 200);

  test('suspected in (T, 1.5 T + ticks], failed in (T, 2 T + 1 s], replaced 0.5 to 1.2 s later', () => {
    for (const { suspected, detected, promoted } of three) {
      expect(suspected).toBeGreaterThan(T);
      expect(suspected).toBeLessThanOrEqual(1.5 * T + 0.2 * SECOND);
      expect(detected).toBeGreaterThanOrEqual(suspected);
      expect(detected).toBeLessThanOrEqual(2 * T + SECOND);
      expect(promoted - detected).toBeGreaterThanOrEqual(500 * MS);
      expect(promoted - detected).toBeLessThanOrEqual(1210 * MS);
    }
  });

  test('the delay of promotion is 500 ms and three uniform waits: mean 851.5 ms', () => {
    // Next tick U(0, 100), election U(0, 500), next tick U(0, 100), three messages of 0.5 ms. 4 standard errors.
    const delays = three.map(({ detected, promoted }) => (promoted - detected) / MS);
    const standardError = Math.sqrt((500 ** 2 + 2 * 100 ** 2) / 12 / delays.length);
    expect(Math.abs(meanOf(delays) - 851.5)).toBeLessThan(4 * standardError);
  });

  test('a larger cluster takes longer: a majority is more nodes, and each is pinged more rarely', () => {
    const eight = timelines(8, 60);
    const mean = (rows: typeof three) => meanOf(rows.map(({ detected }) => detected));
    // Standard deviations are below 2 s, so that of the difference is below 0.3 s.
    expect(mean(eight) - mean(three)).toBeGreaterThan(1 * SECOND);
  });
});

test('how long detection takes depends on where in a second the node dies: gossip tells whole seconds', () => {
  // With T/2 of one second, a pong time rounded down to a second can make a node look pinged or not. Over 1,000 seeds
  // a death on the second was failed after 2.67 s on average, one a quarter of a second later after 3.15 s, each
  // with a standard deviation of 0.35 s: of this difference of 120 seeds, 0.045 s.
  const meanFailed = (phaseNs: number): number => {
    const times = Array.from({ length: 120 }, (_, i) => {
      const played = cluster({ seed: i + 1, params: { nodeTimeout: '2s' } });
      const crashNs = 11 * SECOND + phaseNs;
      played.run(crashNs).crash(0);
      played.run(crashNs + 20 * SECOND, () => played.events('detected').length > 0);
      return played.events('detected')[0]!.atNs - crashNs;
    });
    return meanOf(times) / SECOND;
  };
  expect(meanFailed(0.25 * SECOND) - meanFailed(0)).toBeGreaterThan(0.484 - 4 * 0.045);
});

describe('detection', () => {
  test('a node cut off for half the timeout is not suspected', () => {
    const played = cluster().run(2 * T);
    played.connected = (from, to) => from !== 0 && to !== 0;
    played.run(2.5 * T);
    played.connected = () => true;
    played.run(5 * T);
    expect(played.log).toEqual([]);
  });

  test('one node that cannot reach another does not make it fail', () => {
    const played = cluster().run(2 * T);
    played.connected = (from, to) => !(from + to === 1 && from * to === 0);
    played.run(6 * T);
    expect(played.events('suspected').length).toBeGreaterThan(0);
    expect(played.events('detected')).toEqual([]);
    played.connected = () => true;
    played.run(8 * T);
    expect(played.serving.every((serving) => serving)).toBe(true);
  });

  test('a failed primary that nobody can replace is taken back after 2 T', () => {
    const played = cluster({ replicas: 0 }).run(2 * T);
    played.crash(0);
    played.run(4 * T);
    const [detected] = played.events('detected');
    played.restart(0);
    played.run(detected!.atNs + 2 * T);
    expect(played.plane.failedSeenBy(1, 0)).toBe(true);
    played.run(detected!.atNs + 3 * T);
    expect(played.plane.failedSeenBy(1, 0)).toBe(false);
    expect(played.serving).toEqual([true, true, true]);
  });

  test('each node pings every other within T/2: its messages stay few', () => {
    const played = cluster({ shards: 10, replicas: 1 }).run(2 * T);
    const before = played.messages;
    played.run(4 * T);
    const pingsPerNode = (played.messages - before) / 2 / 20;
    // At most once per peer and T/2, and once a second; at least the latter.
    expect(pingsPerNode).toBeGreaterThan(30 * 0.9);
    expect(pingsPerNode).toBeLessThan(19 * 4 + 30);
  });
});

describe('election', () => {
  test('the replica with more data goes first; a sibling behind it waits one second per rank', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const played = cluster({ replicas: 2, seed, offsets: [100, 0, 0, 90, 0, 0, 95, 0, 0] }).run(2 * T);
      played.crash(0);
      played.run(5 * T);
      expect(played.promotions.map(({ node }) => node)).toEqual([6]);
      expect(played.follows[3]).toBe(6);
    }
  });

  test('when that replica is gone too, the sibling is promoted, later by its rank', () => {
    const played = cluster({ replicas: 2, offsets: [100, 0, 0, 90, 0, 0, 95, 0, 0] }).run(2 * T);
    played.crash(6);
    played.crash(0);
    played.run(6 * T);
    expect(played.promotions.map(({ node }) => node)).toEqual([3]);
    const detected = played.events('detected').find(({ about }) => about === 0)!;
    expect(played.promotions[0]!.atNs - detected.atNs).toBeGreaterThan(1500 * MS);
  });

  test('a replica that has not heard its primary since it restarted is too old, unless any age will do', () => {
    for (const [validityFactor, promoted] of [
      [10, 0],
      [0, 1],
    ] as const) {
      const played = cluster({ params: { validityFactor } }).run(2 * T);
      played.crash(0);
      played.crash(3);
      played.run(4 * T);
      played.restart(3);
      played.run(8 * T);
      expect(played.promotions).toHaveLength(promoted);
    }
  });

  test('no majority of primaries, no failover; the minority stops serving', () => {
    const played = cluster({ replicas: 1 }).run(2 * T);
    played.crash(0);
    played.crash(1);
    played.run(8 * T);
    expect(played.events('detected')).toEqual([]);
    expect(played.promotions).toEqual([]);
    expect(played.serving[2]).toBe(false);
  });

  test('two primaries of five at once are both replaced, each in an epoch of its own', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const played = cluster({ shards: 5, seed }).run(2 * T);
      played.crash(0);
      played.crash(1);
      played.run(12 * T);
      expect(played.promotions.map(({ node }) => node).toSorted()).toEqual([5, 6]);
      expect(new Set(played.promotions.map(({ epoch }) => epoch)).size).toBe(2);
    }
  });

  test('a primary cut off with a minority stops within T, and returns as a replica', () => {
    const played = cluster().run(2 * T);
    const alone = (node: number) => node === 0;
    played.connected = (from, to) => alone(from) === alone(to);
    played.run(3.8 * T);
    expect(played.serving[0]).toBe(false);
    expect(played.promotions.map(({ node }) => node)).toEqual([3]);
    played.connected = () => true;
    played.run(6 * T);
    expect(played.demotions).toEqual([{ node: 0, primary: 3 }]);
    expect(played.agreedPrimary(0)).toBe(3);
    expect(played.serving.every((serving) => serving)).toBe(true);
  });
});

test('a restarted primary that nobody replaced serves again after 2 s', () => {
  const played = cluster().run(2 * T);
  played.crash(0);
  played.run(played.nowNs + SECOND);
  played.restart(0);
  expect(played.serving[0]).toBe(false);
  played.run(played.nowNs + 1.99 * SECOND);
  expect(played.serving[0]).toBe(false);
  played.run(played.nowNs + 0.2 * SECOND);
  expect(played.serving[0]).toBe(true);
  expect(played.promotions).toEqual([]);
});

describe('manual failover', () => {
  const primaryOf = (played: FakeCluster) => played.promotions.map(({ node }) => node);

  test('CLUSTER FAILOVER: writes pause at the primary until the replica has them all and is elected', () => {
    const played = cluster({ offsets: [100, 0, 0, 90, 0, 0] }).run(2 * T);
    played.plane.handOver!(0, 3, 'graceful');
    played.run(2 * T + SECOND);
    expect(played.writesPaused[0]).toBe(true);
    expect(played.promotions).toEqual([]);
    played.offsets[3] = 100;
    played.run(2 * T + 1.1 * SECOND);
    expect(primaryOf(played)).toEqual([3]);
    expect(played.writesPaused[0]).toBe(false);
    expect(played.demotions).toEqual([{ node: 0, primary: 3 }]);
    expect(played.events('detected')).toEqual([]);
    expect(played.agreedPrimary(0)).toBe(3);
  });

  test('it takes milliseconds where the replica has everything', () => {
    const played = cluster().run(2 * T);
    played.plane.handOver!(0, 3, 'graceful');
    played.run(2 * T + 10 * MS);
    expect(primaryOf(played)).toEqual([3]);
  });

  test('it is off after 5 s, and the primary goes on', () => {
    const played = cluster({ offsets: [100, 0, 0, 90, 0, 0] }).run(2 * T);
    played.plane.handOver!(0, 3, 'graceful');
    played.run(2 * T + 4.9 * SECOND);
    expect(played.writesPaused[0]).toBe(true);
    played.run(2 * T + 5.3 * SECOND);
    expect(played.writesPaused[0]).toBe(false);
    played.offsets[3] = 100;
    played.run(4 * T);
    expect(played.promotions).toEqual([]);
  });

  test('FORCE does without a primary that is gone, TAKEOVER without a majority', () => {
    for (const [how, others, promoted] of [
      ['graceful', [], []],
      ['force', [], [3]],
      ['force', [1, 2], []],
      ['takeover', [1, 2], [3]],
    ] as const) {
      const played = cluster().run(2 * T);
      for (const node of [0, ...others]) played.crash(node);
      played.plane.handOver!(0, 3, how);
      played.run(2 * T + SECOND);
      expect(primaryOf(played)).toEqual(promoted);
    }
  });

  test('roles go back and forth: a manual failover does not wait for an earlier election to age', () => {
    const played = cluster().run(2 * T);
    for (const [from, to] of [
      [0, 3],
      [3, 0],
    ] as const) {
      played.plane.handOver!(from, to, 'graceful');
      played.run(played.nowNs + SECOND);
    }
    expect(primaryOf(played)).toEqual([3, 0]);
  });
});
