/** Unit: which writes count as lost, how old they were, and the stream that carries them. */
import { describe, expect, test } from 'vitest';
import { LostWrites } from '../../sim/metrics/lost-writes.ts';
import { History, sharedTo } from '../../sim/replication/history.ts';
import { LinkLag } from '../../sim/replication/link-lag.ts';
import type { FailoverResult, RunResult } from '../../sim/result.ts';
import { stream } from '../../sim/rng.ts';
import { run } from '../../sim/run.ts';
import type { Bound, Fault } from '../../sim/setup.ts';
import { type FailoverModule, OP } from '../../sim/strategy.ts';
import { Ziggurat } from '../../sim/ziggurat.ts';
import { redisCluster } from '../../strategies/failover/redis-cluster/redis-cluster.ts';
import { redisSentinel } from '../../strategies/failover/redis-sentinel/redis-sentinel.ts';
import { random } from '../../strategies/selection/random.ts';
import { buildSetup } from '../setup-builder.ts';

const MS = 1e6;
const SECOND = 1e9;

describe('a ledger', () => {
  test('knows keys, most hit first, and ages; what is found again is in it no more', () => {
    const lost = new LostWrites();
    lost.add(7, 30, 130);
    lost.add(3, 20, 120);
    lost.add(3, 10, 130);
    lost.add(9, 5, 140);
    for (const gone of [9, 9, 1]) lost.remove(gone);
    expect(lost.count).toBe(3);
    expect(lost.firstNs).toBe(120);
    expect(lost.byKey()).toEqual([
      [3, 2],
      [7, 1],
    ]);
    expect(lost.agesAscendingNs()).toEqual([10, 20, 30]);
  });
});

describe('a history', () => {
  const written = (history: History, count: number): History => {
    for (let i = 0; i < count; i++) {
      if (history.isFull) history.makeRoom(0);
      history.append(i, OP.set, 10 * i, 1, 100);
    }
    return history;
  };

  test('a fork has in common what its primary had received, and goes on by itself', () => {
    const old = written(new History(0, 0, 10, true), 8);
    const successor = old.fork(1, 5);
    written(successor, 2);
    expect(sharedTo(old, successor)).toBe(5);
    expect(sharedTo(successor.fork(2, 7), old)).toBe(5);
    expect(sharedTo(old, new History(3, 0, 10, true))).toBe(0);
    expect([successor.first, successor.end]).toEqual([0, 7]);
    expect(successor.offsetAt(5)).toBe(old.offsetAt(5));
    expect(successor.newestOf(1)).toBe(6);
    expect(old.newestOf(1)).toBe(1);
  });

  test('of a primary that stands still, only what it has not executed by then is late, with its answer', () => {
    const history = written(new History(0, 0, 10, true), 4);
    history.ackedNs.fill(100);
    history.postpone(10, 7);
    expect([...history.executedNs.subarray(0, 4)]).toEqual([0, 10, 27, 37]);
    expect([...history.ackedNs.subarray(0, 4)]).toEqual([100, 100, 107, 107]);
  });

  test('forgets what nobody needs rather than grow for ever', () => {
    const history = new History(0, 0, 10, true);
    for (let i = 0; i < 100_000; i++) {
      if (history.isFull) history.makeRoom(i - 100);
      history.append(i % 50_000, OP.set, i, 1, 100);
    }
    expect(history.key.length).toBeLessThan(3000);
    expect(history.newestOf(49_999)).toBe(99_999);
    expect(history.newestOf(5)).toBe(-1);
    expect(history.positionAt(history.offsetAt(99_990))).toBe(99_990);
  });
});

test('on a link no write overtakes another, and its mean lag is what was asked for', () => {
  const lag = new LinkLag(10 * MS, { kind: 'exponential' }, new Ziggurat(64), stream(1, 'lag'));
  let sum = 0;
  let overtaken = 0;
  let lastNs = 0;
  const count = 1_000_000;
  for (let i = 0; i < count; i++) {
    const lagNs = lag.at(i * MS);
    if (i * MS + lagNs < lastNs) overtaken++;
    lastNs = i * MS + lagNs;
    sum += lagNs;
  }
  // 10,000 draws of deviation 10 ms, evenly mixed: standard error 0.1 ms; four of them.
  expect(Math.abs(sum / count - 10 * MS)).toBeLessThan(0.4 * MS);
  // One step in 44,000 falls too fast, and is 100 writes long.
  expect(overtaken / count).toBeLessThan(1e-3);
});

describe('in a run', () => {
  function played(
    fault: Fault,
    timeoutNs = 100 * MS,
    failover: Bound<FailoverModule> = {
      module: redisCluster,
      params: redisCluster.params.parse({ nodeTimeout: '1s' }),
    },
  ): RunResult {
    const setup = buildSetup({
      ratePerSec: 1500,
      durationNs: 12 * SECOND,
      shards: 3,
      replicas: 1,
      operations: [0.5, 0.5, 0, 0],
      // Clients learn of a successor at times of their own.
      clients: { count: 3, timeoutNs, topologyRefresh: { periodicNs: 3 * SECOND, minIntervalNs: SECOND } },
      network: { sameZoneNs: 0.1 * MS, crossZoneNs: 0.1 * MS, jitterSigma: 0 },
      faults: [fault],
      strategy: { failover },
    });
    const replication = { ...setup.cluster.replication, lagNs: 20 * MS };
    return run({ ...setup, cluster: { ...setup.cluster, replication } }, 1, { check: true });
  }

  test('what a hung primary executes later for clients that gave up is not lost: nobody was told', () => {
    const hang = played({ kind: 'pause', name: 'hang', atNs: 3 * SECOND, node: 0, forNs: 5 * SECOND });
    expect(hang.failover[0]!.promotedMs).not.toBeNull();
    expect(hang.nodes[0]!.role).toBe('replica');
    expect(hang.lostWrites).toBe(0);
  });

  test('clients that wait for ever are told, and then it is lost', () => {
    const hang = played(
      { kind: 'pause', name: 'hang', atNs: 3 * SECOND, node: 0, forNs: 5 * SECOND },
      Infinity,
    );
    expect(hang.failover[0]!.promotedMs).not.toBeNull();
    expect(hang.lostWrites).toBeGreaterThan(0);
  });

  test('a crash of the host loses the lag, and is as old at the promotion as that took', () => {
    const { failover, lostWrites } = played({
      kind: 'crash',
      name: 'kill',
      atNs: 3 * SECOND,
      node: 0,
      of: 'host',
    });
    const [kill] = failover;
    // 250 writes a second, 20 ms behind: Poisson with mean 5, within four standard deviations.
    expect(Math.abs(lostWrites - 5)).toBeLessThan(9);
    expect(kill!.lostWrites).toBe(lostWrites);
    expect(kill!.lost.keys.reduce((sum, { writes }) => sum + writes, 0)).toBe(lostWrites);
    const waitedMs = kill!.promotedMs! - kill!.atMs;
    expect(kill!.lost.age.maxMs! - waitedMs).toBeLessThan(21);
    expect(kill!.lost.age.p50Ms! - waitedMs).toBeGreaterThan(-1);
  });

  test('a crash of the process loses nothing: the kernel delivers', () => {
    expect(played({ kind: 'crash', name: 'kill', atNs: 3 * SECOND, node: 0, of: 'process' }).lostWrites).toBe(
      0,
    );
  });

  const cut: Fault = {
    kind: 'partition',
    name: 'cut',
    atNs: 3 * SECOND,
    nodes: [0],
    zone: null,
    clients: null,
    forNs: 5 * SECOND,
    between: 'nodes',
    direction: 'both',
  };

  test('a primary cut off from its replica acknowledges writes that nobody will ever see', () => {
    const { failover, lostWrites } = played(cut);
    // Clients still reach it: what it acknowledges before it stops (a node timeout), less what had been sent.
    expect(lostWrites).toBeGreaterThan(100);
    expect(failover[0]!.lost.age.maxMs!).toBeGreaterThan(3000);
    // It stops before the majority has elected another.
    expect(failover[0]!.splitBrain).toEqual({ ms: 0, lostWrites: 0 });
  });

  test('under Sentinel it goes on taking writes beside its successor, and readers there miss the successor’s', () => {
    const params = redisSentinel.params.parse({ downAfter: '1s' });
    const { failover, lostWrites } = played(cut, 100 * MS, { module: redisSentinel, params });
    const [{ splitBrain, promotedMs, staleReads, staleFor }] = failover as [FailoverResult];
    expect(promotedMs).not.toBeNull();
    expect(splitBrain.ms).toBeGreaterThan(1000);
    expect(splitBrain.ms).toBeLessThan(12_100 - promotedMs!);
    expect(splitBrain.lostWrites).toBeGreaterThan(0);
    expect(splitBrain.lostWrites).toBeLessThan(lostWrites);
    expect(staleReads).toBeGreaterThan(0);
    expect(staleFor.maxMs!).toBeLessThanOrEqual(splitBrain.ms);
  });
});

test('a stale read is behind by less than the lag, when that is constant', () => {
  const setup = buildSetup({
    ratePerSec: 2000,
    durationNs: 2 * SECOND,
    replicas: 1,
    operations: [0.5, 0.5, 0, 0],
    keys: { kind: 'uniform', count: 20 },
    shape: { kind: 'constant' },
    strategy: { selection: { module: random, params: {} } },
  });
  const node = { ...setup.cluster.node, serviceNs: [1000, 1000, 1000, 1000] };
  const replication = { ...setup.cluster.replication, lagNs: 20 * MS };
  const { staleReads, staleFor } = run({ ...setup, cluster: { ...setup.cluster, node, replication } }, 1);
  // 2,000 reads, half of them there, of a key that is written every 20 ms: 1 - 1/e of them.
  expect(Math.abs(staleReads - 1264 / 2)).toBeLessThan(4 * Math.sqrt(632));
  expect(staleFor.maxMs!).toBeLessThanOrEqual(20);
  expect(staleFor.p50Ms!).toBeGreaterThan(5);
});
