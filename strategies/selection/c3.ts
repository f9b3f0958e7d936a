/**
 * C3's replica ranking: nodes report with each answer how long their queue was and how long the work took; the
 * client prefers the node with the lowest expected time, weighing queues by their cube so that it leaves a long
 * queue early even when the node behind it is quick.
 *
 * Source: Suresh, Canini, Schmid, Feldmann, "C3: Cutting Tail Latency in Cloud Data Stores via Adaptive Replica
 * Selection", NSDI 2015, section 3.1: score = (R - s) + q^3 s, q = 1 + outstanding x clients + reported queue;
 * R, s and the queue are moving averages (weight 0.9 on the newest in the authors' simulator).
 *
 * With rate control (c3-rate.ts), a read goes to the best node that may be sent one more, and waits in its client
 * when there is none. It is off unless asked for: it takes several requests per interval, client and node to tell a
 * rate; with fewer it follows chance down, and holds back what idle nodes could serve. Not modelled: the queue reported is the one the request met on arrival, where the paper's
 * servers read it when they answer.
 */
import { z } from 'zod';
import {
  type ClientView,
  defineSelection,
  type Nanos,
  type NodeId,
  type Rng,
  type Selection,
} from '../../sim/strategy.ts';
import { duration } from '../params.ts';
import { RateControl } from './c3-rate.ts';

interface Params {
  readonly clients: number;
  readonly newest: number;
  readonly rateControl: boolean;
  readonly interval: Nanos;
  readonly startRate: number;
}

export const c3 = defineSelection<Params>({
  axis: 'selection',
  name: 'c3',
  summary:
    'A read goes to the node with the best score of response time and cubed queue, as nodes report it, at a controlled rate.',
  source: 'Suresh et al., NSDI 2015, sections 3.1 (ranking) and 3.2 (rate control)',
  wins: 'A slow node and many clients: nodes report what none of the clients can count for itself.',
  loses: 'A node that refuses at once keeps its good record: nothing it says changes it.',
  needs: ['replicas'],
  params: z.strictObject({
    clients: z
      .int()
      .min(1)
      .default(1)
      .describe('number of clients: each of its own requests stands for as many'),
    newest: z.number().gt(0).max(1).default(0.9).describe('weight of the newest sample in the averages'),
    rateControl: z
      .boolean()
      .default(false)
      .describe('hold reads back in the client while every node has had its share'),
    interval: duration('20ms').describe('what rates are counted in'),
    startRate: z
      .number()
      .gt(0)
      .max(1e6)
      .default(10)
      .describe('reads per interval, client and node to begin with; the most that may be saved up'),
  }),
  candidates: 'shard',
  create: (params, view, rng) => new C3(params, view, rng),
});

class C3 implements Selection {
  readonly #clients: number;
  readonly #newest: number;
  readonly #view: ClientView;
  readonly #rng: Rng;
  /** [node] averages: response time, service time, queue; the service time is 0 before the first answer. */
  readonly #responseNs: Float64Array;
  readonly #serviceNs: Float64Array;
  readonly #queue: Float64Array;
  readonly #rates: RateControl | null;
  /** How long the read that was placed last must wait. */
  #holdNs = 0;

  constructor(params: Params, view: ClientView, rng: Rng) {
    this.#clients = params.clients;
    this.#newest = params.newest;
    this.#rates = params.rateControl ? new RateControl(params, view.inFlight.length) : null;
    this.#view = view;
    this.#rng = rng;
    this.#responseNs = new Float64Array(view.inFlight.length);
    this.#serviceNs = new Float64Array(view.inFlight.length);
    this.#queue = new Float64Array(view.inFlight.length);
  }

  /**
   * The best of those with a free place; of none, the one whose next place comes first. Scans from a random place, so
   * that equal scores do not all favour the primary.
   */
  select(candidates: Int32Array, count: number): number {
    const rates = this.#rates;
    const nowNs = this.#view.now();
    const from = count === 1 ? 0 : this.#rng.below(count);
    let best = candidates[from]!;
    let bestWaitNs = rates === null ? 0 : rates.waitNs(best, nowNs);
    let bestScore = this.#score(best);
    for (let i = 1; i < count; i++) {
      const node = candidates[(from + i) % count]!;
      const waitNs = rates === null ? 0 : rates.waitNs(node, nowNs);
      const score = this.#score(node);
      if (waitNs > bestWaitNs || (waitNs === bestWaitNs && score >= bestScore)) continue;
      best = node;
      bestWaitNs = waitNs;
      bestScore = score;
    }
    if (rates !== null) rates.take(best);
    this.#holdNs = bestWaitNs;
    return best;
  }

  holdNs(): Nanos {
    return this.#holdNs;
  }

  feedback(node: NodeId, elapsedNs: Nanos, queue: number, serviceNs: Nanos): void {
    const newest = this.#serviceNs[node] === 0 ? 1 : this.#newest;
    this.#responseNs[node] = newest * elapsedNs + (1 - newest) * this.#responseNs[node]!;
    this.#serviceNs[node] = newest * serviceNs + (1 - newest) * this.#serviceNs[node]!;
    this.#queue[node] = newest * queue + (1 - newest) * this.#queue[node]!;
    if (this.#rates !== null) this.#rates.answered(node, this.#view.now());
  }

  /** A node not heard of is tried when idle, and left alone until that try is back. */
  #score(node: NodeId): number {
    const outstanding = this.#view.inFlight[node]!;
    const serviceNs = this.#serviceNs[node]!;
    if (serviceNs === 0) return outstanding === 0 ? -Infinity : Infinity;
    const queue = 1 + outstanding * this.#clients + this.#queue[node]!;
    return this.#responseNs[node]! - serviceNs + queue * queue * queue * serviceNs;
  }
}
