/** Unit: what happens to requests when something is slow, full, dead, empty or behind. */
import { describe, expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import type { Fault } from '../../sim/setup.ts';
import { buildSetup, fewestOf, firstCandidate, type Overrides } from '../setup-builder.ts';

const SECOND = 1e9;
const MS = 1e6;
const checked = (overrides: Overrides) => run(buildSetup(overrides), 7, { check: true });
const patient = {
  timeoutNs: 50 * MS,
  retries: { max: 3, backoffNs: MS, maxBackoffNs: 10 * MS, jitter: 'full' },
} as const;
const crash = (of: 'process' | 'host', atNs: number): Fault => ({
  kind: 'crash',
  name: 'kill-1',
  atNs,
  node: 0,
  of,
});
const restart = (atNs: number): Fault => ({ kind: 'restart', name: 'back-1', atNs, node: 0 });

describe('timeouts and retries', () => {
  test('an overloaded node makes requests time out, and each is retried as often as allowed', () => {
    const { requests } = checked({ ratePerSec: 2000, durationNs: SECOND, clients: { ...patient, count: 4 } });
    expect(requests.timedOut).toBeGreaterThan(500);
    expect(requests.failed).toBe(requests.timedOut);
    expect(requests.attempts).toBe(requests.offered + requests.retries);
    expect(requests.open).toBe(0);
  });

  test('without retries every failure is a first attempt', () => {
    const clients = { timeoutNs: 5 * MS, retries: { ...patient.retries, max: 0 } };
    const { requests } = checked({ ratePerSec: 2000, durationNs: SECOND, clients });
    expect(requests.retries).toBe(0);
    expect(requests.attempts).toBe(requests.offered);
  });

  test('abandoned work still burns capacity', () => {
    const clients = { timeoutNs: 5 * MS };
    const { nodes, diverged } = checked({ ratePerSec: 2000, durationNs: SECOND, clients });
    expect(nodes[0]!.utilization).toBeGreaterThan(0.99);
    expect(diverged).toEqual([{ node: 'node-0', offeredLoad: expect.closeTo(2, 0) }]);
  });

  test('a full queue turns requests away at once', () => {
    const { requests, responseTime } = checked({ ratePerSec: 2000, durationNs: SECOND, queueLimit: 3 });
    expect(requests.rejected).toBeGreaterThan(800);
    expect(responseTime.max).toBeLessThan(40);
  });
});

describe('clients that wait for ever', () => {
  test('requests that nobody answers count as slower than any, and the outage lasts', () => {
    const faults = [crash('host', SECOND)];
    const clients = { timeoutNs: Infinity };
    const run1 = checked({ ratePerSec: 400, durationNs: 4 * SECOND, shards: 2, clients, faults });
    expect(run1.requests.failed).toBe(0);
    expect(run1.requests.open).toBeGreaterThan(0.2 * run1.requests.offered);
    expect(run1.p99WithFailures).toBeNull();
    expect(run1.failover).toMatchObject([{ recoveredMs: null }]);
    expect(run1.failover[0]!.unavailableMs).toBeGreaterThan(2900);
  });
});

describe('a crash without failover', () => {
  const base = { ratePerSec: 400, durationNs: 4 * SECOND, operations: [0.5, 0.5, 0, 0], shards: 2 } as const;

  test('a dead process refuses, a dead host is silent', () => {
    const clients = { timeoutNs: 50 * MS };
    const faults = (of: 'process' | 'host') => [crash(of, SECOND), restart(3 * SECOND)];
    const refused = checked({ ...base, clients, faults: faults('process') }).requests;
    const silent = checked({ ...base, clients, faults: faults('host') }).requests;
    expect(refused.refused).toBeGreaterThan(300);
    expect(refused.timedOut).toBeLessThan(5);
    expect(silent.timedOut).toBeGreaterThan(300);
    expect(silent.refused).toBe(0);
  });

  test('the outage lasts until the restart, seen by reads and writes', () => {
    const clients = { timeoutNs: 50 * MS };
    const [outage] = checked({
      ...base,
      clients,
      faults: [crash('host', SECOND), restart(3 * SECOND)],
    }).failover;
    expect(outage).toMatchObject({ fault: 'kill-1', node: 'node-0', atMs: 1000, promotedMs: null });
    expect(outage!.unavailableReadMs).toBeGreaterThan(2000);
    expect(outage!.unavailableReadMs).toBeLessThan(2200);
    expect(outage!.unavailableWriteMs).toBeGreaterThan(2000);
    expect(outage!.recoveredMs).toBeGreaterThan(3000);
  });

  test('an only copy takes its acknowledged writes with it, and the restarted node starts empty', () => {
    const keys = { kind: 'uniform', count: 50 } as const;
    const result = checked({ ...base, keys, faults: [crash('process', 2 * SECOND), restart(2.5 * SECOND)] });
    expect(result.lostWrites).toBe(25); // every key of the shard was written in two seconds
    expect(result.cache.misses).toBeGreaterThan(0);
  });

  test('a replica keeps serving reads, and its memory is wiped by an empty primary that comes back', () => {
    const strategy = { selection: { module: fewestOf(2), params: {} } };
    const clients = { timeoutNs: 50 * MS, retries: patient.retries };
    const faults = [crash('process', SECOND), restart(3 * SECOND)];
    const result = checked({ ...base, shards: 1, replicas: 1, strategy, clients, faults });
    const [outage] = result.failover;
    expect(outage!.unavailableReadMs).toBeLessThan(200);
    expect(outage!.unavailableWriteMs).toBeGreaterThan(2000);
    expect(result.lostWrites).toBeGreaterThan(100);
    expect(result.cache.misses).toBeGreaterThan(50);
  });
});

describe('replication', () => {
  const base = {
    ratePerSec: 500,
    durationNs: 4 * SECOND,
    replicas: 1,
    operations: [0.5, 0.5, 0, 0],
    keys: { kind: 'uniform', count: 20 },
  } as const;

  test('replicas do the work of writes too', () => {
    const { nodes } = checked({ ...base, operations: [0, 1, 0, 0] });
    expect(nodes[1]!.utilization / nodes[0]!.utilization).toBeCloseTo(1, 1);
    expect(nodes[1]!.attempts).toBe(0);
  });

  test('reads from a lagging replica are stale, reads from the primary never', () => {
    const setup = buildSetup({ ...base, strategy: { selection: { module: fewestOf(1), params: {} } } });
    const replication = { ...setup.cluster.replication, lagNs: 20 * MS };
    const lagging = { ...setup, cluster: { ...setup.cluster, replication } };
    expect(run(lagging, 7, { check: true }).staleReads).toBeGreaterThan(20);
    const selection = { module: firstCandidate, params: {} };
    const fromPrimary = { ...lagging, strategy: { ...lagging.strategy, selection } };
    expect(run(fromPrimary, 7, { check: true }).staleReads).toBe(0);
  });
});

describe('misses', () => {
  test('cost a trip to the origin and fill the cache', () => {
    const faults = [crash('process', SECOND), restart(1.001 * SECOND)];
    const origin = { latencyNs: 5 * MS, latencyShape: { kind: 'constant' }, concurrency: 8 } as const;
    const keys = { kind: 'uniform', count: 30 } as const;
    const { cache, responseTime } = checked({
      ratePerSec: 200,
      durationNs: 4 * SECOND,
      faults,
      origin,
      keys,
    });
    expect(cache.misses).toBeGreaterThanOrEqual(30);
    expect(cache.misses).toBeLessThan(60);
    expect(cache.originRequests).toBe(cache.misses);
    expect(responseTime.max).toBeGreaterThan(5);
  });

  test('wait in line where the origin serves few at once', () => {
    const faults = [crash('process', SECOND), restart(1.001 * SECOND)];
    const slowest = (concurrency: number): number =>
      checked({
        ratePerSec: 500,
        durationNs: 2 * SECOND,
        faults,
        origin: { latencyNs: 5 * MS, latencyShape: { kind: 'constant' }, concurrency },
      }).responseTime.max!;
    expect(slowest(1)).toBeGreaterThan(2 * slowest(100));
  });
});

describe('determinism', () => {
  const overrides: Overrides = {
    ratePerSec: 3000,
    durationNs: SECOND,
    shards: 3,
    replicas: 1,
    operations: [0.8, 0.2, 0, 0],
    clients: { ...patient, count: 5 },
    network: { sameZoneNs: 100_000, crossZoneNs: 100_000, jitterSigma: 0.4 },
    faults: [crash('host', 0.3 * SECOND), restart(0.6 * SECOND)],
  };

  test('same setup and seed, same result; another seed, another', () => {
    expect(checked(overrides)).toEqual(checked(overrides));
    expect(run(buildSetup(overrides), 8).fingerprint).not.toBe(run(buildSetup(overrides), 7).fingerprint);
  });

  test('strategies see the very same workload', () => {
    const one = checked(overrides);
    const other = checked({ ...overrides, strategy: { selection: { module: fewestOf(2), params: {} } } });
    expect(other.requests.offered).toBe(one.requests.offered);
    expect(other.hotKeys).toEqual(one.hotKeys);
    expect(other.timeline.offered).toEqual(one.timeline.offered);
    expect(other.fingerprint).not.toBe(one.fingerprint);
  });

  test('stopping early gives a partial result that still balances', () => {
    let calls = 0;
    const result = run(buildSetup({ ratePerSec: 50_000, durationNs: SECOND, shards: 60 }), 7, {
      check: true,
      onProgress: () => ++calls < 3,
    });
    expect(result.partial).toBe(true);
    expect(result.simulatedMs).toBeLessThan(1000);
    expect(result.requests.open).toBe(0);
  });
});

test('a selection that returns no node is named in the error', () => {
  const broken = { ...fewestOf(1), name: 'broken', create: () => ({ select: () => 99 }) };
  const overrides = {
    ratePerSec: 10,
    durationNs: SECOND,
    strategy: { selection: { module: broken, params: {} } },
  };
  expect(() => checked(overrides)).toThrow(/select\(\) returned 99, which is not a node/);
});
