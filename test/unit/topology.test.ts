/** Unit: the ways by which clients learn who is primary now, and what each costs them when a host falls silent. */
import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import type { Fault, PoolSetup } from '../../sim/setup.ts';
import { redisCluster } from '../../strategies/failover/redis-cluster/redis-cluster.ts';
import { redisSentinel } from '../../strategies/failover/redis-sentinel/redis-sentinel.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

const MS = 1e6;
const SECOND = 1e9;
const KILL: Fault = { kind: 'crash', name: 'kill', atNs: 2 * SECOND, node: 0, of: 'host' };
const CLUSTER = {
  module: redisCluster,
  params: redisCluster.params.parse({ nodeTimeout: '1s' }),
};

function play(
  topologyRefresh: NonNullable<NonNullable<Overrides['clients']>['topologyRefresh']>,
  { clients, ...rest }: Partial<Overrides> = {},
): RunResult {
  return run(
    buildSetup({
      ratePerSec: 200,
      durationNs: 30 * SECOND,
      shards: 3,
      replicas: 1,
      network: { sameZoneNs: MS / 10, crossZoneNs: MS / 10, jitterSigma: 0 },
      faults: [KILL],
      ...rest,
      clients: { count: 5, timeoutNs: 200 * MS, ...clients, topologyRefresh },
      strategy: { failover: CLUSTER, ...rest.strategy },
    }),
    4,
    { check: true },
  );
}

/** From promotion to the last client's first success [ms]. */
function late({ failover: [kill] }: RunResult): number {
  return kill!.atMs + kill!.firstSuccess.maxMs! - kill!.promotedMs!;
}

describe('after bad news', () => {
  test('each kind that is named makes a client ask; of a silent host it only hears timeouts', () => {
    const by = (on: readonly ('moved' | 'refused' | 'timeout' | 'clusterDown')[]) =>
      play({ on, minIntervalNs: 100 * MS });
    expect(late(by(['timeout']))).toBeLessThan(400);
    // Nobody is refused, and nobody who is well sends anybody elsewhere: until the end nobody asks.
    expect(by(['refused']).failover[0]!.clientsNever).toBe(5);
    expect(by(['moved']).failover[0]!.clientsNever).toBe(5);
  });

  test('it may take several failures of a node in a row', () => {
    const [one, many] = [1, 40].map((afterFailures) =>
      play({ on: ['timeout'], minIntervalNs: 100 * MS, afterFailures }),
    );
    expect(late(many!)).toBeGreaterThan(late(one!) + 300);
    expect(many!.failover[0]!.clientsNever).toBe(0);
  });
});

test('a periodic refresh finds out within its period, without any news', () => {
  const result = play({ on: [], periodicNs: 5 * SECOND });
  expect(result.failover[0]!.clientsNever).toBe(0);
  // And a second more for each time that it asks the dead host first.
  expect(late(result)).toBeLessThan(7200);
  expect(late(result)).toBeGreaterThan(500);
});

describe('push', () => {
  test('reaches all clients with the next message, whatever they do', () => {
    const result = play({ on: [], push: true });
    const { atMs, promotedMs, firstSuccess, clientsNever } = result.failover[0]!;
    // The winner's PONG to everybody, the push, and the client's next request.
    expect(atMs + firstSuccess.p50Ms! - promotedMs!).toBeLessThan(200);
    // One client had subscribed to the dead host: it finds out by its next heartbeat.
    expect(late(result)).toBeGreaterThan(500);
    expect(late(result)).toBeLessThan(5200);
    expect(clientsNever).toBe(0);
  });

  test('by sentinels, as subscribers of +switch-master hear it', () => {
    const failover = {
      module: redisSentinel,
      params: redisSentinel.params.parse({ downAfter: '1s' }),
    };
    const result = play({ on: [], push: true }, { strategy: { failover } });
    expect(result.failover[0]!.clientsNever).toBe(0);
    // Sentinels see the new role by INFO, once a second, before they tell.
    expect(late(result)).toBeLessThan(2500);
    expect(late(result)).toBeGreaterThan(0);
  });
});

test('who learns that a node is gone closes its connection to it, and what hung on it goes elsewhere', () => {
  const pool: PoolSetup = {
    kind: 'multiplexed',
    size: 1,
    waitNs: Infinity,
    connectTimeoutNs: 10 * SECOND,
    backoffNs: 50 * MS,
    maxBackoffNs: SECOND,
    whileDown: 'fail',
    checked: true,
    unacknowledgedNs: 924.6 * SECOND,
    roundTrips: 2,
    nodeNs: 0,
    backlog: 511,
  };
  const retries = { max: 16, backoffNs: 100 * MS, maxBackoffNs: 100 * MS, jitter: 'none' } as const;
  // CLUSTERDOWN lasts for the election: some 15 pauses of 100 ms.
  const clients = { timeoutNs: Infinity, pool, retries, maxRedirects: 50 };
  const hanging = play({ on: [] }, { clients });
  const told = play({ on: [], periodicNs: SECOND }, { clients });
  // ioredis without commandTimeout and slotsRefreshInterval, and with the latter.
  expect(hanging.requests.open).toBeGreaterThan(1000);
  expect(told.requests.open).toBe(0);
  expect(told.requests.failed).toBe(0);
});
