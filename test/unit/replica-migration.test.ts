/** Unit: a primary of a Redis Cluster whose replicas are dead gets one of another shard, when and if the rules say so. */
import { describe, expect, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { run } from '../../sim/run.ts';
import { redisCluster } from '../../strategies/failover/redis-cluster/redis-cluster.ts';
import { registry } from '../../strategies/index.ts';
import { type ClusterOptions, FakeCluster, MS, SECOND } from '../contract/failover-cluster.ts';

const T = 2 * SECOND;

/** Three primaries 0, 1, 2; replicas 3 and 6 of 0, 4 and 7 of 1, 5 and 8 of 2. */
function cluster(params: Record<string, unknown> = {}, options: Partial<ClusterOptions> = {}): FakeCluster {
  const all = { nodeTimeout: '2s', ...params };
  return new FakeCluster(redisCluster, { shards: 3, replicas: 2, seed: 1, params: all, ...options }).run(T);
}

function kill(played: FakeCluster, ...nodes: number[]): FakeCluster {
  for (const node of nodes) played.crash(node);
  return played;
}

describe('message by message', () => {
  test('of the shards with the most replicas, the one with the smallest number goes, 5 s after the last is FAIL', () => {
    const played = cluster();
    kill(played, 3, 6);
    played.run(12 * T);
    expect(played.migrations).toMatchObject([{ node: 4, primary: 0 }]);
    const failed = played.events('detected').map(({ atNs }) => atNs);
    const waitedNs = played.migrations[0]!.atNs - Math.max(...failed);
    // It begins to count at its own next tick, and goes at the first tick after.
    expect(waitedNs).toBeGreaterThan(5 * SECOND);
    expect(waitedNs).toBeLessThan(5 * SECOND + 300 * MS);
  });

  test('and is elected there when the primary dies too', () => {
    const played = cluster();
    kill(played, 3, 6).run(12 * T);
    kill(played, 0).run(20 * T);
    expect(played.promotions).toMatchObject([{ node: 4, shard: 0 }]);
    // What it left behind goes on: node 7 stays with 1.
    expect(played.follows[7]).toBe(1);
  });

  test('everybody knows whom it serves', () => {
    const played = cluster();
    kill(played, 3, 6).run(20 * T);
    for (const node of [0, 1, 2, 4, 5, 7, 8]) expect(played.plane.shardSeenBy!(node, 4)).toBe(0);
  });

  test.each([
    ['one replica is left', {}, [3]],
    ['the barrier forbids it', { migrationBarrier: 2 }, [3, 6]],
    ['it is switched off', { replicaMigration: false }, [3, 6]],
    ['nobody has two', {}, [3, 6, 4, 5]],
    ['the primary is dead too, and with full coverage the cluster is down', {}, [3, 6, 0]],
  ])('nobody goes where %s', (_, params, dead) => {
    const played = cluster(params);
    expect(kill(played, ...dead).run(20 * T).migrations).toEqual([]);
  });

  test('a replica that comes back before 5 s are over keeps the others where they are', () => {
    const played = cluster();
    kill(played, 3, 6);
    played.run(20 * T, () => played.events('detected').length === 2);
    played.run(played.nowNs + 4 * SECOND);
    played.restart(6);
    played.run(20 * T);
    expect(played.migrations).toEqual([]);
  });
});

test('cluster-replica-no-failover: nobody is elected but by hand', () => {
  const played = cluster({ noFailover: true });
  kill(played, 0).run(10 * T);
  expect(played.events('detected')).toHaveLength(1);
  expect(played.promotions).toEqual([]);
  played.plane.handOver!(0, 3, 'force');
  played.run(12 * T);
  expect(played.promotions).toMatchObject([{ node: 3, shard: 0 }]);
});

describe('under load', () => {
  const play = (failover: string, selection = 'primary') => {
    const text = `duration: 60s
cluster: { shards: 3, replicas: 2 }
workload: { rate: 1k/s, keys: { count: 2k }, operations: { get: 50%, set: 50% } }
clients: { topologyRefresh: { periodic: 5s } }
origin: none
faults:
  - { at: 5s, crash: [node-3, node-6], of: host }
  - { at: 30s, crash: node-0, of: host, name: second }
strategies:
  it: { preset: redis-cluster, selection: ${selection}, failover: { use: redis-cluster, nodeTimeout: 2s, ${failover} } }`;
    const loaded = loadScenario({ path: 'test.yaml', text }, { overrides: [], registry });
    if ('problems' in loaded) throw new Error(loaded.problems.map(({ message }) => message).join('; '));
    return run(bindSetup(loaded.scenario, 'it', registry, null), 1, { check: true });
  };
  const second = (result: ReturnType<typeof play>) =>
    result.failover.find(({ fault }) => fault === 'second')!;

  test('it has the new shard’s data and saves it; where the barrier forbids it, the shard is gone', () => {
    const saved = play('migrationBarrier: 1');
    const migrated = saved.events.filter(({ event }) => event === 'migrated');
    expect(migrated).toMatchObject([
      { node: 'node-4', by: 'node-0' },
      // Alone after it has taken over, it gets one too.
      { node: 'node-5', by: 'node-4' },
    ]);
    expect(migrated[1]!.atMs - second(saved).promotedMs!).toBeGreaterThan(5000);
    expect(saved.nodes[4]).toMatchObject({ shard: 0, role: 'primary' });
    expect(second(saved).promotedMs).not.toBeNull();
    const lost = play('migrationBarrier: 2');
    expect(lost.nodes[4]).toMatchObject({ shard: 1, role: 'replica' });
    expect(second(lost)).toMatchObject({ promotedMs: null, recoveredMs: null });
    // The keys of a third of the hash slots are gone with its memory, but for those of the last millisecond.
    expect(saved.lostWrites).toBeLessThan(5);
    expect(lost.lostWrites).toBeGreaterThan(300);
  });

  test('clients that read replicas learn where it went, and are sent on until then', () => {
    const read = play('migrationBarrier: 1, fullCoverage: false', 'random');
    const { attempts, stepMs } = read.timeline;
    const before = attempts[4]!.slice(0, Math.floor(5000 / stepMs));
    const after = attempts[4]!.slice(Math.floor(25_000 / stepMs), Math.floor(30_000 / stepMs));
    expect(Math.min(...after)).toBeGreaterThan(0.5 * Math.max(...before));
    expect(read.requests.failed / read.requests.offered).toBeLessThan(0.2);
  });
});
