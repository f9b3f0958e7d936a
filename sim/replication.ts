/**
 * Asynchronous replication: a write executed by a primary reaches each replica after the lag and is executed
 * there too. Until then a read from the replica is stale; and what a dead primary had not handed over is lost
 * with it. Two deaths differ: after a process crash the kernel still delivers what was written to its sockets,
 * after a host crash (power, partition) it does not.
 */
import { EVENT } from './clock.ts';
import type { Contents } from './contents.ts';
import { ShapeSampler } from './distributions.ts';
import type { EventQueue } from './event-queue.ts';
import type { Network } from './network.ts';
import { NODE_STATE, type Nodes } from './nodes.ts';
import type { RandomStream } from './rng.ts';
import type { ClusterSetup } from './setup.ts';
import { NONE, type NodeInfo, OP } from './strategy.ts';
import { Ziggurat } from './ziggurat.ts';

interface Write {
  from: number;
  to: number;
  key: number;
  op: number;
  executedNs: number;
  serviceNs: number;
  valueBytes: number;
  /** Offset of the primary with it. */
  offset: number;
  /** A client wrote it; otherwise the primary itself deleted a key. */
  asked: boolean;
  fromLife: number;
  toLife: number;
  /** A pause of the sender moved it by so much. */
  lateNs: number;
}

/** Called when a replica executes a write. */
export type OnApply = (node: number, key: number, startNs: number, endNs: number) => void;

export class Replication {
  readonly #setup: ClusterSetup['replication'];
  readonly #nodes: Nodes;
  readonly #contents: Contents;
  readonly #queue: EventQueue;
  readonly #network: Network;
  readonly #lag: ShapeSampler;
  readonly #shardNodes: readonly (readonly number[])[];
  readonly #shardOf: readonly number[];
  readonly #onApply: OnApply;
  readonly #writes: Write[] = [];
  readonly #free: number[] = [];
  /** (key x node) -> when the newest write on its way was executed. */
  readonly #onTheWay = new Map<number, number>();
  /** [node] when it last crashed */
  readonly crashedNs: Float64Array;
  /** [node] node it replicates from, NONE for a primary */
  readonly follows: Int32Array;
  /** [node] writes of its shard it has executed */
  readonly offset: Float64Array;
  /** [node] offset it copied its primary at: what was on its way then is in the copy */
  readonly #copiedAt: Float64Array;
  /** [node] acknowledged writes that a host crash kept from it, lost once it is promoted */
  readonly withheld: Int32Array;
  /** [node] acknowledged writes of it that no replica was there for: lost if another has become primary meanwhile */
  readonly unshared: Int32Array;

  constructor(
    setup: ClusterSetup,
    infos: readonly NodeInfo[],
    nodes: Nodes,
    contents: Contents,
    queue: EventQueue,
    network: Network,
    rng: RandomStream,
    onApply: OnApply,
  ) {
    this.#setup = setup.replication;
    this.#nodes = nodes;
    this.#contents = contents;
    this.#queue = queue;
    this.#network = network;
    this.#lag = new ShapeSampler(setup.replication.lagShape, new Ziggurat(64), rng);
    this.#onApply = onApply;
    this.#shardOf = infos.map((info) => info.shard);
    this.#shardNodes = Array.from({ length: setup.shards }, (_, shard) =>
      infos.filter((info) => info.shard === shard).map((info) => info.id),
    );
    this.crashedNs = new Float64Array(infos.length);
    this.follows = Int32Array.from(infos, (info) => (info.primary ? NONE : info.shard));
    this.offset = new Float64Array(infos.length);
    this.#copiedAt = new Float64Array(infos.length);
    this.withheld = new Int32Array(infos.length);
    this.unshared = new Int32Array(infos.length);
  }

  /** The primary will have executed a write at `executedNs`: sends it to its replicas. */
  write(
    primary: number,
    key: number,
    op: number,
    executedNs: number,
    serviceNs: number,
    valueBytes: number,
  ): void {
    this.#send(primary, key, op, executedNs, serviceNs, valueBytes, true);
  }

  /** The same of a key that the primary deleted by itself. */
  writeUnasked(primary: number, key: number, op: number, executedNs: number, serviceNs: number): void {
    this.#send(primary, key, op, executedNs, serviceNs, 0, false);
  }

  #send(
    primary: number,
    key: number,
    op: number,
    executedNs: number,
    serviceNs: number,
    valueBytes: number,
    asked: boolean,
  ): void {
    this.offset[primary] = this.offset[primary]! + 1;
    let shared = false;
    for (const replica of this.#shardNodes[this.#shardOf[primary]!]!) {
      if (this.follows[replica] !== primary) continue;
      shared = true;
      const leavesNs = this.#network.streamedNs(primary, replica, executedNs);
      const arrivesNs = leavesNs + Math.round(this.#setup.lagNs * this.#lag.draw());
      const index = this.#free.pop() ?? this.#writes.length;
      this.#writes[index] = {
        from: primary,
        to: replica,
        key,
        op,
        executedNs,
        serviceNs,
        valueBytes,
        offset: this.offset[primary]!,
        asked,
        fromLife: this.#nodes.life[primary]!,
        toLife: this.#nodes.life[replica]!,
        lateNs: 0,
      };
      this.#onTheWay.set(key * this.#nodes.count + replica, executedNs);
      this.#queue.push(arrivesNs, EVENT.replicate, index);
    }
    if (!shared && asked) this.unshared[primary] = this.unshared[primary]! + 1;
  }

  /** COLD. The node has what its primary has. */
  copied(node: number, primary: number): void {
    this.offset[node] = this.offset[primary]!;
    this.#copiedAt[node] = this.offset[primary]!;
    this.withheld[node] = 0;
    this.unshared[primary] = 0;
  }

  /** Whether a read of the key on the node now misses an acknowledged write. */
  isStale(node: number, key: number, nowNs: number): boolean {
    if (this.#onTheWay.size === 0) return false;
    const executedNs = this.#onTheWay.get(key * this.#nodes.count + node);
    return executedNs !== undefined && executedNs <= nowNs;
  }

  /** A write reaches its replica, or not. Returns its shard when it was acknowledged and is lost, else NONE. */
  arrive(index: number, nowNs: number): number {
    const write = this.#writes[index]!;
    if (write.lateNs > 0) {
      this.#queue.push(nowNs + write.lateNs, EVENT.replicate, index);
      write.lateNs = 0;
      return NONE;
    }
    this.#free.push(index);
    const onTheWay = write.key * this.#nodes.count + write.to;
    if (this.#onTheWay.get(onTheWay) === write.executedNs) this.#onTheWay.delete(onTheWay);
    const { from, to } = write;
    if (this.#nodes.life[from] !== write.fromLife) {
      if (write.executedNs > this.crashedNs[from]!) return NONE; // died in the queue, never acknowledged
      if (this.#nodes.state[from] === NODE_STATE.hostDown) {
        if (!write.asked) return NONE;
        if (this.follows[to] !== from) return this.#lostWith(to);
        this.withheld[to] = this.withheld[to]! + 1;
        return NONE;
      }
    }
    if (this.#nodes.life[to] !== write.toLife || this.#nodes.state[to] !== NODE_STATE.up) return NONE;
    if (this.follows[to] !== from) return write.asked ? this.#lostWith(to) : NONE;
    this.#apply(write, nowNs);
    return NONE;
  }

  /** A write that comes too late for a replica: lost with the one promoted without it, and counted once. */
  #lostWith(replica: number): number {
    return this.follows[replica] === NONE ? this.#shardOf[replica]! : NONE;
  }

  /** COLD. The node stands still from now on for so long: writes it has not executed follow so much later. */
  postpone(node: number, nowNs: number, byNs: number): void {
    const free = new Set(this.#free);
    for (const [index, write] of this.#writes.entries()) {
      if (free.has(index) || write.from !== node || write.executedNs <= nowNs) continue;
      const onTheWay = write.key * this.#nodes.count + write.to;
      if (this.#onTheWay.get(onTheWay) === write.executedNs)
        this.#onTheWay.set(onTheWay, write.executedNs + byNs);
      write.executedNs += byNs;
      write.lateNs += byNs;
    }
  }

  #apply(write: Write, nowNs: number): void {
    const { to, key } = write;
    const endNs = this.#nodes.offer(to, nowNs, write.serviceNs, false);
    this.#onApply(to, key, this.#nodes.startNs, endNs);
    if (write.offset > this.#copiedAt[to]!) this.offset[to] = this.offset[to]! + 1;
    if (write.op === OP.delete) this.#contents.remove(to, key);
    else this.#contents.put(to, key, write.valueBytes);
  }

  /** How long a full copy of `node` takes [ns]. */
  fullSyncNs(node: number, bytesPerKey: number): number {
    return (this.#contents.held[node]! * bytesPerKey * 1e9) / this.#setup.resyncBytesPerSec;
  }
}
