/**
 * Unit: Redis Cluster's failover protocol inside the engine, against the timeline its constants imply. With
 * cluster-node-timeout T: suspicion in (T, 1.5 T + a tick], FAIL one gossip message later, promotion 0.5 to 1.2 s
 * after that (election delay, two ticks at most, and votes).
 */
import { beforeAll, describe, expect, test } from 'vitest';
import type { ControlEvent, RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import type { Fault, Setup } from '../../sim/setup.ts';
import { redisCluster } from '../../strategies/failover/redis-cluster/redis-cluster.ts';
import { buildSetup } from '../setup-builder.ts';

const SECOND = 1e9;
const KILL_NS = 5 * SECOND;
const TIMEOUT_MS = 2000;

interface Case {
  readonly shards?: number;
  readonly replicas?: number;
  readonly durationNs?: number;
  readonly faults: readonly Fault[];
  readonly params?: Record<string, unknown>;
  readonly seed?: number;
  readonly refresh?: Pick<Setup['clients']['topologyRefresh'], 'periodicNs' | 'minIntervalNs'>;
}

const AFTER_BAD_NEWS = { periodicNs: Infinity, minIntervalNs: 0.5 * SECOND };
/** Clients that ask nobody: they learn from redirections alone. */
const NEVER = { periodicNs: Infinity, minIntervalNs: Infinity };

function play({
  shards = 3,
  replicas = 1,
  durationNs = 20 * SECOND,
  faults,
  params,
  seed = 1,
  refresh = AFTER_BAD_NEWS,
}: Case): RunResult {
  const failover = {
    module: redisCluster,
    params: redisCluster.params.parse({ nodeTimeout: `${TIMEOUT_MS}ms`, ...params }),
  };
  const setup: Setup = buildSetup({
    ratePerSec: 60,
    durationNs,
    shards,
    replicas,
    operations: [0.5, 0.5, 0, 0],
    clients: {
      count: 3,
      timeoutNs: 200e6,
      retries: { max: 2, backoffNs: 10e6, maxBackoffNs: 100e6, jitter: 'full' },
      topologyRefresh: refresh,
    },
    network: { sameZoneNs: 100_000, crossZoneNs: 100_000, jitterSigma: 0.2 },
    faults,
    strategy: { failover },
  });
  return run(setup, seed, { check: true });
}

const kill = (node: number, atNs = KILL_NS): Fault => ({
  kind: 'crash',
  name: `kill-${node}`,
  atNs,
  node,
  of: 'host',
});
const restart = (node: number, atNs: number): Fault => ({
  kind: 'restart',
  name: `restart-${node}`,
  atNs,
  node,
});
const eventsOf = (result: RunResult, event: string): ControlEvent[] =>
  result.events.filter((e) => e.event === event);

describe('a primary dies', () => {
  const runs: RunResult[] = [];
  beforeAll(() => {
    for (let seed = 1; seed <= 200; seed++) runs.push(play({ faults: [kill(0)], seed }));
  });
  const sinceKill = (atMs: number | null): number => (atMs ?? NaN) - KILL_NS / 1e6;

  test('nobody suspects it before the node timeout, and everybody has by one and a half', () => {
    for (const result of runs) {
      const suspected = eventsOf(result, 'suspected').map((event) => sinceKill(event.atMs));
      expect(Math.min(...suspected)).toBeGreaterThan(TIMEOUT_MS);
      expect(Math.max(...suspected)).toBeLessThan(1.5 * TIMEOUT_MS + 200);
    }
  });

  test('a majority fails it within about a second of gossip', () => {
    for (const { failover } of runs) {
      expect(sinceKill(failover[0]!.detectedMs)).toBeGreaterThan(TIMEOUT_MS);
      expect(sinceKill(failover[0]!.detectedMs)).toBeLessThan(1.5 * TIMEOUT_MS + 1200);
    }
  });

  test('its replica is promoted once, 0.5 to 1.2 s after the failure is agreed on', () => {
    const delays = runs.map(({ failover }) => failover[0]!.promotedMs! - failover[0]!.detectedMs!);
    for (const delay of delays) {
      expect(delay).toBeGreaterThanOrEqual(500);
      expect(delay).toBeLessThan(1210);
    }
    // U(0, 100) until the replica's next tick, 500 ms + U(0, 500) until the election may start, U(0, 100) until the
    // tick after that, and about 0.3 ms of messages: mean 850.3 ms, variance (100^2 + 500^2 + 100^2) / 12.
    const mean = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
    const standardError = Math.sqrt((500 ** 2 + 2 * 100 ** 2) / 12 / delays.length);
    expect(Math.abs(mean - 850.3)).toBeLessThan(4 * standardError);
    for (const result of runs) expect(eventsOf(result, 'promoted')).toHaveLength(1);
  });

  test('clients write again soon after the promotion, having asked for the topology', () => {
    for (const { failover } of runs) {
      const felt = failover[0]!.recoveredMs! - failover[0]!.promotedMs!;
      expect(felt).toBeGreaterThan(0);
      expect(felt).toBeLessThan(1500);
    }
  });

  test('every node answers CLUSTERDOWN meanwhile, unless coverage is not required', () => {
    expect(eventsOf(runs[0]!, 'cluster-down')).toHaveLength(5);
    expect(eventsOf(runs[0]!, 'cluster-up')).toHaveLength(5);
    const partial = play({ faults: [kill(0)], params: { fullCoverage: false } });
    expect(eventsOf(partial, 'cluster-down')).toHaveLength(0);
    expect(partial.requests.failed).toBeLessThan(runs[0]!.requests.failed);
  });
});

test('the old primary comes back as a replica, and copies the new one', () => {
  const result = play({ faults: [kill(0), restart(0, 12 * SECOND)] });
  expect(result.nodes[0]).toMatchObject({ role: 'replica', state: 'up' });
  expect(result.nodes[3]).toMatchObject({ role: 'primary' });
  const [demoted] = eventsOf(result, 'demoted');
  expect(demoted!.atMs - 12_000).toBeLessThan(300);
  expect(result.cache.misses).toBe(0);
});

test('a client that asks nobody learns of the new primary when the old one redirects it (MOVED)', () => {
  const result = play({ faults: [kill(0), restart(0, 12 * SECOND)], refresh: NEVER });
  expect(result.requests.redirects).toBeGreaterThanOrEqual(3); // each of the three clients, once
  expect(result.failover[0]!.recoveredMs).toBeGreaterThan(12_000);
  expect(result.timeline.failed.at(-1)).toBe(0);
});

test('a primary that is back before the timeout stays primary', () => {
  const result = play({ faults: [kill(0), restart(0, KILL_NS + 1 * SECOND)] });
  expect(eventsOf(result, 'promoted')).toHaveLength(0);
  expect(result.nodes[0]).toMatchObject({ role: 'primary', state: 'up' });
});

test('of two replicas one is promoted and the other follows it', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const result = play({ replicas: 2, faults: [kill(0)], seed });
    expect(eventsOf(result, 'promoted')).toHaveLength(1);
    const shard = result.nodes.filter((node) => node.shard === 0 && node.state === 'up');
    expect(shard.map((node) => node.role).sort()).toEqual(['primary', 'replica']);
  }
});

test('the promoted replica may die too, and its sibling takes over in a later epoch', () => {
  const first = play({ replicas: 2, faults: [kill(0)] });
  const promoted = first.nodes.findIndex(
    (node) => node.shard === 0 && node.role === 'primary' && node.state === 'up',
  );
  const result = play({
    replicas: 2,
    durationNs: 40 * SECOND,
    faults: [kill(0), kill(promoted, 15 * SECOND)],
  });
  expect(eventsOf(result, 'promoted')).toHaveLength(2);
  expect(result.failover).toHaveLength(2);
  expect(result.failover[1]!.promotedMs).toBeGreaterThan(15_000);
});

test('without a majority of primaries nobody is failed and nobody promoted', () => {
  const result = play({ faults: [kill(0), kill(1)] });
  expect(eventsOf(result, 'detected')).toHaveLength(0);
  expect(eventsOf(result, 'promoted')).toHaveLength(0);
  expect(eventsOf(result, 'cluster-down').length).toBeGreaterThan(0);
});

test('two primaries of five may die at once: both are replaced', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const result = play({ shards: 5, faults: [kill(0), kill(1)], durationNs: 40 * SECOND, seed });
    expect(eventsOf(result, 'promoted')).toHaveLength(2);
    const epochs = new Set(eventsOf(result, 'promoted').map((event) => event.node));
    expect(epochs.size).toBe(2);
  }
});

test('a dead replica is failed and taken back without an election', () => {
  const result = play({ faults: [kill(4), restart(4, 12 * SECOND)] });
  expect(eventsOf(result, 'detected').length).toBeGreaterThan(0);
  expect(eventsOf(result, 'election')).toHaveLength(0);
  expect(result.requests.failed).toBe(0);
});

test('cluster-allow-reads-when-down: while the cluster is down the other shards answer reads, and no writes', () => {
  const dead = [0, 3].map((node): Fault => {
    return { kind: 'crash', name: `kill-${node}`, atNs: KILL_NS, node, of: 'host' };
  });
  const [closed, open] = [false, true].map((readsWhenDown) =>
    play({ faults: dead, params: { readsWhenDown } }),
  );
  expect(closed!.events.some(({ event }) => event === 'cluster-down')).toBe(true);
  // From some 8 s to 20 s nothing is answered, or half of two thirds of 60/s: the reads of two shards. A standard
  // deviation of some sqrt(240) = 15.
  const more = open!.requests.completed - closed!.requests.completed;
  expect(more).toBeGreaterThan(240 - 4 * 16 - 30);
  expect(more).toBeLessThan(240 + 4 * 16 + 30);
});
