/** Unit: WAIT and min-replicas-to-write, from the scenario to the result; and what they keep of what a failover loses. */
import { describe, expect, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { metricNamed } from '../../sim/gates/catalogue.ts';
import { WHOLE_RUN } from '../../sim/gates/metric.ts';
import { AcknowledgementLine } from '../../sim/replication/acknowledgement-line.ts';
import type { RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import { WaitLine } from '../../sim/wait-line.ts';
import { registry } from '../../strategies/index.ts';
import { load, MINIMAL, problemsOf } from './scenarios-helpers.ts';

const SERVICE_MS = 0.05;
const ONE_WAY_MS = 0.1;

interface Asked {
  readonly shards?: number;
  readonly replicas?: number;
  readonly timeout?: string;
  readonly replication?: string;
  readonly clients?: string;
  readonly faults?: readonly string[];
  readonly failover?: string;
  readonly seconds?: number;
  readonly lag?: string;
}

/** One shard, its network and lag without scatter, a write every 2 ms. */
function played(asked: Asked, express = true): RunResult {
  const text = `
name: durable
question: Is it on the replicas?
duration: ${asked.seconds ?? 20}s
cluster:
  shards: ${asked.shards ?? 1}
  replicas: ${asked.replicas ?? 1}
  zones: [a]
  node: { serviceTime: { set: ${SERVICE_MS}ms, perKiB: 0s, shape: constant } }
  replication: { lag: ${asked.lag ?? '2ms'}, lagShape: constant, syncDelay: 0s, ${asked.replication ?? ''} }
network: { sameZone: ${ONE_WAY_MS}ms, jitter: 0 }
workload: { rate: 500/s, arrivals: deterministic, keys: { count: 1k, popularity: uniform }, operations: { set: 100% } }
origin: none
clients: { count: 2, timeout: ${asked.timeout ?? '500ms'}, retries: { max: 0 }, topologyRefresh: { periodic: 1s }, ${asked.clients ?? ''} }
faults: [${(asked.faults ?? []).join(', ')}]
strategies: { it: { preset: redis-cluster, failover: ${asked.failover ?? 'none'} } }
`;
  const loaded = loadScenario({ path: 'durable.yaml', text }, { registry });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems, null, 1));
  return run(bindSetup(loaded.scenario, 'it', registry, null), 1, { check: true, express });
}

const WAIT_1 = 'wait: { replicas: 1, timeout: 100ms }';

describe('WAIT', () => {
  test('takes the lag, the replica’s work and the way back, on top of the write', () => {
    const { waits, responseTime, lostWrites } = played({ clients: WAIT_1 });
    const waitMs = 2 + SERVICE_MS + ONE_WAY_MS;
    expect(waits!.short).toBe(0);
    expect(waits!.satisfied).toBe(9999);
    // Histograms tell up to 0.8 % more.
    expect(waits!.time.mean! / waitMs).toBeCloseTo(1, 1);
    expect(waits!.time.max!).toBeCloseTo(waitMs, 6);
    expect(responseTime.max!).toBeCloseTo(2 * ONE_WAY_MS + SERVICE_MS + waitMs, 6);
    expect(lostWrites).toBe(0);
  });

  test('for two replicas is for the slower one, and short when one of them is gone', () => {
    const { waits, requests, failover } = played({
      replicas: 2,
      clients: 'wait: { replicas: 2, timeout: 50ms }',
      faults: ['{ at: 10s, crash: node-1, of: process, name: gone }'],
    });
    expect(requests.failed).toBe(0);
    expect(failover).toEqual([]);
    expect(waits!.satisfied + waits!.short).toBe(9999);
    // Half of them, and one or two that were on their way.
    expect(Math.abs(waits!.short - 5000)).toBeLessThan(3);
    expect(waits!.time.max!).toBeCloseTo(50, 6);
  });

  test('ends when the replica is awake again, for those who still wait', () => {
    const asked = { faults: ['{ at: 5s, pause: node-1, for: 200ms, name: hang }'] };
    const patient = played({ ...asked, clients: 'wait: { replicas: 1, timeout: 400ms }' });
    expect(patient.waits).toMatchObject({ short: 0, satisfied: 9999 });
    expect(patient.waits!.time.max!).toBeGreaterThan(199);
    const hasty = played({ ...asked, clients: WAIT_1 });
    // One every 2 ms: the first 100 of 200 ms, the lag before, and the 5 ms in which the replica catches up.
    expect(hasty.waits!.short).toBeGreaterThanOrEqual(50);
    expect(hasty.waits!.short).toBeLessThan(50 + 5);
    expect(hasty.requests.failed).toBe(0);
  });

  test('is satisfied by whoever follows the successor, whatever is under way to the one cut off', () => {
    const { waits, failover } = played({
      shards: 3,
      replicas: 2,
      clients: WAIT_1,
      failover: '{ use: redis-cluster, nodeTimeout: 1s }',
      faults: ['{ at: 5s, partition: node-0, for: 12s, name: cut }'],
    });
    expect(failover[0]!.promotedMs).not.toBeNull();
    // What the successor took before its first replica was in step.
    expect(waits!.short).toBeLessThan(50);
  });

  test('without an end lasts until the client gives up', () => {
    const { requests, waits } = played({
      clients: 'wait: { replicas: 1, timeout: none }',
      faults: ['{ at: 10s, crash: node-1, of: process, name: gone }'],
    });
    expect(waits!.short).toBe(0);
    expect(Math.abs(requests.timedOut - 5000)).toBeLessThan(3);
    expect(requests.failed).toBe(requests.timedOut);
  });

  test('of a primary that dies: refused with its process, unanswered with its host', () => {
    const asked = { clients: 'wait: { replicas: 1, timeout: none }', lag: '50ms', seconds: 6 };
    const killed = (kind: string) =>
      played({ ...asked, faults: [`{ at: 5s, crash: node-0, of: ${kind}, name: kill }`] });
    const [process, host] = [killed('process'), killed('host')];
    // 50 ms of writes waited; those of the last second find nobody.
    expect(process.waits!.satisfied).toBe(host.waits!.satisfied);
    expect(process.requests.refused).toBe(process.requests.failed);
    expect(host.requests.timedOut).toBe(host.requests.failed);
    expect(Math.abs(process.requests.failed - (500 + 25))).toBeLessThan(4);
  });

  test('tells of what a primary cut off from its replica goes on to take, and to lose', () => {
    const asked = {
      shards: 3,
      failover: '{ use: redis-cluster, nodeTimeout: 2s }',
      faults: ['{ at: 5s, partition: node-0, between: nodes, for: 8s, name: cut }'],
    };
    const asynchronous = played(asked);
    const { waits, lostWrites, failover } = played({ ...asked, clients: WAIT_1 });
    expect(asynchronous.waits).toBeNull();
    expect(asynchronous.lostWrites).toBeGreaterThan(200);
    expect(failover[0]!.promotedMs).toBe(asynchronous.failover[0]!.promotedMs);
    expect(lostWrites).toBe(0);
    // Whoever was not told in time that it is safe was told that it is not, or gave up.
    expect(waits!.lostShortWrites).toBeGreaterThan(200);
    expect(waits!.lostShortWrites).toBeLessThanOrEqual(waits!.short);
    expect(waits!.lostShortWrites + lostWrites).toBe(asynchronous.lostWrites);
  });

  test('is short for all who wait when their primary has to step down', () => {
    const { waits, requests, lostWrites, nodes } = played({
      shards: 3,
      failover: '{ use: redis-cluster, nodeTimeout: 1s }',
      clients: 'wait: { replicas: 1, timeout: none }',
      timeout: 'none',
      faults: ['{ at: 5s, pause: node-0, for: 6s, name: hang }'],
    });
    expect(nodes[0]!.role).toBe('replica');
    expect(waits!.short).toBeGreaterThan(0);
    expect(waits!.lostShortWrites).toBe(waits!.short);
    expect(lostWrites).toBe(0);
    expect(requests.open).toBe(0);
  });

  test('is off the short way through the engine, and takes no other', () => {
    const asked = { clients: WAIT_1, replication: 'minReplicasToWrite: 1', seconds: 3 };
    const long = played(asked, false);
    expect({ ...played(asked), perf: null }).toEqual({ ...long, perf: null });
  });
});

describe('min-replicas-to-write', () => {
  const NEEDS_1 = 'minReplicasToWrite: 1, minReplicasMaxLag: 2s';
  /** From the crash at 5 s on, in a run of 20 s. */
  const refusedFor = ({ requests }: RunResult): number => requests.noReplicas / 500;

  test('costs nothing while replicas are there', () => {
    const { requests, fingerprint } = played({ replication: NEEDS_1, seconds: 3 });
    expect(requests.failed).toBe(0);
    expect(fingerprint).toBe(played({ seconds: 3 }).fingerprint);
  });

  test('refuses at once when the connection breaks, and takes writes when the replica is back', () => {
    const result = played({
      replication: NEEDS_1,
      faults: [
        '{ at: 5s, crash: node-1, of: process, name: kill }',
        '{ at: 11s, restart: node-1, name: back }',
      ],
    });
    expect(result.requests.failed).toBe(result.requests.noReplicas);
    expect(refusedFor(result)).toBeGreaterThan(6);
    // It has to be sent a megabyte.
    expect(refusedFor(result)).toBeLessThan(6.1);
  });

  test.each([
    ['whose host is gone', 'crash: node-1, of: host'],
    ['that hangs', 'pause: node-1, for: 60s'],
    ['that is cut off', 'partition: node-1, between: nodes, for: 60s'],
  ])('refuses a max-lag, and up to two seconds, after the last word of a replica %s', (_, fault) => {
    const result = played({ replication: NEEDS_1, faults: [`{ at: 5s, ${fault}, name: silence }`] });
    expect(result.requests.failed).toBe(result.requests.noReplicas);
    // It was heard up to a second before; lag is in whole seconds, and looked at once a second.
    expect(15 - refusedFor(result)).toBeGreaterThan(2 - 1);
    expect(15 - refusedFor(result)).toBeLessThan(2 + 2);
  });

  test('keeps one replica’s silence from mattering where there are two', () => {
    const { requests } = played({
      replicas: 2,
      replication: NEEDS_1,
      faults: ['{ at: 5s, crash: node-1, of: process, name: kill }'],
    });
    expect(requests.failed).toBe(0);
  });

  test('makes a successor without replicas refuse until the old primary is back', () => {
    const asked = {
      shards: 3,
      failover: '{ use: redis-cluster, nodeTimeout: 1s }',
      faults: [
        '{ at: 5s, crash: node-0, of: process, name: kill }',
        '{ at: 12s, restart: node-0, name: back }',
      ],
    };
    const asynchronous = played(asked);
    const insisting = played({ ...asked, replication: NEEDS_1 });
    const promotedMs = insisting.failover[0]!.promotedMs!;
    expect(promotedMs).toBe(asynchronous.failover[0]!.promotedMs);
    expect(asynchronous.requests.noReplicas).toBe(0);
    // A third of the writes, from when clients know to when the old primary follows.
    const refusedMs = (insisting.requests.noReplicas * 3 * 1000) / 500;
    expect(refusedMs).toBeGreaterThan(12_000 - promotedMs - 2000);
    expect(refusedMs).toBeLessThan(13_000 - promotedMs);
  });

  test('stops a primary that is cut off before the writes it takes are many', () => {
    const asked = {
      shards: 3,
      failover: '{ use: redis-cluster, nodeTimeout: 5s }',
      faults: ['{ at: 5s, partition: node-0, between: nodes, for: 12s, name: cut }'],
    };
    const asynchronous = played(asked);
    const insisting = played({ ...asked, replication: 'minReplicasToWrite: 1, minReplicasMaxLag: 1s' });
    const patient = played({ ...asked, replication: 'minReplicasToWrite: 1' });
    expect(patient.lostWrites).toBe(asynchronous.lostWrites);
    expect(insisting.lostWrites).toBeGreaterThan(0);
    // 1 to 3 s of a third of the writes, where 5 s are lost otherwise.
    expect(insisting.lostWrites).toBeLessThan(0.65 * asynchronous.lostWrites);
  });
});

describe('a scenario', () => {
  const CLUSTER = 'cluster: { shards: 1, replicas: 1 }\n';

  test('asks for none of it by default', () => {
    const { settings } = load(MINIMAL);
    expect(settings.clients.wait).toBeNull();
    expect(settings.cluster.replication.minReplicasToWrite).toBe(0);
  });

  test('says when there are not so many replicas, or when nobody would hear of too few', () => {
    const messages = (text: string) =>
      problemsOf(`${MINIMAL}${text}`).map(({ path, message }) => [path.join('.'), message]);
    expect(messages('clients: { wait: { replicas: 2 } }\ncluster: { replicas: 1 }\n')).toEqual([
      ['clients.wait.replicas', expect.stringContaining('a primary has at most 1')],
    ]);
    expect(messages('cluster: { replicas: 0, replication: { minReplicasToWrite: 1 } }\n')).toEqual([
      ['cluster.replication.minReplicasToWrite', expect.stringContaining('a primary has none')],
    ]);
    expect(messages(`${CLUSTER}clients: { timeout: 50ms, wait: {} }\n`)).toEqual([
      ['clients.wait.timeout', expect.stringContaining('after 50ms')],
    ]);
  });

  test('has gates on what writes wait for', () => {
    const result = played({ clients: WAIT_1, seconds: 2 });
    const read = (name: string) => metricNamed(name)!.read(result, WHOLE_RUN);
    expect(read('waits.satisfied')).toBe(999);
    expect(read('waits.short')).toBe(0);
    expect(read('waits.time.p99')).toBe(result.waits!.time.p99);
    expect(read('requests.noReplicas')).toBe(0);
  });
});

describe('lines', () => {
  test('of waiting writes keep their order as they grow and are moved', () => {
    const line = new WaitLine();
    for (let i = 0; i < 50; i++) line.push(i, i, i);
    for (let i = 0; i < 40; i++) line.shift();
    for (let i = 50; i < 300; i++) line.push(i, i, i);
    line.postpone(100, 1000);
    for (let i = 40; i < 300; i++) {
      expect([line.attempt, line.position, line.executedNs]).toEqual([i, i, i > 100 ? i + 1000 : i]);
      line.shift();
    }
    expect(line.count).toBe(0);
  });

  test('of acknowledgements tell the last one that has come, in the order in which they were sent', () => {
    const line = new AcknowledgementLine(1, 0);
    for (let i = 0; i < 40; i++) line.push(i, i);
    line.push(40, 20);
    expect(line.read(10)).toBe(10);
    expect(line.read(10)).toBe(-1);
    expect(line.read(38)).toBe(38);
    // It was sent after the one that is there at 39.
    expect(line.read(39)).toBe(40);
    expect(line.count).toBe(0);
  });
});
