/**
 * What leaves a node through its network interface. Replies go one after the other, at the interface's bandwidth. Data sets
 * for full resynchronisations go beside them, in connections of their own, and TCP shares the interface among those that
 * want more than there is (D. Chiu, R. Jain, Computer Networks 17(1), 1989): replies are left what the data sets do not
 * take, and an equal share at least; so is each data set, at the pace of its start.
 *
 * Writes on their way to replicas, errors and acknowledgements are small beside that, and take nothing.
 */
import type { Nanos, NodeId } from './strategy.ts';

/** Ethernet, IP and TCP headers with timestamps, and the gap between frames: 90 bytes around 1,448 of payload. */
const FRAME_BYTES = 90;
const SEGMENT_BYTES = 1448;

interface DataSet {
  readonly fromNs: Nanos;
  readonly bytesPerNs: number;
  untilNs: Nanos;
}

export class Egress {
  readonly #bytesPerNs: number;
  /** [node] when the last reply has left, and when the last one came to the interface */
  readonly #freeAtNs: Float64Array;
  readonly #lastNs: Float64Array;
  /** [node] of replies */
  readonly #sentBytes: Float64Array;
  /** [node] on their way, and some that have arrived */
  readonly #dataSets: readonly DataSet[][];

  constructor(bytesPerSec: number, nodeCount: number) {
    this.#bytesPerNs = bytesPerSec / 1e9;
    this.#freeAtNs = new Float64Array(nodeCount);
    this.#lastNs = new Float64Array(nodeCount);
    this.#sentBytes = new Float64Array(nodeCount);
    this.#dataSets = Array.from({ length: nodeCount }, () => []);
  }

  /**
   * When a reply that is ready at `readyNs` has left. Replies of several threads that overtake each other do not wait for
   * each other.
   * @param bytes payload
   */
  send(node: NodeId, readyNs: Nanos, bytes: number): Nanos {
    const wireBytes = onWire(bytes);
    const overtakes = readyNs < this.#lastNs[node]!;
    const fromNs = overtakes ? readyNs : Math.max(readyNs, this.#freeAtNs[node]!);
    const leavesNs = Math.round(fromNs + wireBytes / this.#leftAt(node, fromNs));
    this.#sentBytes[node] = this.#sentBytes[node]! + wireBytes;
    if (overtakes) return leavesNs;
    this.#lastNs[node] = readyNs;
    this.#freeAtNs[node] = leavesNs;
    return leavesNs;
  }

  /** What data sets leave to replies [bytes per ns]. */
  #leftAt(node: NodeId, atNs: Nanos): number {
    let taken = 0;
    let count = 0;
    for (const { fromNs, untilNs, bytesPerNs } of this.#dataSets[node]!) {
      if (atNs < fromNs || atNs >= untilNs) continue;
      taken += bytesPerNs;
      count++;
    }
    return Math.max(this.#bytesPerNs - taken, this.#bytesPerNs / (1 + count));
  }

  /**
   * COLD. A data set begins to leave at `fromNs`, not faster than `bytesPerSec`.
   * @returns when it has, and what to call when it is given up before
   */
  stream(
    node: NodeId,
    fromNs: Nanos,
    bytes: number,
    bytesPerSec: number,
  ): { leftNs: Nanos; stop: (nowNs: Nanos) => void } {
    const others = this.#dataSets[node]!.filter(({ untilNs }) => untilNs > fromNs);
    const takenByOthers = others.reduce((sum, { bytesPerNs }) => sum + bytesPerNs, 0);
    const takenByReplies = fromNs > 0 ? this.#sentBytes[node]! / fromNs : 0;
    const share = this.#bytesPerNs / (2 + others.length);
    const left = Math.max(share, this.#bytesPerNs - takenByOthers - takenByReplies);
    const bytesPerNs = Math.min(bytesPerSec / 1e9, left);
    const dataSet = { fromNs, bytesPerNs, untilNs: Math.round(fromNs + onWire(bytes) / bytesPerNs) };
    this.#dataSets[node]!.splice(0, Infinity, ...others, dataSet);
    return {
      leftNs: dataSet.untilNs,
      stop: (nowNs) => {
        dataSet.untilNs = Math.min(dataSet.untilNs, nowNs);
      },
    };
  }

  /** COLD. The node died: nothing waits any more. */
  crashed(node: NodeId): void {
    this.#freeAtNs[node] = 0;
    this.#lastNs[node] = 0;
    this.#dataSets[node]!.length = 0;
  }
}

function onWire(bytes: number): number {
  return bytes + FRAME_BYTES * Math.max(1, Math.ceil(bytes / SEGMENT_BYTES));
}
