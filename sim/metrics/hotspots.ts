/**
 * Hotspots: nodes above a utilization or share threshold for a stated time, and the keys that make them. The
 * attempts of a step are logged in order; only when a node turns out hot are they counted by key.
 */
import type { MetricsSetup } from '../setup.ts';
import type { KeyId, NodeId } from '../strategy.ts';
import { AttemptLog } from './attempt-log.ts';

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

type KeysByNode = ReturnType<AttemptLog['byNode']>;

export class Hotspots {
  readonly #setup: MetricsSetup;
  readonly log = new AttemptLog();
  /** [node] attempts in the step under way */
  readonly stepAttempts: Int32Array;
  readonly #open: (HotEpisode | null)[];
  readonly #closed: HotEpisode[] = [];
  /** [key] scratch for counting; all zero between steps. */
  readonly #tally: Int32Array;

  constructor(setup: MetricsSetup, nodeCount: number, keyCount: number) {
    this.#setup = setup;
    this.stepAttempts = new Int32Array(nodeCount);
    this.#open = new Array<HotEpisode | null>(nodeCount).fill(null);
    this.#tally = new Int32Array(keyCount);
  }

  /** HOT. An attempt reached the node. */
  attempt(node: NodeId, key: KeyId): void {
    this.stepAttempts[node] = this.stepAttempts[node]! + 1;
    this.log.add(node, key);
  }

  /** COLD. The step is over. */
  closeStep(step: number, utilizationOf: (node: NodeId) => number): void {
    const total = this.stepAttempts.reduce((sum, attempts) => sum + attempts, 0);
    const { hotspot } = this.#setup;
    let keys: KeysByNode | null = null;
    for (let node = 0; node < this.#open.length; node++) {
      const attempts = this.stepAttempts[node]!;
      const utilization = utilizationOf(node);
      const share = total > 0 ? attempts / total : 0;
      if (utilization > hotspot.utilization || share > hotspot.share) {
        keys ??= this.log.byNode(this.#open.length);
        this.#extend(node, step, utilization, share, attempts, keys);
      } else this.#close(node);
    }
    this.stepAttempts.fill(0);
    this.log.count = 0;
  }

  #extend(
    node: NodeId,
    step: number,
    utilization: number,
    share: number,
    attempts: number,
    keys: KeysByNode,
  ): void {
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
    for (const [key, count] of this.#topKeys(node, keys))
      episode.keys.set(key, (episode.keys.get(key) ?? 0) + count);
  }

  #topKeys(node: NodeId, { from, keys }: KeysByNode): [KeyId, number][] {
    const own = keys.subarray(from[node]!, from[node + 1]!);
    const seen = tally(own, this.#tally);
    // Most keys come once or twice: only those above the mean can be among the top.
    const mean = seen.length > 0 ? this.log.count / seen.length : 0;
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

/** HOT. Adds the keys up; those that occur, in order. `counts` is zero for all of them before. */
function tally(keys: Int32Array, counts: Int32Array): Int32Array {
  const seen = new Int32Array(keys.length);
  let distinct = 0;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (counts[key] === 0) seen[distinct++] = key;
    counts[key] = counts[key]! + 1;
  }
  return seen.subarray(0, distinct);
}
