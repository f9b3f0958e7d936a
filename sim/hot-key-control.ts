/**
 * The hands of a hot-key module: its timers, and the copies it asks for. Copies are made by a coordinator, a
 * client of its own without requests: it reads the value at home and writes it where the copy shall be.
 */
import type { Delivery } from './delivery.ts';
import { ownerOf } from './membership.ts';
import { stream, uniformAt } from './rng.ts';
import { type HotKeysContext, type KeyId, OP, OUTCOME, type ShardId } from './strategy.ts';
import type { World } from './world.ts';

/** @param valueBytes size of a copied value, for its service time */
export function hotKeysContext(world: World, delivery: Delivery, valueBytes: number): HotKeysContext {
  const { clients, clock, membership, setup, seed } = world;
  const coordinator = clients.count - 1;
  const homeOf = (key: KeyId): ShardId => ownerOf(membership.tables[coordinator]!, key);

  const copy = (key: KeyId, shard: ShardId, done: () => void): void => {
    const home = homeOf(key);
    const from = clients.writer(coordinator, home);
    delivery.task(coordinator, from, home, key, OP.get, valueBytes, (read) => {
      if (read !== OUTCOME.ok) return;
      const to = clients.writer(coordinator, shard);
      delivery.task(coordinator, to, shard, key, OP.set, valueBytes, (written) => {
        if (written === OUTCOME.ok) done();
      });
    });
  };

  return {
    clientCount: setup.clients.count,
    shardCount: setup.cluster.shards,
    rng: stream(seed, 'hot-keys'),
    now: () => clock.nowNs,
    every: (periodNs, callback) => clock.every(periodNs, callback),
    after: (delayNs, callback) => clock.after(delayNs, callback),
    homeOf,
    // Placements know the workload's keys alone. Another of them, by hash, stands for the derived name: a name
    // hashes like any other.
    homeOfName: (key, number) => homeOf(Math.floor(uniformAt(0, key, number) * world.keys.count)),
    copy,
    drop: (key, shard) =>
      delivery.task(coordinator, clients.writer(coordinator, shard), shard, key, OP.delete, 0, () => {}),
  };
}
