/** Unit: Redis Sentinel's protocol message by message, on a network without requests, against its constants. */
import { describe, expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import type { Fault } from '../../sim/setup.ts';
import { redisCluster } from '../../strategies/failover/redis-cluster/redis-cluster.ts';
import { redisSentinel } from '../../strategies/failover/redis-sentinel/redis-sentinel.ts';
import { type ClusterOptions, FakeCluster, MS, SECOND } from '../contract/failover-cluster.ts';
import { buildSetup } from '../setup-builder.ts';

const DOWN_AFTER = 5 * SECOND;
const PING_PERIOD = SECOND;
/** The timer runs at 10 to 19 Hz. */
const TICK = 100 * MS;
const ROUND_TRIP = MS;

function cluster(options: Partial<ClusterOptions> = {}): FakeCluster {
  const params = { downAfter: '5s', ...options.params };
  return new FakeCluster(redisSentinel, { shards: 3, replicas: 1, seed: 1, ...options, params });
}

describe('the timeline of a dead primary, over 100 seeds', () => {
  const rows = Array.from({ length: 100 }, (_, i) => {
    const played = cluster({ seed: i + 1 });
    const crashNs = 12 * SECOND + (i / 100) * PING_PERIOD;
    played.run(crashNs).crash(0);
    played.run(crashNs + 4 * DOWN_AFTER, () => played.promotions.length > 0);
    const promotedNs = played.nowNs;
    played.run(crashNs + 4 * DOWN_AFTER, () => played.agreedPrimary(0) === 3);
    const switchedNs = played.nowNs;
    played.run(crashNs + 60 * SECOND).restart(0);
    const returnedNs = played.nowNs;
    played.run(returnedNs + 60 * SECOND, () => played.follows[0] !== null);
    return {
      suspectedNs: played.events('suspected')[0]!.atNs - crashNs,
      detectedNs: played.events('detected')[0]!.atNs - crashNs,
      promotionNs: promotedNs - played.events('detected')[0]!.atNs,
      switchNs: switchedNs - promotedNs,
      correctedNs: played.nowNs - returnedNs,
    };
  });

  test('suspected and detected within a ping period and two ticks of down-after', () => {
    for (const { suspectedNs, detectedNs } of rows) {
      expect(suspectedNs).toBeGreaterThan(DOWN_AFTER - ROUND_TRIP);
      expect(suspectedNs).toBeLessThanOrEqual(DOWN_AFTER + PING_PERIOD + 2 * TICK + ROUND_TRIP);
      expect(detectedNs).toBeGreaterThanOrEqual(suspectedNs);
      // A second sentinel comes to the same conclusion, asks, and counts the answer at its next tick.
      expect(detectedNs).toBeLessThanOrEqual(DOWN_AFTER + PING_PERIOD + 3 * TICK + 2 * ROUND_TRIP);
    }
  });

  test('promoted three ticks later: votes, choice, command', () => {
    for (const { promotionNs } of rows) {
      expect(promotionNs).toBeGreaterThan(3 * (SECOND / 19) - ROUND_TRIP);
      expect(promotionNs).toBeLessThanOrEqual(3 * TICK + 2 * ROUND_TRIP);
    }
  });

  test('sentinels learn of it by the INFO of each second, and tell each other by hello', () => {
    for (const { switchNs } of rows) {
      expect(switchNs).toBeGreaterThan(SECOND - 3 * TICK);
      expect(switchNs).toBeLessThanOrEqual(SECOND + 4 * TICK + 4 * ROUND_TRIP);
    }
  });

  test('loses: a primary that returns is made a replica by the INFO 10 s later', () => {
    for (const { correctedNs } of rows) {
      expect(correctedNs).toBeGreaterThan(8 * SECOND);
      expect(correctedNs).toBeLessThanOrEqual(10 * SECOND + 3 * TICK);
    }
  });
});

test('the replica with the greatest offset is promoted, and the others follow it', () => {
  const played = cluster({ shards: 2, replicas: 3, offsets: [9, 9, 5, 9, 7, 9, 6, 9] }).run(12 * SECOND);
  played.crash(0);
  played.run(30 * SECOND);
  expect(played.promotions.map(({ node }) => node)).toEqual([4]);
  expect([played.follows[2], played.follows[6]]).toEqual([4, 4]);
});

test('a quorum that cannot be had fails nobody over; nor does a minority of sentinels', () => {
  const unreachable = cluster({ params: { sentinels: 3, quorum: 4 } }).run(12 * SECOND);
  unreachable.crash(0);
  expect(unreachable.run(120 * SECOND).promotions).toEqual([]);

  // Two of three sentinels, beside nodes 5 and 4, are gone: one sees it, and quorum 1 says so, but no majority.
  const minority = cluster({ params: { sentinels: 3, quorum: 1 } }).run(12 * SECOND);
  for (const node of [5, 4, 0]) minority.crash(node);
  minority.run(120 * SECOND);
  expect(minority.events('detected').map(({ about }) => about)).toEqual([0]);
  expect(minority.promotions).toEqual([]);
});

test('a primary that only one sentinel cannot reach stays', () => {
  const played = cluster().run(12 * SECOND);
  played.connected = (from, to) => !(from === 5 && to === 0);
  played.run(60 * SECOND);
  expect(played.events('suspected').map(({ about, by }) => [about, by])).toEqual([[0, 5]]);
  expect(played.promotions).toEqual([]);
});

test('wins: fails over with two shards, where a Redis Cluster has no majority', () => {
  const crash: Fault = { kind: 'crash', name: 'kill', atNs: 2 * SECOND, node: 0, of: 'host' };
  const play = (module: typeof redisSentinel | typeof redisCluster, params: object) =>
    run(
      buildSetup({
        ratePerSec: 500,
        durationNs: 20 * SECOND,
        shards: 2,
        replicas: 1,
        clients: { count: 3, timeoutNs: 100e6 },
        faults: [crash],
        strategy: { failover: { module: module as never, params: module.params.parse(params) } },
      }),
      1,
      { check: true },
    );
  const sentinel = play(redisSentinel, { downAfter: '1s' });
  const cluster = play(redisCluster, { nodeTimeout: '1s' });
  expect(sentinel.failover[0]!.promotedMs).toBeLessThan(4500);
  expect(cluster.failover[0]!.promotedMs).toBeNull();
  expect(sentinel.requests.failed).toBeLessThan(cluster.requests.failed / 3);
});
