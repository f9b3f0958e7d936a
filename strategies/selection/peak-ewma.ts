/**
 * Peak EWMA: of two nodes the one with the lower expected wait, which is a moving average of its response times
 * times the requests in flight. The average rises at once on a slow answer and falls slowly, so a node that
 * stalls is left quickly and tried again carefully.
 *
 * Source: Finagle PeakEwma.scala with P2CPick: rtt above cost sets cost, else cost = cost w + rtt (1 - w),
 * w = exp(-dt / tau); reading the load decays it too; load = cost (pending + 1); a node without history that
 * already has a request pending is avoided until that one is back.
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

/** Above every cost times pending; Finagle's is Long.MaxValue >> 16 nanoseconds, 39 hours. */
const NO_HISTORY_PENALTY = 2 ** 47;

export const peakEwma = defineSelection({
  axis: 'selection',
  name: 'peak-ewma',
  summary: 'A read goes to the one of two nodes with the lower product of recent response time and queue.',
  source: 'Finagle loadbalancer PeakEwma (also Linkerd); Envoy contrib peak_ewma',
  wins: 'Avoids a node that is slow or far away, which counting requests does not see.',
  loses: 'One slow answer banishes a healthy node for seconds; a node that fails fast looks quick.',
  needs: ['replicas'],
  params: z.strictObject({
    decay: duration('10s').describe('time constant tau with which a response time is forgotten'),
  }),
  candidates: 'shard',
  create: ({ decay }, view, rng) => new PeakEwma(decay, view, rng),
});

class PeakEwma implements Selection {
  readonly #decayNs: Nanos;
  readonly #view: ClientView;
  readonly #rng: Rng;
  /** [node] decaying response time [ns]; 0 without history. */
  readonly #costNs: Float64Array;
  /** [node] when the cost was last brought up to date [ns]. */
  readonly #stampNs: Float64Array;

  constructor(decayNs: Nanos, view: ClientView, rng: Rng) {
    this.#decayNs = decayNs;
    this.#view = view;
    this.#rng = rng;
    this.#costNs = new Float64Array(view.inFlight.length);
    this.#stampNs = new Float64Array(view.inFlight.length);
  }

  select(candidates: Int32Array, count: number): number {
    if (count === 1) return candidates[0]!;
    const i = this.#rng.below(count);
    // One of the others: those from i on are one further along.
    let j = this.#rng.below(count - 1);
    if (j >= i) j++;
    const first = candidates[i]!;
    const second = candidates[j]!;
    return this.#load(second) < this.#load(first) ? second : first;
  }

  observe(node: NodeId, elapsedNs: Nanos): void {
    const costNs = this.#costNs[node]!;
    const nowNs = this.#view.now();
    if (elapsedNs > costNs) this.#costNs[node] = elapsedNs;
    else {
      const kept = Math.exp((this.#stampNs[node]! - nowNs) / this.#decayNs);
      this.#costNs[node] = costNs * kept + elapsedNs * (1 - kept);
    }
    this.#stampNs[node] = nowNs;
  }

  /** Looking decays the cost: a node that is never chosen becomes attractive again. */
  #load(node: NodeId): number {
    this.observe(node, 0);
    const costNs = this.#costNs[node]!;
    const pending = this.#view.inFlight[node]!;
    return costNs === 0 && pending > 0 ? NO_HISTORY_PENALTY + pending : costNs * (pending + 1);
  }
}
