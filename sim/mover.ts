/**
 * Partitions on the move while requests go on, as Redis Cluster moves hash slots (CLUSTER SETSLOT, MIGRATE; Redis
 * Cluster specification, "Cluster live reconfiguration"), and as `redis-cli --cluster rebalance` drives it: one
 * partition after the other, ten keys per MIGRATE.
 *
 * MIGRATE blocks the source: it dumps its keys, sends them, and waits for the target to restore them. A dump is
 * charged as a get and a restore as a set, both in a pipeline, and their values in full, at the mean size; the wire
 * is as fast as a full synchronisation. While a partition moves, its source
 * answers for keys it still holds and says ASK for others; when it has moved, MOVED, and clients learn by that.
 *
 * Not modelled: the wait of a restore in the target's queue is not added to the source's; the other nodes hear of a
 * new owner at once; TRYAGAIN cannot happen, because multi-gets travel as one GET per key. A replica of the source
 * may answer a read of a key that has gone with a miss, as Redis replicas do. When one side is down, the move waits.
 */
import type { Laws } from './laws.ts';
import { Migration } from './migration.ts';
import { PIPELINED } from './pipelining.ts';
import { stream } from './rng.ts';
import type { Bound } from './setup.ts';
import {
  NONE,
  OP,
  type PartitionMove,
  type Rebalance,
  type RebalanceModule,
  type ShardId,
} from './strategy.ts';
import type { World } from './world.ts';

/** CLUSTER_MANAGER_MIGRATE_PIPELINE of redis-cli. */
const KEYS_PER_MIGRATE = 10;
/** Who drives a move looks again for a node that was down. */
const LOOK_AGAIN_NS = 1e9;
/** What the serialised value and RESTORE carry beside the value: key, TTL, checksum. */
const OVERHEAD_BYTES = 32;

/** COLD. Asks the module for moves, round by round, and makes them. */
export function startRebalance(
  world: World,
  { module, params }: Bound<RebalanceModule>,
  valueBytes: number,
  laws: Laws,
): void {
  const migration = new Migration(world.membership.full, world.clients.count);
  world.migration = migration;
  new Mover(
    world,
    migration,
    module.create(params, stream(world.seed, 'rebalance')),
    valueBytes,
    laws,
  ).start();
}

class Mover {
  readonly #world: World;
  readonly #migration: Migration;
  readonly #rebalance: Rebalance;
  readonly #laws: Laws;
  readonly #valueBytes: number;
  /** [partition] its keys */
  readonly #keysOf: readonly Int32Array[];
  readonly #keyCounts: Int32Array;
  readonly #planned: PartitionMove[] = [];
  #roundNs = 0;

  constructor(world: World, migration: Migration, rebalance: Rebalance, valueBytes: number, laws: Laws) {
    this.#world = world;
    this.#migration = migration;
    this.#rebalance = rebalance;
    this.#valueBytes = valueBytes;
    this.#laws = laws;
    this.#keysOf = keysByPartition(world);
    this.#keyCounts = Int32Array.from(this.#keysOf, (keys) => keys.length);
  }

  start(): void {
    this.#world.clock.every(this.#rebalance.periodNs, () => this.#round());
  }

  #round(): void {
    if (this.#planned.length > 0) return;
    const migration = this.#migration;
    const nowNs = this.#world.clock.nowNs;
    const moves = this.#rebalance.plan({
      shardCount: this.#world.setup.cluster.shards,
      nowNs,
      periodNs: nowNs - this.#roundNs,
      owner: migration.owner.slice(),
      requests: migration.requests,
      busyNs: migration.busyNs,
      keys: this.#keyCounts,
    });
    this.#roundNs = nowNs;
    migration.requests.fill(0);
    migration.busyNs.fill(0);
    if (moves.length === 0) return;
    migration.rounds++;
    this.#laws.planned(moves, migration.partitionCount, this.#world.setup.cluster.shards);
    this.#planned.push(...moves.toReversed());
    this.#begin();
  }

  /** SETSLOT IMPORTING at the target, SETSLOT MIGRATING at the source. */
  #begin(): void {
    const move = this.#planned.at(-1);
    if (move === undefined) return;
    if (this.#migration.owner[move.partition] === move.to) {
      this.#planned.pop();
      this.#begin();
      return;
    }
    this.#world.clock.after(2 * this.#roundTripNs(), () => {
      this.#migration.movingTo[move.partition] = move.to;
      this.#batch(move, 0);
    });
  }

  /** GETKEYSINSLOT and MIGRATE, until the source holds no key of the partition. */
  #batch(move: PartitionMove, from: number): void {
    const { clock, contents } = this.#world;
    const source = this.#primaryOf(this.#migration.owner[move.partition]!);
    const target = this.#primaryOf(move.to);
    if (source === NONE || target === NONE) {
      clock.after(LOOK_AGAIN_NS, () => this.#batch(move, 0));
      return;
    }
    const keys = this.#keysOf[move.partition]!;
    const batch: number[] = [];
    let at = from;
    for (; at < keys.length && batch.length < KEYS_PER_MIGRATE; at++)
      if (contents.holds(source, keys[at]!)) batch.push(keys[at]!);
    if (batch.length === 0) {
      this.#hand(move);
      return;
    }
    const endNs = this.#migrate(source, target, batch);
    clock.at(endNs + this.#roundTripNs(), () => this.#batch(move, at));
  }

  /** Whatever reaches the source from now on is executed after it; returns when it is done. */
  #migrate(source: number, target: number, keys: readonly number[]): number {
    const { nodes, contents, replication, recorder, clock, setup } = this.#world;
    const { serviceNs, servicePerKiBNs } = setup.cluster.node;
    const bytes = keys.length * (this.#valueBytes + OVERHEAD_BYTES);
    const valuesNs = (servicePerKiBNs * keys.length * this.#valueBytes) / 1024;
    const dumpNs = (PIPELINED * keys.length * serviceNs[OP.get]! + valuesNs) * nodes.slowness[source]!;
    const restoreNs = Math.round(
      (PIPELINED * keys.length * serviceNs[OP.set]! + valuesNs) * nodes.slowness[target]!,
    );
    const wireNs = (bytes * 1e9) / setup.cluster.replication.resyncBytesPerSec + this.#roundTripNs();
    const blockNs = Math.round(dumpNs + wireNs + restoreNs);
    const endNs = nodes.offer(source, clock.nowNs, blockNs, false);
    recorder.busy.add(source, nodes.startNs, endNs, 1);
    if (nodes.threads === 1) nodes.hungUntilNs[source] = Math.max(nodes.hungUntilNs[source]!, endNs);
    const restoredNs = nodes.offer(target, clock.nowNs, restoreNs, false);
    recorder.busy.add(target, nodes.startNs, restoredNs, 1);
    // Entries have whole bytes; the mean of sizes has not.
    const valueBytes = Math.round(this.#valueBytes);
    for (const key of keys) {
      // RESTORE evicts as any write does; where it may not, MIGRATE would fail, and here goes above the limit.
      this.#world.houseKeeping?.makeRoom(target, key, valueBytes);
      contents.put(target, key, valueBytes);
      replication.write(target, key, OP.set, restoredNs, serviceNs[OP.set]!, valueBytes);
      if (contents.isWritten(key)) replication.answered(target, contents.ackedNs(key), Infinity);
      contents.remove(source, key);
      replication.write(source, key, OP.delete, endNs, serviceNs[OP.delete]!, 0);
    }
    this.#migration.keysMoved += keys.length;
    this.#migration.bytesMoved += bytes;
    this.#migration.blockedNs += blockNs;
    return endNs;
  }

  /** SETSLOT NODE at the target, the source, and every other primary. */
  #hand(move: PartitionMove): void {
    const { partition, to } = move;
    this.#migration.owner[partition] = to;
    this.#migration.movingTo[partition] = NONE;
    this.#migration.partitionsMoved++;
    this.#planned.pop();
    this.#world.clock.after(this.#world.setup.cluster.shards * this.#roundTripNs(), () => this.#begin());
  }

  #primaryOf(shard: ShardId): number {
    const { infos, nodes, clock } = this.#world;
    const usable = infos.find(
      ({ id, shard: of }) =>
        of === shard && nodes.primary[id] === 1 && nodes.isUp(id) && nodes.loadingUntilNs[id]! <= clock.nowNs,
    );
    return usable?.id ?? NONE;
  }

  /** Between the tool, or one node, and another. */
  #roundTripNs(): number {
    return 2 * this.#world.setup.network.sameZoneNs;
  }
}

function keysByPartition({ membership, keys }: World): Int32Array[] {
  const { full } = membership;
  const counts = new Int32Array(full.partitionCount);
  for (let key = 0; key < keys.count; key++) counts[full.partitionOf(key)]!++;
  const lists = Array.from(counts, (count) => new Int32Array(count));
  counts.fill(0);
  for (let key = 0; key < keys.count; key++) {
    const partition = full.partitionOf(key);
    lists[partition]![counts[partition]!++] = key;
  }
  return lists;
}
