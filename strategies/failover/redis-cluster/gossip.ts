/**
 * Failure detection: pings on the cluster bus, suspicion (PFAIL) by one node, reports in gossip sections, FAIL
 * by a majority of primaries, and how a failed node is taken back.
 *
 * Source: redis src/cluster_legacy.c: clusterCron, clusterProcessGossipSection, markNodeAsFailingIfNeeded,
 * clearNodeFailureIfNeeded.
 */
import type { FailoverContext, NodeId } from '../../../sim/strategy.ts';
import { HEALTH, type Views } from './views.ts';

/** One node's word on another. */
interface GossipEntry {
  readonly node: NodeId;
  readonly failing: boolean;
  readonly pongNs: number;
}

/** What the parts of the protocol tell each other. */
export interface GossipEvents {
  /** A message arrived: its sender's role and epochs. */
  heardFrom(observer: NodeId, sender: NodeId, claim: Claim): void;
  claimOf(node: NodeId): Claim;
  /** The observer's belief about somebody's health changed. */
  healthChanged(observer: NodeId): void;
  /** The observer now holds the node for failed. */
  failed(observer: NodeId, node: NodeId): void;
}

/** The header of every bus message. */
export interface Claim {
  readonly currentEpoch: number;
  /** Whether the sender takes itself for the primary of its shard. */
  readonly primary: boolean;
  readonly configEpoch: number;
}

/** clusterCron samples this many nodes and pings the one with the oldest pong. */
const RANDOM_PING_SAMPLE = 5;
/** A gossip section has a tenth of the nodes, and at least three. */
const MIN_GOSSIP_ENTRIES = 3;

export class Gossip {
  readonly #context: FailoverContext;
  readonly #views: Views;
  readonly #timeoutNs: number;
  readonly #events: GossipEvents;

  constructor(context: FailoverContext, views: Views, timeoutNs: number, events: GossipEvents) {
    this.#context = context;
    this.#views = views;
    this.#timeoutNs = timeoutNs;
    this.#events = events;
  }

  /** Once a second: keeps small clusters fresher than the forced pings would. */
  pingOldest(observer: NodeId): void {
    const { nodeCount, pingSentNs, pongNs } = this.#views;
    let oldest = -1;
    for (let i = 0; i < RANDOM_PING_SAMPLE; i++) {
      const peer = this.#context.rng.below(nodeCount);
      const link = observer * nodeCount + peer;
      if (peer === observer || pingSentNs[link] !== 0) continue;
      if (oldest === -1 || pongNs[link]! < pongNs[observer * nodeCount + oldest]!) oldest = peer;
    }
    if (oldest !== -1) this.ping(observer, oldest);
  }

  /** Every tick: pings who was silent for half the timeout, suspects who was silent for all of it. */
  checkPeers(observer: NodeId): void {
    const { nodeCount, pingSentNs, pongNs, dataNs, health } = this.#views;
    const nowNs = this.#context.now();
    for (let peer = 0; peer < nodeCount; peer++) {
      if (peer === observer) continue;
      const link = observer * nodeCount + peer;
      if (pingSentNs[link] === 0) {
        if (nowNs - pongNs[link]! > this.#timeoutNs / 2) this.ping(observer, peer);
        continue;
      }
      const silentNs = Math.min(nowNs - pingSentNs[link]!, nowNs - dataNs[link]!);
      if (silentNs > this.#timeoutNs && health[link] === HEALTH.ok) this.#suspect(observer, peer);
    }
  }

  pingEverybody(observer: NodeId): void {
    for (let peer = 0; peer < this.#views.nodeCount; peer++) if (peer !== observer) this.ping(observer, peer);
  }

  ping(from: NodeId, to: NodeId): void {
    const link = from * this.#views.nodeCount + to;
    if (this.#views.pingSentNs[link] === 0) this.#views.pingSentNs[link] = this.#context.now();
    this.#send(from, to, () => this.#send(to, from, () => this.#pong(from, to)));
  }

  /** Tells everybody at once, as after a promotion. */
  broadcast(from: NodeId): void {
    for (let peer = 0; peer < this.#views.nodeCount; peer++)
      if (peer !== from) this.#send(from, peer, () => this.#pong(peer, from));
  }

  /** A bus message with header and gossip section; `then` runs after the receiver has taken both in. */
  #send(from: NodeId, to: NodeId, then: () => void): void {
    const claim = this.#events.claimOf(from);
    const section = this.#section(from, to);
    this.#context.send(from, to, () => {
      this.#views.dataNs[to * this.#views.nodeCount + from] = this.#context.now();
      this.#events.heardFrom(to, from, claim);
      for (const entry of section) this.#hear(to, from, entry);
      then();
    });
  }

  #section(from: NodeId, to: NodeId): GossipEntry[] {
    const { nodeCount, pongNs, health } = this.#views;
    const entry = (node: NodeId): GossipEntry => {
      const link = from * nodeCount + node;
      return { node, failing: health[link] !== HEALTH.ok, pongNs: pongNs[link]! };
    };
    const chosen = new Set<NodeId>();
    const wanted = Math.min(Math.max(MIN_GOSSIP_ENTRIES, Math.floor(nodeCount / 10)), nodeCount - 2);
    for (let draws = 0; chosen.size < wanted && draws < wanted * 3; draws++) {
      const node = this.#context.rng.below(nodeCount);
      if (node !== from && node !== to) chosen.add(node);
    }
    for (let node = 0; node < nodeCount; node++)
      if (node !== to && health[from * nodeCount + node] === HEALTH.pfail) chosen.add(node);
    return [...chosen].map(entry);
  }

  #pong(observer: NodeId, sender: NodeId): void {
    const link = observer * this.#views.nodeCount + sender;
    this.#views.pongNs[link] = this.#context.now();
    this.#views.pingSentNs[link] = 0;
    if (this.#views.health[link] === HEALTH.pfail) {
      this.#views.health[link] = HEALTH.ok;
      this.#events.healthChanged(observer);
    } else if (this.#views.health[link] === HEALTH.fail) {
      this.#takeBack(observer, sender);
    }
  }

  #hear(observer: NodeId, sender: NodeId, { node, failing, pongNs }: GossipEntry): void {
    if (node === observer) return;
    const views = this.#views;
    const link = observer * views.nodeCount + node;
    if (views.isPrimary(observer, sender)) {
      views.reportNs[link * views.nodeCount + sender] = failing ? this.#context.now() : -Infinity;
      if (failing) this.#failIfNeeded(observer, node);
    }
    const quiet = !failing && views.pingSentNs[link] === 0 && this.#reports(observer, node) === 0;
    if (quiet && pongNs > views.pongNs[link]! && pongNs <= this.#context.now()) views.pongNs[link] = pongNs;
  }

  #suspect(observer: NodeId, node: NodeId): void {
    this.#views.health[observer * this.#views.nodeCount + node] = HEALTH.pfail;
    this.#context.log('suspected', node, observer);
    this.#events.healthChanged(observer);
    this.#failIfNeeded(observer, node);
  }

  /** PFAIL becomes FAIL when a majority of primaries said so within twice the timeout. */
  #failIfNeeded(observer: NodeId, node: NodeId): void {
    if (this.#views.healthOf(observer, node) !== HEALTH.pfail) return;
    const own = this.#views.isPrimary(observer, observer) ? 1 : 0;
    if (this.#reports(observer, node) + own < this.#views.majority) return;
    this.#context.log('detected', node, observer);
    this.#fail(observer, node);
    for (let peer = 0; peer < this.#views.nodeCount; peer++) {
      if (peer === observer || peer === node) continue;
      this.#context.send(observer, peer, () => {
        if (peer !== node) this.#fail(peer, node);
      });
    }
  }

  #fail(observer: NodeId, node: NodeId): void {
    const link = observer * this.#views.nodeCount + node;
    if (this.#views.health[link] === HEALTH.fail) return;
    this.#views.health[link] = HEALTH.fail;
    this.#views.failedNs[link] = this.#context.now();
    this.#events.healthChanged(observer);
    this.#events.failed(observer, node);
  }

  #reports(observer: NodeId, node: NodeId): number {
    const { nodeCount, reportNs } = this.#views;
    const from = (observer * nodeCount + node) * nodeCount;
    const oldestNs = this.#context.now() - 2 * this.#timeoutNs;
    let reports = 0;
    for (let reporter = 0; reporter < nodeCount; reporter++)
      if (reportNs[from + reporter]! >= oldestNs) reports++;
    return reports;
  }

  /** A reachable replica is taken back at once; a primary whose slots nobody took, after twice the timeout. */
  #takeBack(observer: NodeId, node: NodeId): void {
    const link = observer * this.#views.nodeCount + node;
    const settled = this.#context.now() - this.#views.failedNs[link]! > 2 * this.#timeoutNs;
    if (this.#views.isPrimary(observer, node) && !settled) return;
    this.#views.health[link] = HEALTH.ok;
    this.#events.healthChanged(observer);
  }
}
