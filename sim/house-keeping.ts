/**
 * Keys that a node deletes by itself, because its memory is full or their time is over, as Redis does. Each is a DEL
 * that no client asked for: it takes the thread what a command in a pipeline takes, and goes to the replicas, which
 * delete nothing by themselves (replica-ignore-maxmemory; replicas wait for the primary's DEL of an expired key).
 *
 * Eviction: before a write, until what it adds fits. Redis evicts before the next command instead, so that its last
 * write may stand above the limit; beyond that one entry it is the same. The limit on time per call
 * (maxmemory-eviction-tenacity) is left out.
 *
 * Lazy expiry: whoever asks a primary for a key whose time is over deletes it.
 *
 * Active expiry (activeExpireCycle in expire.c, the slow cycle): ten times a second twenty keys with a time to live are
 * looked at and those over it deleted, again and again while more than a tenth of them were (a quarter before Redis 6,
 * and in the documentation of EXPIRE), up to a quarter of the thread's time. Redis walks its table where this draws at
 * random; its fast cycle, a millisecond between commands after a slow cycle that ran out of time, is left out.
 */
import { NODE_STATE } from './nodes.ts';
import { PIPELINED } from './pipelining.ts';
import type { ActiveExpirySetup } from './setup.ts';
import { type KeyId, NONE, type NodeId, OP } from './strategy.ts';
import type { World } from './world.ts';

export class HouseKeeping {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** A write is about to be executed: false where the node has no memory for it and may free none. */
  makeRoom(node: NodeId, key: KeyId, valueBytes: number): boolean {
    const memory = this.#world.contents.memory!;
    while (memory.excess(node, key, valueBytes) > 0) {
      const victim = memory.victim(node);
      if (victim === NONE) return false;
      memory.evictions[node] = memory.evictions[node]! + 1;
      this.#delete(node, victim);
    }
    return true;
  }

  /** A key that the node holds was asked for too late. */
  expire(node: NodeId, key: KeyId): void {
    this.#world.recorder.counters.expiredLazily++;
    this.#delete(node, key);
  }

  #delete(node: NodeId, key: KeyId): number {
    const { nodes, contents, replication, recorder, clock, setup } = this.#world;
    const serviceNs = Math.round(
      PIPELINED * setup.cluster.node.serviceNs[OP.delete]! * nodes.slowness[node]!,
    );
    const endNs = nodes.offer(node, clock.nowNs, serviceNs, false);
    recorder.busy.add(node, nodes.startNs, endNs, 1);
    contents.remove(node, key);
    replication.write(node, key, OP.delete, endNs, serviceNs, 0);
    return serviceNs;
  }

  /** COLD. Starts the cycles of active expiry, one after the other on each node. */
  startExpiry(setup: ActiveExpirySetup): void {
    const { clock, infos, nodes } = this.#world;
    clock.every(1e9 / setup.perSec, () => {
      for (const { id } of infos) {
        const awake = nodes.state[id] === NODE_STATE.up && nodes.hungUntilNs[id]! <= clock.nowNs;
        if (awake && nodes.primary[id] === 1) this.#cycle(id, setup);
      }
    });
  }

  #cycle(node: NodeId, { perSec, keysPerLoop, acceptableStale, timeShare }: ActiveExpirySetup): void {
    const { contents, expiry, recorder, clock } = this.#world;
    let leftNs = (timeShare * 1e9) / perSec;
    for (let expired = keysPerLoop; expired > acceptableStale * keysPerLoop && leftNs > 0; ) {
      expired = 0;
      for (let drawn = 0; drawn < keysPerLoop; drawn++) {
        const key = contents.memory!.anyVolatile(node);
        if (key === NONE) return;
        if (!expiry!.expired(key, clock.nowNs)) continue;
        expired++;
        recorder.counters.expiredActively++;
        leftNs -= this.#delete(node, key);
      }
    }
  }
}
