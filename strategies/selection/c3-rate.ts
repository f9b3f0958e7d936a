/**
 * C3's rate control: how many requests one client sends one node in an interval, and how long it holds a request back
 * when every node that could serve it has had its share. The rate follows what comes back: it grows as TCP CUBIC's
 * window while the node answers faster than that, and is cut when it answers more slowly.
 *
 * Source: Suresh et al., NSDI 2015, section 3.2; constants, the order of the rules and the smoothing as in the
 * authors' simulator (github.com/lalithsuresh/absim, simulations/client.py, experiment.py).
 *
 * A request that is held back takes the next free place of a node at once and waits for it, so requests leave in the
 * order they came; the authors' scheduler ranks the nodes again when a place falls free.
 */
import type { Nanos, NodeId } from '../../sim/strategy.ts';

export interface RateParams {
  readonly interval: Nanos;
  /** Requests per interval to begin with, and the most that may be saved up. */
  readonly startRate: number;
}

/** Of the cubic, in requests per interval and ms cubed. */
const CUBIC = 0.000004;
/** A rate grows by so much per answer at most, and is cut to this share. */
const STEP_MAX = 10;
const CUT = 0.2;
const RATE_MIN = 0.01;
/** Weight of the newest interval in the rate of answers. */
const NEWEST = 0.1;
/** A cut comes so many intervals after a growth at the earliest: the answers need as long to show it. */
const HYSTERESIS = 2;

const NS_PER_MS = 1e6;

export class RateControl {
  readonly #intervalNs: Nanos;
  readonly #savedMax: number;
  /** [node] requests per interval that may be sent, and that are answered. */
  readonly #rate: Float64Array;
  readonly #answered: Float64Array;
  /** [node] answers in the interval that began at `#sinceNs`. */
  readonly #count: Float64Array;
  readonly #sinceNs: Float64Array;
  /** [node] free places at `#placesNs`; below 1 the next one is still to come, below 0 it is taken already. */
  readonly #places: Float64Array;
  readonly #placesNs: Float64Array;
  /** [node] when the rate grew and was cut last, and what it was before that. */
  readonly #grewNs: Float64Array;
  readonly #cutNs: Float64Array;
  readonly #before: Float64Array;

  constructor({ interval, startRate }: RateParams, nodeCount: number) {
    this.#intervalNs = interval;
    this.#savedMax = startRate;
    this.#rate = new Float64Array(nodeCount).fill(startRate);
    this.#answered = new Float64Array(nodeCount);
    this.#count = new Float64Array(nodeCount);
    this.#sinceNs = new Float64Array(nodeCount);
    this.#places = new Float64Array(nodeCount).fill(startRate);
    this.#placesNs = new Float64Array(nodeCount);
    this.#grewNs = new Float64Array(nodeCount);
    this.#cutNs = new Float64Array(nodeCount);
    this.#before = new Float64Array(nodeCount).fill(startRate);
  }

  rateOf(node: NodeId): number {
    return this.#rate[node]!;
  }

  /** HOT. How long until the node's next place is free [ns]; 0 when there is one. */
  waitNs(node: NodeId, nowNs: Nanos): Nanos {
    this.#refill(node, nowNs);
    const missing = 1 - this.#places[node]!;
    return missing <= 0 ? 0 : Math.ceil((missing * this.#intervalNs) / this.#rate[node]!);
  }

  /** HOT. Takes the node's next place, free or not. */
  take(node: NodeId): void {
    this.#places[node] = this.#places[node]! - 1;
  }

  /** HOT. The node answered. */
  answered(node: NodeId, nowNs: Nanos): void {
    this.#closeIntervals(node, nowNs);
    this.#count[node] = this.#count[node]! + 1;
    this.#refill(node, nowNs);
    const rate = this.#rate[node]!;
    const answered = this.#answered[node]!;
    if (rate < answered) {
      this.#grewNs[node] = nowNs;
      const before = this.#before[node]!;
      const sinceMs = (nowNs - this.#cutNs[node]!) / NS_PER_MS;
      const grown = CUBIC * (sinceMs - Math.cbrt((before * CUT) / CUBIC)) ** 3 + before;
      this.#rate[node] = Math.max(RATE_MIN, Math.min(grown, rate + STEP_MAX));
    } else if (
      answered > 0 &&
      rate > answered &&
      nowNs - this.#grewNs[node]! > HYSTERESIS * this.#intervalNs
    ) {
      this.#before[node] = rate;
      this.#rate[node] = Math.max(RATE_MIN, rate * CUT);
      this.#cutNs[node] = nowNs;
    }
  }

  #refill(node: NodeId, nowNs: Nanos): void {
    const grown = (this.#rate[node]! * (nowNs - this.#placesNs[node]!)) / this.#intervalNs;
    this.#places[node] = Math.min(this.#savedMax, this.#places[node]! + grown);
    this.#placesNs[node] = nowNs;
  }

  /** The interval that is over counts with its weight, and each one without an answer after it with 0. */
  #closeIntervals(node: NodeId, nowNs: Nanos): void {
    const over = Math.floor((nowNs - this.#sinceNs[node]!) / this.#intervalNs);
    if (over === 0) return;
    const first = NEWEST * this.#count[node]! + (1 - NEWEST) * this.#answered[node]!;
    this.#answered[node] = first * (1 - NEWEST) ** (over - 1);
    this.#count[node] = 0;
    this.#sinceNs[node] = this.#sinceNs[node]! + over * this.#intervalNs;
  }
}
