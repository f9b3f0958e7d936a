/**
 * Failure detection as one node does it: pings, suspicion after silence (PFAIL), failure reports in gossip
 * sections, FAIL once a majority of primaries reports, and how a failed node is taken back.
 *
 * Source: redis src/cluster_legacy.c: clusterCron, clusterSendPing, clusterProcessGossipSection,
 * markNodeAsFailingIfNeeded, clearNodeFailureIfNeeded.
 */
import type { FailoverContext, Nanos, NodeId } from '../../../sim/strategy.ts';
import type { Incidents } from '../incidents.ts';
import type { Bus, GossipEntry, Header } from './bus.ts';
import {
  GOSSIP_CLOCK_NS,
  MIN_GOSSIP_ENTRIES,
  RANDOM_PING_SAMPLE,
  REPORT_LIFETIMES,
  RETRANSMISSION_NS,
  TICK_NS,
  TICKS_PER_RANDOM_PING,
  UNDO_TIMEOUTS,
} from './constants.ts';
import { FailureReports } from './failure-reports.ts';
import { HEALTH, type View } from './view.ts';

/** "No ping is unanswered." */
const NO_PING = -1;

/** What the detector needs of the node it is part of. */
export interface DetectorHost {
  header(): Header;
  /** The health of some node changed in this node's view. */
  healthChanged(): void;
}

export class FailureDetector {
  readonly #context: FailoverContext;
  readonly #view: View;
  readonly #bus: Bus;
  readonly #timeoutNs: Nanos;
  readonly #incidents: Incidents;
  readonly #host: DetectorHost;
  /** [node] when the ping was sent that is unanswered, or NO_PING */
  readonly #pingSentNs: Float64Array;
  /** [node] last pong, or a later one heard of by gossip */
  readonly #pongNs: Float64Array;
  /** [node] when the connection was made anew */
  readonly #linkNs: Float64Array;
  /** [node] when the unanswered ping is sent again, and how long after that once more */
  readonly #resendNs: Float64Array;
  readonly #resendGapNs: Float64Array;
  readonly #reports: FailureReports;
  /** [node] gossip section it was last part of */
  readonly #section: Int32Array;
  #sections = 0;
  #ticks = 0;
  #suspects = 0;
  /** Suspects when the tick began: as many are added to each gossip section. */
  #knownSuspects = 0;

  constructor(
    context: FailoverContext,
    view: View,
    bus: Bus,
    timeoutNs: Nanos,
    incidents: Incidents,
    host: DetectorHost,
  ) {
    this.#context = context;
    this.#view = view;
    this.#bus = bus;
    this.#timeoutNs = timeoutNs;
    this.#incidents = incidents;
    this.#host = host;
    this.#pingSentNs = new Float64Array(view.nodeCount).fill(NO_PING);
    this.#pongNs = new Float64Array(view.nodeCount);
    this.#linkNs = new Float64Array(view.nodeCount).fill(-Infinity);
    this.#resendNs = new Float64Array(view.nodeCount);
    this.#resendGapNs = new Float64Array(view.nodeCount);
    this.#reports = new FailureReports(REPORT_LIFETIMES * timeoutNs);
    this.#section = new Int32Array(view.nodeCount);
  }

  /** A cluster that has run for long: pongs are as old as pings make them, at most half the timeout. */
  startConverged(): void {
    const { nodeCount } = this.#view;
    const oldestNs = Math.min(this.#timeoutNs / 2, (nodeCount - 1) * TICKS_PER_RANDOM_PING * TICK_NS);
    for (let node = 0; node < nodeCount; node++)
      this.#pongNs[node] = -Math.floor(this.#context.rng.float() * oldestNs);
    this.#ticks = this.#context.rng.below(TICKS_PER_RANDOM_PING);
  }

  /** A restart: nothing was ever heard of anybody, so everybody is pinged at the first tick. */
  startEmpty(): void {
    this.#pingSentNs.fill(NO_PING);
    this.#pongNs.fill(-Infinity);
    this.#linkNs.fill(-Infinity);
    this.#reports.clear();
    this.#ticks = 0;
    this.#suspects = 0;
    this.#knownSuspects = 0;
  }

  /** The detector's part of clusterCron. */
  tick(): void {
    this.#ticks++;
    this.#knownSuspects = this.#suspects;
    if (this.#ticks % TICKS_PER_RANDOM_PING === 0) this.#pingSomebody();
    const nowNs = this.#context.now();
    const { self, nodeCount, dataNs, health } = this.#view;
    const halfNs = this.#timeoutNs / 2;
    for (let node = 0; node < nodeCount; node++) {
      if (node === self) continue;
      if (this.#pingSentNs[node] === NO_PING) {
        if (nowNs - this.#pongNs[node]! > halfNs) this.#ping(node);
        continue;
      }
      // Any traffic is a proof of life, so silence is the shorter of the two.
      const silentNs = Math.min(nowNs - this.#pingSentNs[node]!, nowNs - dataNs[node]!);
      if (silentNs > halfNs && nowNs - this.#linkNs[node]! > this.#timeoutNs) this.#reconnect(node);
      else if (nowNs >= this.#resendNs[node]!) this.#resend(node);
      if (silentNs > this.#timeoutNs && health[node] === HEALTH.ok) this.#suspect(node);
    }
  }

  /** Once a second: the longest unheard of a few random nodes. */
  #pingSomebody(): void {
    const { self, nodeCount } = this.#view;
    let oldest = self;
    for (let i = 0; i < RANDOM_PING_SAMPLE; i++) {
      const node = this.#context.rng.below(nodeCount);
      if (node === self || this.#pingSentNs[node] !== NO_PING) continue;
      if (oldest === self || this.#pongNs[node]! < this.#pongNs[oldest]!) oldest = node;
    }
    if (oldest !== self) this.#ping(oldest);
  }

  #ping(node: NodeId): void {
    this.#pingSentNs[node] = this.#context.now();
    this.#resendGapNs[node] = RETRANSMISSION_NS;
    this.#resend(node);
  }

  /** A new connection begins with a ping, but the clock of the unanswered one runs on. */
  #reconnect(node: NodeId): void {
    this.#linkNs[node] = this.#context.now();
    this.#resendGapNs[node] = RETRANSMISSION_NS;
    this.#resend(node);
  }

  /** TCP sends again what was not acknowledged, each time after twice as long: so a partition's end is noticed. */
  #resend(node: NodeId): void {
    const gapNs = this.#resendGapNs[node]!;
    this.#resendNs[node] = this.#context.now() + gapNs;
    this.#resendGapNs[node] = gapNs * 2;
    const header = this.#host.header();
    const gossip = this.gossip();
    this.#bus.send(node, (receiver) => receiver.onPing(header, gossip));
  }

  /** A message section: some random nodes, and every suspect. */
  gossip(): GossipEntry[] {
    const { self, nodeCount, health } = this.#view;
    const entries: GossipEntry[] = [];
    const section = ++this.#sections;
    const wanted = Math.min(Math.max(MIN_GOSSIP_ENTRIES, Math.floor(nodeCount / 10)), nodeCount - 2);
    for (let draws = 0; draws < wanted * 3 && entries.length < wanted; draws++) {
      const node = this.#context.rng.below(nodeCount);
      if (node === self || health[node] === HEALTH.pfail || this.#section[node] === section) continue;
      this.#section[node] = section;
      entries.push(this.#entry(node));
    }
    let left = this.#knownSuspects;
    for (let node = 0; left > 0 && node < nodeCount; node++) {
      if (health[node] !== HEALTH.pfail) continue;
      entries.push(this.#entry(node));
      left--;
    }
    return entries;
  }

  #entry(node: NodeId): GossipEntry {
    const pongNs = Math.floor(this.#pongNs[node]! / GOSSIP_CLOCK_NS) * GOSSIP_CLOCK_NS;
    return { node, failing: this.#view.health[node] !== HEALTH.ok, pongNs };
  }

  /**
   * A ping of a node that owes us a pong for longer than a tick: its end of the connection broke and it is back.
   * Redis reconnects within a tick.
   */
  onPing(from: NodeId): void {
    const sentNs = this.#pingSentNs[from]!;
    if (sentNs !== NO_PING && this.#context.now() - sentNs > TICK_NS) this.#reconnect(from);
  }

  /** The answer to a ping. */
  onPong(from: NodeId): void {
    this.#pingSentNs[from] = NO_PING;
    this.#pongNs[from] = this.#context.now();
    const health = this.#view.health[from]!;
    if (health === HEALTH.pfail || (health === HEALTH.fail && this.#mayReturn(from))) this.#takeBack(from);
  }

  /** A failed replica may return at once; a primary whose slots nobody took, after a while. */
  #mayReturn(node: NodeId): boolean {
    if (!this.#view.isPrimary(node)) return true;
    return this.#context.now() - this.#view.failedNs[node]! > UNDO_TIMEOUTS * this.#timeoutNs;
  }

  onGossip(from: NodeId, entries: readonly GossipEntry[]): void {
    const fromPrimary = this.#view.isPrimary(from);
    for (const { node, failing, pongNs } of entries) {
      if (node === this.#view.self) continue;
      if (fromPrimary) {
        if (failing) {
          this.#reports.add(node, from, this.#context.now());
          this.#failIfMajority(node);
        } else {
          this.#reports.remove(node, from);
        }
      }
      if (failing || pongNs <= this.#pongNs[node]! || this.#pingSentNs[node] !== NO_PING) continue;
      if (this.#view.health[node] !== HEALTH.ok) continue;
      if (this.#reports.count(node, this.#context.now()) === 0) this.#pongNs[node] = pongNs;
    }
  }

  /** PFAIL becomes FAIL when enough primaries say so, this one included. Everybody is told at once. */
  #failIfMajority(node: NodeId): void {
    if (this.#view.health[node] !== HEALTH.pfail) return;
    const own = this.#view.isPrimary(this.#view.self) ? 1 : 0;
    if (this.#reports.count(node, this.#context.now()) + own < this.#view.majority) return;
    this.#incidents.detected(node, this.#view.self);
    const header = this.#host.header();
    this.#bus.broadcast((receiver) => receiver.onFail(header, node));
    this.fail(node);
  }

  fail(node: NodeId): void {
    if (node === this.#view.self || this.#view.health[node] === HEALTH.fail) return;
    if (this.#view.health[node] === HEALTH.pfail) this.#suspects--;
    this.#view.health[node] = HEALTH.fail;
    this.#view.failedNs[node] = this.#context.now();
    this.#host.healthChanged();
  }

  #suspect(node: NodeId): void {
    this.#suspects++;
    this.#view.health[node] = HEALTH.pfail;
    this.#incidents.suspected(node, this.#view.self);
    this.#host.healthChanged();
    // A single primary has nobody to wait for.
    if (this.#view.shardCount === 1) this.#failIfMajority(node);
  }

  #takeBack(node: NodeId): void {
    if (this.#view.health[node] === HEALTH.pfail) this.#suspects--;
    this.#view.health[node] = HEALTH.ok;
    this.#incidents.over(node);
    this.#host.healthChanged();
  }
}
