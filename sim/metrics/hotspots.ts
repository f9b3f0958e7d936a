/**
 * Hotspots: nodes above a utilization or share threshold for a stated time, and the keys that make them. The
 * attempts of a step are logged in order; only when a node turns out hot are they counted by key.
 */
import type { Flights } from '../flights.ts';
import type { MetricsSetup } from '../setup.ts';
import type { KeyId, NodeId } from '../strategy.ts';

/** Attempts logged per step; in a step with more, the first stand for all. */
const LOG_LIMIT = 1 << 20;
/** Keys kept per hot node and step. */
const TOP_KEYS = 16;

export interface HotEpisode {
  readonly node: NodeId;
  readonly fromStep: number;
  /** First step no longer hot. */
  toStep: number;
  peakUtilization: number;
  peakShare: number;
  attempts: number;
  /** Attempts by key, of the hottest keys of each step. */
  readonly keys: Map<KeyId, number>;
}

export class Hotspots {
  readonly #setup: MetricsSetup;
  #logNode = new Uint16Array(4096);
  #logKey = new Int32Array(4096);
  #logged = 0;
  readonly #stepAttempts: Int32Array;
  readonly #open: (HotEpisode | null)[];
  readonly #closed: HotEpisode[] = [];
  /** [key] scratch for counting; all zero between steps. */
  readonly #tally: Int32Array;

  constructor(setup: MetricsSetup, nodeCount: number, keyCount: number) {
    this.#setup = setup;
    this.#stepAttempts = new Int32Array(nodeCount);
    this.#open = new Array<HotEpisode | null>(nodeCount).fill(null);
    this.#tally = new Int32Array(keyCount);
  }

  /** HOT. An attempt reached the node. */
  attempt(node: NodeId, key: KeyId): void {
    this.#stepAttempts[node] = this.#stepAttempts[node]! + 1;
    if (this.#logged === this.#logKey.length && !this.#grow()) return;
    this.#logNode[this.#logged] = node;
    this.#logKey[this.#logged] = key;
    this.#logged++;
  }

  /** HOT. The attempts in these rows reached their nodes. */
  attemptRows({ node: nodeOf, requests }: Flights, rows: Int32Array, count: number): void {
    const { key } = requests;
    while (this.#logged + count > this.#logKey.length && this.#grow());
    const room = Math.min(count, this.#logKey.length - this.#logged);
    const stepAttempts = this.#stepAttempts;
    const logNode = this.#logNode;
    const logKey = this.#logKey;
    const logged = this.#logged;
    for (let i = 0; i < count; i++) {
      const node = nodeOf[rows[i]!]!;
      stepAttempts[node] = stepAttempts[node]! + 1;
    }
    for (let i = 0; i < room; i++) {
      const row = rows[i]!;
      logNode[logged + i] = nodeOf[row]!;
      logKey[logged + i] = key[row]!;
    }
    this.#logged = logged + room;
  }

  #grow(): boolean {
    if (this.#logKey.length >= LOG_LIMIT) return false;
    const nodes = new Uint16Array(this.#logNode.length * 2);
    nodes.set(this.#logNode);
    this.#logNode = nodes;
    const keys = new Int32Array(this.#logKey.length * 2);
    keys.set(this.#logKey);
    this.#logKey = keys;
    return true;
  }

  /** Attempts of the node in the step under way. */
  stepAttempts(node: NodeId): number {
    return this.#stepAttempts[node]!;
  }

  /** COLD. The step is over. */
  closeStep(step: number, utilizationOf: (node: NodeId) => number): void {
    const total = this.#stepAttempts.reduce((sum, attempts) => sum + attempts, 0);
    for (let node = 0; node < this.#open.length; node++) {
      const attempts = this.#stepAttempts[node]!;
      const utilization = utilizationOf(node);
      const share = total > 0 ? attempts / total : 0;
      const { hotspot } = this.#setup;
      if (utilization > hotspot.utilization || share > hotspot.share)
        this.#extend(node, step, utilization, share, attempts);
      else this.#close(node);
    }
    this.#stepAttempts.fill(0);
    this.#logged = 0;
  }

  #extend(node: NodeId, step: number, utilization: number, share: number, attempts: number): void {
    const episode = this.#open[node] ?? {
      node,
      fromStep: step,
      toStep: step,
      peakUtilization: 0,
      peakShare: 0,
      attempts: 0,
      keys: new Map<KeyId, number>(),
    };
    this.#open[node] = episode;
    episode.toStep = step + 1;
    episode.peakUtilization = Math.max(episode.peakUtilization, utilization);
    episode.peakShare = Math.max(episode.peakShare, share);
    episode.attempts += attempts;
    for (const [key, count] of this.#topKeys(node))
      episode.keys.set(key, (episode.keys.get(key) ?? 0) + count);
  }

  #topKeys(node: NodeId): [KeyId, number][] {
    const seen: KeyId[] = [];
    for (let i = 0; i < this.#logged; i++) {
      if (this.#logNode[i] !== node) continue;
      const key = this.#logKey[i]!;
      if (this.#tally[key] === 0) seen.push(key);
      this.#tally[key] = this.#tally[key]! + 1;
    }
    // Most keys come once or twice: only those above the mean can be among the top.
    const mean = seen.length > 0 ? this.#logged / seen.length : 0;
    const floor = seen.length > 4 * TOP_KEYS ? Math.max(2, Math.floor(mean)) : 1;
    const top: [KeyId, number][] = [];
    for (const key of seen) {
      if (this.#tally[key]! >= floor) top.push([key, this.#tally[key]!]);
      this.#tally[key] = 0;
    }
    return top.sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, TOP_KEYS);
  }

  #close(node: NodeId): void {
    const episode = this.#open[node];
    if (!episode) return;
    this.#open[node] = null;
    if ((episode.toStep - episode.fromStep) * this.#setup.stepNs >= this.#setup.hotspot.forNs)
      this.#closed.push(episode);
  }

  /** COLD. All episodes, those still open included, in order of time and node. */
  finish(): readonly HotEpisode[] {
    for (let node = 0; node < this.#open.length; node++) this.#close(node);
    return this.#closed.sort((a, b) => a.fromStep - b.fromStep || a.node - b.node);
  }
}
