/**
 * What every failover module promises, whoever wrote it: `failoverContract` runs on each module of the registry
 * and may be run on a plug-in. A module may have a server side, a client side, or both.
 */
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import { type FailoverModule, NONE, OUTCOME, type ShardId } from '../../sim/strategy.ts';
import { FakeCluster, SECOND } from './failover-cluster.ts';
import { CALLS_PER_SAMPLE, leastHeapGrowth, viewOf } from './selection.ts';

/** A client's part with hand-driven timers. `shardOf` [node]. */
function fakeClient(
  module: FailoverModule,
  params: Readonly<Record<string, unknown>>,
  shardOf: readonly number[] = [0, 1, 2],
) {
  const log: string[] = [];
  const timers: { delayNs: number; callback: () => void }[] = [];
  const ejected = new Set<ShardId>();
  const part = module.create(module.params.parse(params)).client!({
    view: viewOf(shardOf.length),
    now: () => 0,
    rng: stream(1, 'contract'),
    ping: () => {},
    after: (delayNs, callback) => timers.push({ delayNs, callback }),
    eject: (shard) => {
      log.push(`eject ${shard}`);
      ejected.add(shard);
    },
    readmit: (shard) => {
      log.push(`readmit ${shard}`);
      ejected.delete(shard);
    },
    shardOf: Int32Array.from(shardOf),
  });
  return { part, log, timers, ejected };
}

/** `settleNs`: within which the protocol has recovered from a crash, and from a return. */
export function failoverContract(
  module: FailoverModule,
  params: Readonly<Record<string, unknown>>,
  settleNs: number,
): void {
  const { control, client } = module.create(module.params.parse(params));
  describe(`failover ${module.name} ${JSON.stringify(params)}`, () => {
    test('has a side', () => {
      expect(control !== undefined || client !== undefined).toBe(true);
    });
    if (control !== undefined) serverContract(module, params, settleNs);
    if (client !== undefined) clientContract(module, params);
  });
}

function serverContract(
  module: FailoverModule,
  params: Readonly<Record<string, unknown>>,
  settleNs: number,
): void {
  const shards = 5;
  const build = (seed: number) => new FakeCluster(module, { shards, replicas: 2, seed, params });

  test('where nothing fails nothing happens', () => {
    const cluster = build(1).run(5 * settleNs);
    expect(cluster.log).toEqual([]);
    expect(cluster.promotions).toEqual([]);
    for (let shard = 0; shard < shards; shard++) expect(cluster.agreedPrimary(shard)).toBe(shard);
  });

  test('the same seed gives the same events', () => {
    const play = (seed: number) => {
      const cluster = build(seed).run(settleNs);
      cluster.crash(0);
      return cluster.run(2 * settleNs).log;
    };
    const log = play(2);
    expect(log.length).toBeGreaterThan(0);
    expect(play(2)).toEqual(log);
    // What knows the truth draws nothing.
    if (!module.needs?.includes('oracle')) expect(play(3)).not.toEqual(log);
  });

  test('a dead primary is replaced, and comes back as a replica of its successor', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const cluster = build(seed).run(settleNs + seed * 0.137 * SECOND);
      cluster.crash(0);
      cluster.run(cluster.nowNs + settleNs);
      const successor = cluster.agreedPrimary(0);
      expect(successor).not.toBe(0);
      expect(cluster.nodes[successor ?? NONE]!.shard).toBe(0);
      cluster.restart(0);
      cluster.run(cluster.nowNs + settleNs);
      expect(cluster.agreedPrimary(0)).toBe(successor);
      for (const node of cluster.nodes)
        if (node.shard === 0) expect(cluster.follows[node.id]).toBe(node.id === successor ? null : successor);
      expect(cluster.serving.every((serving) => serving)).toBe(true);
      for (const node of cluster.nodes) expect(cluster.plane.failedSeenBy(node.id, 0)).toBe(false);
    }
  });

  test('a primary that hands its role over is replaced, although nobody failed, and follows its successor', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const cluster = build(seed).run(settleNs + seed * 0.137 * SECOND);
      if (cluster.plane.handOver === undefined) return;
      cluster.plane.handOver(0, shards, 'graceful');
      cluster.run(cluster.nowNs + settleNs);
      const successor = cluster.agreedPrimary(0);
      expect(successor).not.toBe(0);
      expect(cluster.nodes[successor ?? NONE]!.shard).toBe(0);
      expect(cluster.follows[0]).toBe(successor);
      expect(cluster.writesPaused).not.toContain(true);
      expect(cluster.events('detected').filter(({ by }) => by !== successor)).toEqual([]);
    }
  });

  test('a shard has one new primary per epoch, whatever crashes and returns', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const cluster = build(seed).run(settleNs);
      for (let turn = 0; turn < 6; turn++) {
        const node = (seed * 7 + turn * 4) % cluster.nodes.length;
        if (cluster.up[node]) cluster.crash(node);
        else cluster.restart(node);
        cluster.run(cluster.nowNs + (settleNs * (1 + ((seed + turn) % 5))) / 4);
      }
      const claims = cluster.promotions.map(({ shard, epoch }) => `${shard}/${epoch}`);
      expect(new Set(claims).size).toBe(claims.length);
    }
  });
}

function clientContract(module: FailoverModule, params: Readonly<Record<string, unknown>>): void {
  test('answers alone never change the membership', () => {
    const { part, log, timers } = fakeClient(module, params);
    for (let i = 0; i < 1000; i++) part.observe(i % 3, OUTCOME.ok);
    for (const { callback } of [...timers]) callback();
    expect(log).toEqual([]);
  });

  test('a node that never answers is ejected, once; other nodes are not', () => {
    const { part, log } = fakeClient(module, params);
    for (let i = 0; i < 1000; i++) {
      part.observe(0, OUTCOME.ok);
      part.observe(1, OUTCOME.timeout);
    }
    expect(log).toEqual(['eject 1']);
  });

  test('instances share no state', () => {
    const [a, b] = [fakeClient(module, params), fakeClient(module, params)];
    for (let i = 0; i < 1000; i++) a.part.observe(1, OUTCOME.timeout);
    b.part.observe(1, OUTCOME.timeout);
    b.part.observe(1, OUTCOME.ok);
    expect(b.log).toEqual([]);
  });

  test('observe allocates nothing', () => {
    const { part } = fakeClient(module, params);
    const growth = leastHeapGrowth((turn) => part.observe(turn % 3, OUTCOME.ok));
    expect(growth).toBeLessThan(CALLS_PER_SAMPLE);
  });
}
