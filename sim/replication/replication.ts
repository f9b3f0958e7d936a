/**
 * Asynchronous replication: what a primary executes goes to each replica as one stream, is there after the link's lag,
 * and is executed there too. Until then a read from the replica is stale; and what a replica lacks when it takes over is
 * lost, as soon as nobody goes on with it: when the successor is promoted, or when a primary that lived on beside its
 * successor gives up its data to follow it. Lost writes are those that a client was told of.
 *
 * Two deaths differ: after a process crash the kernel still delivers what was written to its sockets, after a host crash
 * (power, partition) it does not.
 */

import type { Contents } from '../contents.ts';
import { EventQueue } from '../event-queue.ts';
import type { Network } from '../network.ts';
import { NODE_STATE, type Nodes } from '../nodes.ts';
import { stream } from '../rng.ts';
import type { ClusterSetup, Setup } from '../setup.ts';
import { NONE, type NodeId, type NodeInfo, OP, type ShardId } from '../strategy.ts';
import { meanKeyBytes } from '../workload/key-lengths.ts';
import { Ziggurat } from '../ziggurat.ts';
import { History, sharedTo, VOID } from './history.ts';
import { LinkLag } from './link-lag.ts';

/** A connection on which a replica hears of its primary's writes, one after the other. */
interface Link {
  readonly index: number;
  readonly from: NodeId;
  readonly to: NodeId;
  history: History;
  readonly lag: LinkLag;
  /** When it was made. */
  readonly sinceNs: number;
  /** When the next write reaches the replica. */
  dueNs: number;
  /** An event for that is in the queue. */
  scheduled: boolean;
  closed: boolean;
}

/** What replication works on, and whom it tells. */
interface Surroundings {
  readonly nodes: Nodes;
  readonly contents: Contents;
  readonly queue: EventQueue;
  readonly network: Network;
  /** A replica executes a write. */
  onApply(node: NodeId, key: number, startNs: number, endNs: number): void;
  /** An acknowledged write is gone for good; `wasSplit` when its primary had a successor already. */
  onLost(shard: ShardId, key: number, ackedNs: number, wasSplit: boolean): void;
  /** So is one of which its client was told that too few replicas had it. */
  onShortLost(): void;
}

/** A primary's data set at one moment. */
export interface Snapshot {
  readonly history: History;
  readonly position: number;
  readonly offset: number;
}

export class Replication {
  readonly #setup: ClusterSetup['replication'];
  readonly #nodes: Nodes;
  readonly #around: Surroundings;
  readonly #seed: number;
  /** Mean length of keys. */
  readonly #keyBytes: number;
  /** Somebody asks whether replicas are stale. */
  readonly #readsReplicas: boolean;
  readonly #shardNodes: readonly NodeId[][];
  readonly #shardOf: Int32Array;
  readonly #ziggurat = new Ziggurat(64);
  readonly #lags = new Map<number, LinkLag>();
  readonly #links: Link[] = [];
  /** When each link's next write reaches its replica: apart from other events, as requests to primaries do not notice. */
  readonly due = new EventQueue();
  /** [node] its connection to its primary, while it has one */
  readonly #linkTo: (Link | null)[];
  /** [node] connections of its replicas */
  readonly #linksFrom: Link[][];
  /** [node] what it has executed */
  readonly #history: History[];
  /** [node] how much of it */
  readonly #position: Float64Array;
  /** [shard] of the primary promoted last */
  readonly #current: History[];
  /** Histories that somebody went on without, ever. */
  readonly #outdone = new Set<History>();
  /** [node] 1 when it holds nothing, and will get everything from another node */
  readonly #empty: Uint8Array;
  /** [node] what it is being sent, while it is */
  readonly #snapshot: (Snapshot | null)[];
  /** [node] offset from which its backlog goes on */
  readonly #backlogFrom: Float64Array;
  /** Links that are there, and those with a write on its way. */
  #open = 0;
  #busy = 0;
  /** A replica's connection is there, or no more. */
  onConnected: (node: NodeId, nowNs: number) => void = () => {};
  onDisconnected: (primary: NodeId) => void = () => {};
  /** A replica's connection is gone; it may try again from `atNs` on. */
  onSevered: (node: NodeId, atNs: number) => void = () => {};
  /** [node] node it replicates from, NONE for a primary */
  readonly follows: Int32Array;

  constructor(
    { cluster, workload, strategy }: Setup,
    infos: readonly NodeInfo[],
    seed: number,
    around: Surroundings,
  ) {
    this.#setup = cluster.replication;
    this.#nodes = around.nodes;
    this.#around = around;
    this.#seed = seed;
    this.#keyBytes = meanKeyBytes(workload);
    this.#readsReplicas = strategy.selection.module.candidates !== 'primary';
    this.#shardOf = Int32Array.from(infos, ({ shard }) => shard);
    this.#shardNodes = Array.from({ length: cluster.shards }, (_, shard) =>
      infos.filter((info) => info.shard === shard).map(({ id }) => id),
    );
    this.follows = Int32Array.from(infos, (info) => (info.primary ? NONE : info.shard));
    this.#current = this.#shardNodes.map(
      ([primary], shard) => new History(primary!, shard, this.#keyBytes, this.#readsReplicas),
    );
    this.#history = infos.map(({ shard }) => this.#current[shard]!);
    this.#position = new Float64Array(infos.length);
    this.#empty = new Uint8Array(infos.length);
    this.#snapshot = infos.map(() => null);
    this.#backlogFrom = new Float64Array(infos.length);
    this.#linkTo = infos.map(() => null);
    this.#linksFrom = infos.map(() => []);
    for (const { id, primary } of infos) if (!primary) this.#connect(id, 0);
  }

  /** HOT. The primary will have executed a write at `executedNs`: sends it to its replicas. */
  write(
    primary: NodeId,
    key: number,
    op: number,
    executedNs: number,
    serviceNs: number,
    valueBytes: number,
  ): void {
    if (this.#shardNodes[this.#shardOf[primary]!]!.length === 1) return;
    const history = this.#history[primary]!;
    if (history.isFull) history.makeRoom(this.#neededFrom(primary));
    history.append(key, op, executedNs, serviceNs, valueBytes);
    this.#position[primary] = history.end;
    const links = this.#linksFrom[primary]!;
    for (let i = 0; i < links.length; i++)
      if (!links[i]!.scheduled) this.#scheduleNext(links[i]!, executedNs);
  }

  /** HOT. A client will hear of the primary's last write at `ackedNs`, unless it gives up before, at `deadlineNs`. */
  answered(primary: NodeId, ackedNs: number, deadlineNs: number): void {
    const history = this.#history[primary]!;
    const last = history.end - 1 - history.first;
    if (last < 0) return;
    history.ackedNs[last] = ackedNs;
    history.deadlineNs[last] = deadlineNs;
  }

  /**
   * The client of an earlier write of the primary, unless it gives up before `deadlineNs`, will hear of it at `ackedNs`:
   * that replicas have it too, or, when `isShort`, that too few do.
   */
  answeredAt(node: NodeId, position: number, ackedNs: number, deadlineNs: number, isShort: boolean): void {
    const history = this.#history[node]!;
    const at = position - history.first;
    if (at < 0 || position >= history.end) return;
    history.ackedNs[at] = ackedNs;
    history.deadlineNs[at] = deadlineNs;
    history.short[at] = isShort ? 1 : 0;
  }

  /** Position of the first write that a node of the shard may yet ask for. */
  #neededFrom(primary: NodeId): number {
    let needed = this.#history[primary]!.end;
    for (const node of this.#shardNodes[this.#shardOf[primary]!]!) {
      if (this.#empty[node] === 0) needed = Math.min(needed, this.#position[node]!);
      needed = Math.min(needed, this.#snapshot[node]?.position ?? Infinity);
    }
    const { endOffset } = this.#history[primary]!;
    return Math.min(needed, this.#history[primary]!.positionAt(endOffset - this.#setup.resync.backlogBytes));
  }

  /** HOT. The event of the next write, if there is one to be sent. Nothing comes before `fromNs`. */
  #scheduleNext(link: Link, fromNs: number): void {
    const { history, to } = link;
    let position = this.#position[to]!;
    while (position < history.end && history.op[position - history.first] === VOID) position++;
    this.#position[to] = position;
    if (position >= history.end) return;
    const executedNs = history.executedNs[position - history.first]!;
    if (executedNs === Infinity) return;
    const { network } = this.#around;
    const sentNs = Math.max(executedNs, link.sinceNs);
    const silentUntilNs = network.silentUntilNs(link.from, to, sentNs, this.#setup.resync.timeoutNs);
    if (silentUntilNs > sentNs) {
      this.#disconnect(to);
      this.onSevered(to, silentUntilNs);
      return;
    }
    const leavesNs = network.streamedNs(link.from, to, sentNs);
    const arrivesNs = Math.round(leavesNs + link.lag.at(leavesNs));
    // What was executed before the connection was made is sent as fast as the network can.
    const catchUpNs = executedNs < link.sinceNs ? this.#sendingNs(history, position) : 0;
    link.dueNs = Math.max(link.dueNs + catchUpNs, fromNs, arrivesNs);
    this.#schedule(link);
  }

  #sendingNs(history: History, position: number): number {
    const bytes = history.offsetAt(position + 1) - history.offsetAt(position);
    return Math.round((bytes * 1e9) / this.#setup.resyncBytesPerSec);
  }

  #schedule(link: Link): void {
    this.#setScheduled(link, link.dueNs < Infinity);
    if (link.scheduled) this.due.restore(link.dueNs, this.#around.queue.takeSequence(), 0, link.index);
  }

  #setScheduled(link: Link, scheduled: boolean): void {
    if (link.scheduled !== scheduled) this.#busy += scheduled ? 1 : -1;
    link.scheduled = scheduled;
  }

  /** The next write of a link reaches its replica; unless a fault has moved it. */
  arrive(index: number, nowNs: number): void {
    const link = this.#links[index]!;
    if (link.closed) return;
    if (nowNs < link.dueNs) {
      this.#schedule(link);
      return;
    }
    this.#setScheduled(link, false);
    const { history, to } = link;
    const at = this.#position[to]! - history.first;
    if (history.op[at] !== VOID) {
      this.#position[to] = this.#position[to]! + 1;
      this.#apply(history, at, to, nowNs);
    }
    this.#scheduleNext(link, nowNs);
  }

  #apply({ key: keys, op, serviceNs, valueBytes }: History, at: number, to: NodeId, nowNs: number): void {
    const key = keys[at]!;
    const endNs = this.#nodes.offer(to, nowNs, serviceNs[at]!, false);
    this.#around.onApply(to, key, this.#nodes.startNs, endNs);
    if (op[at] === OP.delete) this.#around.contents.remove(to, key);
    else this.#around.contents.put(to, key, valueBytes[at]!);
  }

  /** HOT. The node is the primary that was promoted last: it knows every write. */
  isCurrent(node: NodeId): boolean {
    return this.#current[this.#shardOf[node]!]!.primary === node;
  }

  /**
   * HOT. For how long the key's newest write had been executed that a read on the node misses now; negative for none. Also on a
   * primary that does not know of its successor yet.
   */
  staleForNs(node: NodeId, key: number, nowNs: number): number {
    const current = this.#current[this.#shardOf[node]!]!;
    const newest = current.newestOf(key);
    if (newest === NONE) return -1;
    const own = this.#history[node]!;
    const has = this.#position[node]!;
    if (newest < (own === current ? has : Math.min(has, sharedTo(own, current)))) return -1;
    const executedNs = current.executedNs[newest - current.first]!;
    return executedNs <= nowNs ? nowNs - executedNs : -1;
  }

  /** HOT. Every replica is connected, and knows every write. */
  get isInStep(): boolean {
    return this.#busy === 0 && this.#open === this.#position.length - this.#current.length;
  }

  /** Bytes of its shard's writes that the node has. */
  offset(node: NodeId): number {
    return this.#history[node]!.offsetAt(this.#position[node]!);
  }

  /** COLD. The node hears of its primary's writes from where it is now on. */
  #connect(node: NodeId, nowNs: number): void {
    const from = this.follows[node]!;
    this.#disconnect(node);
    const link: Link = {
      index: this.#links.length,
      from,
      to: node,
      history: this.#history[from]!,
      lag: this.#lagOf(from, node),
      sinceNs: nowNs,
      dueNs: 0,
      scheduled: false,
      closed: false,
    };
    this.#links.push(link);
    this.#open++;
    this.#linkTo[node] = link;
    this.#linksFrom[from]!.push(link);
    this.onConnected(node, nowNs);
    this.#scheduleNext(link, nowNs);
  }

  #disconnect(node: NodeId): void {
    const link = this.#linkTo[node];
    if (link === null || link === undefined) return;
    link.closed = true;
    this.#open--;
    this.#setScheduled(link, false);
    this.#linkTo[node] = null;
    this.#linksFrom[link.from] = this.#linksFrom[link.from]!.filter((other) => other !== link);
    this.onDisconnected(link.from);
  }

  #lagOf(from: NodeId, to: NodeId): LinkLag {
    const pair = from * this.#nodes.count + to;
    let lag = this.#lags.get(pair);
    if (lag === undefined) {
      const { lagNs, lagShape } = this.#setup;
      const rng = stream(this.#seed, `replication/${from}/${to}`);
      lag = new LinkLag(lagNs, lagShape, this.#ziggurat, rng);
      this.#lags.set(pair, lag);
    }
    return lag;
  }

  /** COLD. The node has what its primary has, and hears of what is to come. */
  copied(node: NodeId, primary: NodeId, nowNs: number): void {
    this.#disconnect(node);
    this.#history[node] = this.#history[primary]!;
    this.#position[node] = this.#position[primary]!;
    this.#empty[node] = 0;
    if (this.#nodes.isUp(primary)) this.#connect(node, nowNs);
  }

  /** COLD. The node stands still from now on for so long: writes it has not executed follow so much later. */
  postpone(node: NodeId, nowNs: number, byNs: number): void {
    const history = this.#history[node]!;
    if (history.primary !== node) return;
    for (const link of this.#linksFrom[node]!) {
      const next = history.executedNs[this.#position[link.to]! - history.first];
      if (link.scheduled && next !== undefined && next > nowNs) link.dueNs += byNs;
    }
    history.postpone(nowNs, byNs);
  }

  /** COLD. The node died: what it had not executed never happens, and after a host crash what it had sent is gone too. */
  crashed(node: NodeId, nowNs: number, keepsData: boolean): void {
    this.#disconnect(node);
    this.#snapshot[node] = null;
    if (!keepsData) this.#empty[node] = 1;
    const history = this.#history[node]!;
    if (history.primary === node) history.void(nowNs);
    if (this.#nodes.state[node] === NODE_STATE.hostDown)
      for (const link of this.#linksFrom[node]!.slice()) this.#disconnect(link.to);
  }

  /** COLD. The node is to hear of another primary's writes, once it is in step with it. */
  follow(node: NodeId, primary: NodeId): void {
    this.#disconnect(node);
    this.follows[node] = primary;
  }

  /** COLD. The node goes over to another shard's primary, and gives up what it has for what it will be sent. */
  migrate(node: NodeId, primary: NodeId): void {
    const shard = this.#shardOf[primary]!;
    const before = this.#shardNodes[this.#shardOf[node]!]!;
    before.splice(before.indexOf(node), 1);
    this.#shardNodes[shard]!.push(node);
    this.#shardOf[node] = shard;
    this.follow(node, primary);
    this.#history[node] = this.#history[primary]!;
    this.#position[node] = this.#history[primary]!.first;
    this.#snapshot[node] = null;
    this.#empty[node] = 1;
  }

  /** Of the node's replicas that are connected. */
  linksOf(primary: NodeId): readonly { readonly to: NodeId }[] {
    return this.#linksFrom[primary]!;
  }

  /** Which of all connections there ever were is the node's to its primary; NONE without one. */
  connectionOf(node: NodeId): number {
    return this.#linkTo[node]?.index ?? NONE;
  }

  /** How many writes of its lineage the node has. */
  positionOf(node: NodeId): number {
    return this.#position[node]!;
  }

  isConnected(node: NodeId): boolean {
    return this.#linkTo[node] !== null;
  }

  /** It holds nothing of its shard, and has to be sent everything. */
  isEmpty(node: NodeId): boolean {
    return this.#empty[node] === 1;
  }

  /** Whether the primary can go on from where the node is: it knows the node's history, and what lacks is in its backlog. */
  canContinue(node: NodeId, primary: NodeId): boolean {
    if (this.#empty[node] === 1) return false;
    const own = this.#history[node]!;
    const theirs = this.#history[primary]!;
    const position = this.#position[node]!;
    const known = own === theirs || (theirs.previous === own && position <= theirs.base);
    if (!known || position > this.#position[primary]!) return false;
    const offset = this.offset(node);
    const { backlogBytes } = this.#setup.resync;
    return offset >= this.#backlogFrom[primary]! && this.offset(primary) - offset <= backlogBytes;
  }

  /** COLD. The node goes on from where it is, in its primary's history. */
  resume(node: NodeId, nowNs: number): void {
    this.#history[node] = this.#history[this.follows[node]!]!;
    this.#connect(node, nowNs);
  }

  /** COLD. The primary's data set as it is now is sent to the node, and what comes after is kept for it. */
  snapshot(node: NodeId, primary: NodeId): Snapshot {
    const history = this.#history[primary]!;
    const snapshot = { history, position: this.#position[primary]!, offset: this.offset(primary) };
    this.#snapshot[node] = snapshot;
    return snapshot;
  }

  /** COLD. The node has it. */
  received(node: NodeId, { history, position, offset }: Snapshot): void {
    this.#disconnect(node);
    this.#history[node] = history;
    this.#position[node] = position;
    this.#backlogFrom[node] = offset;
    this.#empty[node] = 0;
    this.#snapshot[node] = null;
  }

  /** COLD. It came to nothing. */
  forget(node: NodeId): void {
    this.#snapshot[node] = null;
  }

  /** COLD. A primary that nobody replaced is back with nothing, and its replicas are to follow it in that. */
  emptied(node: NodeId, nowNs: number): void {
    const shard = this.#shardOf[node]!;
    const history = this.#history[node]!;
    this.#outdo(history, this.#bestPosition(history), nowNs);
    this.#current[shard] = new History(
      node,
      shard,
      this.#keyBytes,
      this.#readsReplicas,
      null,
      history.end,
      history.endOffset,
    );
    this.#history[node] = this.#current[shard]!;
    this.#position[node] = history.end;
    this.#empty[node] = 0;
  }

  /** How far the living have come in it; its end when nobody lives. */
  #bestPosition(history: History): number {
    let best = -1;
    for (const node of this.#shardNodes[history.shard]!)
      if (this.#history[node] === history && this.#nodes.isUp(node) && this.#empty[node] === 0)
        best = Math.max(best, this.#position[node]!);
    return best < 0 ? history.end : best;
  }

  /** COLD. The node goes on as the primary, with what it has. */
  promoted(node: NodeId, nowNs: number): void {
    this.#disconnect(node);
    this.follows[node] = NONE;
    const shard = this.#shardOf[node]!;
    const before = this.#current[shard]!;
    const own = this.#history[node]!;
    const has = this.#empty[node] === 1 ? own.first : this.#position[node]!;
    const next = own.primary === node ? own : own.fork(node, has);
    if (next === before) return;
    this.#empty[node] = 0;
    this.#snapshot[node] = null;
    next.divergedAt = Infinity;
    next.outdoneNs = Infinity;
    this.#history[node] = next;
    this.#position[node] = next.end;
    this.#current[shard] = next;
    for (const { to } of this.#linksFrom[node]!.slice()) {
      this.#disconnect(to);
      this.onSevered(to, nowNs);
    }
    this.#outdo(before, sharedTo(before, next), nowNs);
  }

  /** Another history goes on, which has no more of this one than up to `position`. */
  #outdo(history: History, position: number, nowNs: number): void {
    history.divergedAt = Math.min(history.divergedAt, position);
    history.outdoneNs = nowNs;
    this.#outdone.add(history);
    const { primary } = history;
    const goesOn =
      this.#nodes.isUp(primary) && this.#nodes.primary[primary] === 1 && this.#history[primary] === history;
    if (!goesOn) this.#seal(history, nowNs);
  }

  /** COLD. The node gives its role up, and its data. */
  demoted(node: NodeId, nowNs: number): void {
    this.#seal(this.#history[node]!, nowNs);
  }

  /** Counts what is lost of a history that nobody goes on with: what was executed by then. */
  #seal(history: History, untilNs: number): void {
    const { shard } = history;
    let position = Math.max(history.sealedTo, history.divergedAt, history.first);
    for (; position < history.end; position++) {
      const at = position - history.first;
      if (history.op[at] !== VOID && history.executedNs[at]! > untilNs) break;
      if (history.isAcknowledged(position) && history.short[at] === 1) this.#around.onShortLost();
      else if (history.isAcknowledged(position)) {
        const wasSplit = history.executedNs[at]! >= history.outdoneNs;
        this.#around.onLost(shard, history.key[at]!, history.ackedNs[at]!, wasSplit);
      }
      history.sealedTo = position + 1;
    }
  }

  /** COLD. The run is over: what nobody living has, or who would have to give it up, is lost too. */
  finish(): void {
    for (const history of this.#current)
      if (!this.#nodes.isUp(history.primary)) {
        history.divergedAt = Math.min(history.divergedAt, this.#bestPosition(history));
        this.#outdone.add(history);
      }
    for (const history of this.#outdone) this.#seal(history, Infinity);
  }
}
