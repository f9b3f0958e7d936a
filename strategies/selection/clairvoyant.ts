/**
 * The ceiling: every read goes to the node with the least work left, service times to come included. No client
 * can know that; what a real selection loses against it is the price of not knowing.
 *
 * Source: least work left is first come, first served from one common queue (Foss 1980), the best that can be done
 * without changing the order of service; M. Harchol-Balter, "Performance Modeling and Design of Computer Systems",
 * 2013, chapter 24.
 *
 * What is on its way to a node counts with its mean, so over a slow network the ceiling is a near one.
 */
import { z } from 'zod';
import { defineSelection, type Oracle, type Rng, type Selection } from '../../sim/strategy.ts';

export const clairvoyant = defineSelection({
  axis: 'selection',
  name: 'clairvoyant',
  summary:
    'A bound: a read goes to the node of its shard with the least work left, which no client can know.',
  source: 'Least work left (Foss 1980; Harchol-Balter 2013, chapter 24)',
  wins: 'Against every selection that must guess: the nodes of a shard serve like one common queue.',
  loses: 'Not to be had; and it looks at queues alone, so a far idle node is preferred to a near busy one.',
  needs: ['oracle', 'replicas'],
  params: z.strictObject({}),
  candidates: 'shard',
  create: (_params, _view, rng, { oracle }) => new Clairvoyant(oracle!, rng),
});

class Clairvoyant implements Selection {
  readonly #oracle: Oracle;
  readonly #rng: Rng;

  constructor(oracle: Oracle, rng: Rng) {
    this.#oracle = oracle;
    this.#rng = rng;
  }

  /** Scans from a random place, so that idle nodes take turns. */
  select(candidates: Int32Array, count: number): number {
    const from = this.#rng.below(count);
    let best = candidates[from]!;
    let leastNs = this.#oracle.workLeftNs(best);
    for (let i = 1; i < count; i++) {
      const node = candidates[(from + i) % count]!;
      const leftNs = this.#oracle.workLeftNs(node);
      if (leftNs < leastNs) {
        best = node;
        leastNs = leftNs;
      }
    }
    return best;
  }
}
