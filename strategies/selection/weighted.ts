/**
 * Smooth weighted round robin: shares follow the weights, and the turns of a heavy node are spread out instead of
 * coming in a row. Every node earns its weight per turn, the richest is chosen and pays what all earned.
 *
 * Source: nginx src/http/ngx_http_upstream_round_robin.c (smooth weighted balancing); Envoy gets the same shares
 * from its earliest-deadline-first schedule with a period of 1/weight per host.
 */
import { z } from 'zod';
import { type ClientView, defineSelection, type Selection } from '../../sim/strategy.ts';

export const weighted = defineSelection({
  axis: 'selection',
  name: 'weighted',
  summary: "A client's reads of a shard go to its nodes in turn, in proportion to their weights.",
  source: 'nginx smooth weighted round robin; Envoy weighted round robin (EDF scheduler)',
  wins: 'Uses what is known beforehand and stays so: nodes that are nearer, or have more to spare.',
  loses:
    'Weights that do not match what the nodes can do overload the favoured one, and nothing corrects it.',
  needs: ['replicas'],
  params: z.strictObject({
    weights: z
      .array(z.number().positive())
      .default([])
      .describe('weight of each node in node order (the first primaries come first); 1 where none is given'),
  }),
  candidates: 'shard',
  create: ({ weights }, view) => new SmoothWeighted(weights, view),
});

class SmoothWeighted implements Selection {
  /** [node] */
  readonly #weight: Float64Array;
  /** [node] earned and not yet paid, in units of weight; sums to 0 over a shard that stays as it is. */
  readonly #credit: Float64Array;

  constructor(weights: readonly number[], view: ClientView) {
    this.#weight = Float64Array.from(view.inFlight, (_, node) => weights[node] ?? 1);
    this.#credit = new Float64Array(view.inFlight.length);
  }

  select(candidates: Int32Array, count: number): number {
    const credit = this.#credit;
    let richest = candidates[0]!;
    let earned = 0;
    for (let i = 0; i < count; i++) {
      const node = candidates[i]!;
      const weight = this.#weight[node]!;
      credit[node]! += weight;
      earned += weight;
      if (credit[node]! > credit[richest]!) richest = node;
    }
    credit[richest]! -= earned;
    return richest;
  }
}
