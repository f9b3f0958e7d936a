/**
 * Each node of the shard in turn. The turn is kept as "who waited longest", not as a position in a list, so
 * it survives nodes that leave and return, and every shard has a turn of its own.
 *
 * Source: nginx upstream default; Envoy ROUND_ROBIN, which also starts each client at a random place, lest all
 * of them begin with the same node.
 */
import { z } from 'zod';
import { type ClientView, defineSelection, type Rng, type Selection } from '../../sim/strategy.ts';

export const roundRobin = defineSelection({
  axis: 'selection',
  name: 'round-robin',
  summary: "A client's reads of a shard go to its nodes in turn.",
  source: 'nginx ngx_http_upstream round robin; Envoy round robin load balancer',
  wins: 'Spreads reads exactly evenly, so queues are shorter than under a random choice.',
  loses: 'Goes on giving a node that is far away or answers no more its full share.',
  needs: ['replicas'],
  params: z.strictObject({}),
  candidates: 'shard',
  watches: 'nothing',
  create: (_params, view, rng) => new RoundRobin(view, rng),
});

class RoundRobin implements Selection {
  /** [node] turn in which it was last chosen; a random negative number before the first. */
  readonly #lastTurn: Float64Array;
  #turn = 0;

  constructor(view: ClientView, rng: Rng) {
    this.#lastTurn = Float64Array.from(view.inFlight, () => rng.float() - 1);
  }

  select(candidates: Int32Array, count: number): number {
    let next = candidates[0]!;
    for (let i = 1; i < count; i++) {
      const node = candidates[i]!;
      if (this.#lastTurn[node]! < this.#lastTurn[next]!) next = node;
    }
    this.#lastTurn[next] = this.#turn++;
    return next;
  }
}
