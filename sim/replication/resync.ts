/**
 * How a replica gets in step with its primary, as Redis does it (replication.c). It tells which history it has, and up to
 * which offset (PSYNC). Where the primary has that history too, itself or as the one before its promotion, and what the
 * replica lacks is still in the backlog, only that is sent: a partial resynchronisation.
 *
 * Otherwise a full one. The primary waits for further replicas (repl-diskless-sync-delay), then forks: it stands still
 * while its page table is copied. The child streams the data set, which the replica keeps on its disk
 * (repl-diskless-load disabled) while it goes on answering with what it has; then it loads that and answers LOADING. What
 * the primary executes meanwhile waits in an output buffer; when that is full, the connection is dropped and all begins
 * anew. An empty replica answers LOADING all the time, so that no client takes it for one that misses keys.
 *
 * Whoever cannot reach its primary tries again when it can.
 */
import type { ResyncSetup } from '../setup.ts';
import { type Nanos, NONE, type NodeId } from '../strategy.ts';
import type { World } from '../world.ts';
import type { Snapshot } from './replication.ts';

/** Replicas look after their connections (replicationCron), and servers after output buffers, once a second. */
const CRON_NS = 1e9;

/** One resynchronisation, as it went. */
export interface Resynchronisation {
  readonly node: NodeId;
  readonly primary: NodeId;
  readonly atNs: Nanos;
  readonly isFull: boolean;
  readonly bytes: number;
  /** Until the replica has what was sent. */
  readonly durationNs: Nanos;
  readonly forkNs: Nanos;
  /** It came to nothing: the primary died, or its output buffer was full. */
  readonly aborted: boolean;
}

export class Resync {
  readonly #world: World;
  readonly #setup: ResyncSetup;
  readonly #bytesPerKey: number;
  readonly #bytesPerSec: number;
  /** [node] counts its tries: a newer one ends those before */
  readonly #try: Int32Array;
  /** [node] whom it is getting in step with, or NONE */
  readonly #partner: Int32Array;

  /** @param bytesPerKey mean size of key and value */
  constructor(world: World, bytesPerKey: number) {
    const { resync, resyncBytesPerSec } = world.setup.cluster.replication;
    this.#world = world;
    this.#setup = resync;
    this.#bytesPerKey = bytesPerKey;
    this.#bytesPerSec = resyncBytesPerSec;
    this.#try = new Int32Array(world.infos.length);
    this.#partner = new Int32Array(world.infos.length).fill(NONE);
  }

  /** COLD. The node is to follow this primary, unless it does already. */
  follow(node: NodeId, primary: NodeId): void {
    const { replication } = this.#world;
    const isSame = replication.follows[node] === primary;
    if (isSame && (replication.isConnected(node) || this.#partner[node] === primary)) return;
    replication.follow(node, primary);
    this.start(node);
  }

  /** COLD. The node is primary now, with what it has. */
  promoted(node: NodeId): void {
    const { nodes, clock } = this.#world;
    this.stop(node);
    if (nodes.loadingUntilNs[node] === Infinity) nodes.load(node, clock.nowNs);
  }

  /** COLD. Its connection broke, and may be possible again: unless something else has begun. */
  retry(node: NodeId): void {
    if (!this.#world.replication.isConnected(node) && this.#partner[node] === NONE) this.start(node);
  }

  /** COLD. Whatever it was about to do. */
  stop(node: NodeId): void {
    this.#try[node] = this.#try[node]! + 1;
    this.#partner[node] = NONE;
  }

  /** COLD. The node asks its primary for what it lacks. */
  start(node: NodeId): void {
    this.stop(node);
    const { replication, nodes, clock } = this.#world;
    const primary = replication.follows[node]!;
    if (primary === NONE || !nodes.isUp(node)) return;
    if (replication.isEmpty(node)) nodes.load(node, Infinity);
    if (!nodes.isUp(primary)) return; // it will tell when it is back
    this.#partner[node] = primary;
    const ableNs = this.#ableNs(node, primary);
    if (ableNs > clock.nowNs) this.#later(node, ableNs, () => this.start(node));
    else if (replication.canContinue(node, primary)) this.#continue(node, primary);
    else {
      const sinceNs = clock.nowNs;
      this.#later(node, sinceNs + this.#setup.delayNs, () => this.#fork(node, primary, sinceNs));
    }
  }

  /** When both can talk to each other. */
  #ableNs(node: NodeId, primary: NodeId): Nanos {
    const { nodes, network, clock } = this.#world;
    const awakeNs = Math.max(
      nodes.hungUntilNs[primary]!,
      nodes.loadingUntilNs[primary]! > nodes.drainedUntilNs[primary]! ? nodes.loadingUntilNs[primary]! : 0,
      nodes.hungUntilNs[node]!,
    );
    return Math.max(awakeNs, network.reachableNs(primary, node, clock.nowNs));
  }

  /** Runs `then`, unless the node has died, or begun something else. */
  #later(node: NodeId, atNs: Nanos, then: () => void): void {
    const { nodes, clock } = this.#world;
    if (atNs === Infinity) return;
    const turn = this.#try[node]!;
    const life = nodes.life[node]!;
    clock.at(atNs, () => {
      if (this.#try[node] === turn && nodes.life[node] === life) then();
    });
  }

  #continue(node: NodeId, primary: NodeId): void {
    const { replication, nodes, clock } = this.#world;
    const bytes = replication.offset(primary) - replication.offset(node);
    this.#partner[node] = NONE;
    replication.resume(node, clock.nowNs);
    nodes.load(node, clock.nowNs);
    const durationNs = Math.round((bytes * 1e9) / this.#bytesPerSec);
    this.#record({
      node,
      primary,
      atNs: clock.nowNs,
      isFull: false,
      bytes,
      durationNs,
      forkNs: 0,
      aborted: false,
    });
  }

  #fork(node: NodeId, primary: NodeId, sinceNs: Nanos): void {
    const { replication, nodes, contents, recorder, clock } = this.#world;
    if (!nodes.isUp(primary) || this.#ableNs(node, primary) > clock.nowNs) {
      this.start(node);
      return;
    }
    const bytes = contents.held[primary]! * this.#bytesPerKey;
    const usedBytes = contents.memory?.usedBytes(primary) ?? bytes;
    const forkNs = Math.round((this.#setup.forkPerGiBNs * usedBytes) / 2 ** 30);
    const forkedNs = nodes.offer(primary, clock.nowNs, forkNs, false);
    recorder.busy.add(primary, nodes.startNs, forkedNs, 1);
    if (nodes.threads === 1 && forkNs > 0)
      nodes.hungUntilNs[primary] = Math.max(nodes.hungUntilNs[primary]!, forkedNs);
    const snapshot = replication.snapshot(node, primary);
    const transfer = { node, primary, atNs: sinceNs, isFull: true, bytes, forkNs };
    const sent = this.#world.egress?.stream(primary, forkedNs, bytes, this.#bytesPerSec) ?? null;
    const receivedNs = sent?.leftNs ?? Math.round(forkedNs + (bytes * 1e9) / this.#bytesPerSec);
    const loadedNs = Math.round(receivedNs + (bytes * 1e9) / this.#setup.loadBytesPerSec);
    const abort = (): void => {
      sent?.stop(clock.nowNs);
      this.#record({ ...transfer, durationNs: clock.nowNs - sinceNs, aborted: true });
      replication.forget(node);
      this.#later(node, clock.nowNs + CRON_NS, () => this.start(node));
    };
    this.#watchBuffer(node, snapshot, loadedNs, abort);
    this.#later(node, receivedNs, () => {
      if (nodes.isUp(primary) && this.#ableNs(node, primary) <= clock.nowNs)
        this.#load(node, primary, snapshot, loadedNs, () =>
          this.#record({ ...transfer, durationNs: loadedNs - sinceNs, aborted: false }),
        );
      else abort();
    });
  }

  /** The file is there, and will be loaded whatever happens to the primary. */
  #load(node: NodeId, primary: NodeId, snapshot: Snapshot, loadedNs: Nanos, done: () => void): void {
    const { replication, nodes, contents, clock } = this.#world;
    contents.copy(primary, node);
    replication.received(node, snapshot);
    nodes.load(node, loadedNs);
    this.#later(node, loadedNs, () => {
      done();
      if (nodes.isUp(primary) && this.#ableNs(node, primary) <= clock.nowNs) {
        this.#partner[node] = NONE;
        replication.resume(node, clock.nowNs);
      } else this.start(node);
    });
  }

  /** What the primary executes meanwhile waits there: not more than a limit, and not for long more than a lower one. */
  #watchBuffer(node: NodeId, snapshot: Snapshot, untilNs: Nanos, full: () => void): void {
    const { clock } = this.#world;
    const { hardBytes, softBytes, softNs } = this.#setup.outputBuffer;
    let softSinceNs = Infinity;
    const look = (): void => {
      if (clock.nowNs >= untilNs) return;
      const bytes = snapshot.history.endOffset - snapshot.offset;
      if (bytes <= softBytes) softSinceNs = Infinity;
      else softSinceNs = Math.min(softSinceNs, clock.nowNs);
      if (bytes > hardBytes || clock.nowNs - softSinceNs >= softNs) {
        this.stop(node);
        full();
      } else this.#later(node, clock.nowNs + CRON_NS, look);
    };
    this.#later(node, clock.nowNs + CRON_NS, look);
  }

  #record(resync: Resynchronisation): void {
    this.#world.recorder.resyncs.push(resync);
  }
}
