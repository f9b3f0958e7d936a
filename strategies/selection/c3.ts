/**
 * C3's replica ranking: nodes report with each answer how long their queue was and how long the work took; the
 * client prefers the node with the lowest expected time, weighing queues by their cube so that it leaves a long
 * queue early even when the node behind it is quick.
 *
 * Source: Suresh, Canini, Schmid, Feldmann, "C3: Cutting Tail Latency in Cloud Data Stores via Adaptive Replica
 * Selection", NSDI 2015, section 3.1: score = (R - s) + q^3 s, q = 1 + outstanding x clients + reported queue;
 * R, s and the queue are moving averages (weight 0.9 on the newest in the authors' simulator).
 *
 * Not modelled: the rate control of section 3.2, a sending rate per node that grows as TCP CUBIC's window, and the
 * queue in which a client holds requests back while every replica is above its rate. A selection says who serves
 * an attempt, and says it at once; there is no client-side queue in the engine to hold it in. So overload, which
 * the rate control is there for, looks worse here than it would. The queue reported is the one the request met on
 * arrival, where the paper's servers read it when they answer.
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

interface Params {
  readonly clients: number;
  readonly newest: number;
}

export const c3 = defineSelection<Params>({
  axis: 'selection',
  name: 'c3',
  summary:
    'A read goes to the node with the best score of response time and cubed queue, as nodes report it.',
  source: 'Suresh et al., NSDI 2015, section 3.1 (ranking; without the rate control of section 3.2)',
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

  constructor({ clients, newest }: Params, view: ClientView, rng: Rng) {
    this.#clients = clients;
    this.#newest = newest;
    this.#view = view;
    this.#rng = rng;
    this.#responseNs = new Float64Array(view.inFlight.length);
    this.#serviceNs = new Float64Array(view.inFlight.length);
    this.#queue = new Float64Array(view.inFlight.length);
  }

  /** Scans from a random place, so that equal scores do not all favour the primary. */
  select(candidates: Int32Array, count: number): number {
    if (count === 1) return candidates[0]!;
    const from = this.#rng.below(count);
    let best = candidates[from]!;
    let bestScore = this.#score(best);
    for (let i = 1; i < count; i++) {
      const node = candidates[(from + i) % count]!;
      const score = this.#score(node);
      if (score < bestScore) {
        best = node;
        bestScore = score;
      }
    }
    return best;
  }

  feedback(node: NodeId, elapsedNs: Nanos, queue: number, serviceNs: Nanos): void {
    const newest = this.#serviceNs[node] === 0 ? 1 : this.#newest;
    this.#responseNs[node] = newest * elapsedNs + (1 - newest) * this.#responseNs[node]!;
    this.#serviceNs[node] = newest * serviceNs + (1 - newest) * this.#serviceNs[node]!;
    this.#queue[node] = newest * queue + (1 - newest) * this.#queue[node]!;
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
