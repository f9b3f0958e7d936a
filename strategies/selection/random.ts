/** A coin toss among the nodes of the shard: the floor for everything that looks at load. */
import { z } from 'zod';
import { defineSelection, type Rng, type Selection } from '../../sim/strategy.ts';

export const random = defineSelection({
  axis: 'selection',
  name: 'random',
  summary: 'A read goes to a node of its shard at random.',
  source: 'Lettuce ReadFrom.ANY; go-redis RouteRandomly',
  wins: 'Spreads reads over replicas without any state.',
  loses: 'Sends reads to slow, busy and dead nodes as often as to the others.',
  params: z.strictObject({}),
  candidates: 'shard',
  watches: 'nothing',
  create: (_params, _view, rng) => new RandomNode(rng),
});

class RandomNode implements Selection {
  readonly #rng: Rng;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  select(candidates: Int32Array, count: number): number {
    return candidates[count === 1 ? 0 : this.#rng.below(count)]!;
  }
}
