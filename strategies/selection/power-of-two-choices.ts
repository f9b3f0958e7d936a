/**
 * Power of d choices: look at d nodes of the shard, take the one with fewer of this client's own requests in
 * flight. Two choices already turn a queue's tail from geometric to doubly exponential.
 *
 * Source: M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", IEEE TPDS 12(10), 2001;
 * drawing two distinct nodes without bias as Finagle's P2CPick does.
 */
import { z } from 'zod';
import { type ClientView, defineSelection, NONE, type Rng, type Selection } from '../../sim/strategy.ts';

export const powerOfTwoChoices = defineSelection({
  axis: 'selection',
  name: 'power-of-two-choices',
  summary: "A read goes to the less busy of two nodes of its shard, by the client's own in-flight counts.",
  source: 'Mitzenmacher, IEEE TPDS 12(10), 2001; Finagle P2C least loaded',
  wins: 'Halves the load of a hot primary and steers around a node that has stopped answering.',
  loses:
    'Reads may be stale; a node that fails fast looks idle; many clients with few requests each see little.',
  needs: ['replicas'],
  params: z.strictObject({
    choices: z.int().min(2).max(16).default(2).describe('different nodes compared per read'),
  }),
  candidates: 'shard',
  watches: 'candidates',
  create: ({ choices }, view, rng) => new PowerOfChoices(choices, view, rng),
});

class PowerOfChoices implements Selection {
  readonly #choices: number;
  readonly #view: ClientView;
  readonly #rng: Rng;
  /** Candidates not drawn yet; grows to the most there ever are. */
  #rest = new Int32Array(8);

  constructor(choices: number, view: ClientView, rng: Rng) {
    this.#choices = choices;
    this.#view = view;
    this.#rng = rng;
  }

  select(candidates: Int32Array, count: number): number {
    if (count === 1) return candidates[0]!;
    if (this.#choices === 2 || count === 2) return this.#lessBusyOfTwo(candidates, count);
    return this.#leastBusyOfSeveral(candidates, count);
  }

  #lessBusyOfTwo(candidates: Int32Array, count: number): number {
    const { inFlight } = this.#view;
    const i = this.#rng.below(count);
    // One of the others: those from i on are one further along.
    let j = this.#rng.below(count - 1);
    if (j >= i) j++;
    const first = candidates[i]!;
    const second = candidates[j]!;
    return inFlight[second]! < inFlight[first]! ? second : first;
  }

  /** Draws without replacement from the candidates, which it copies to shuffle. */
  #leastBusyOfSeveral(candidates: Int32Array, count: number): number {
    if (this.#rest.length < count) this.#rest = new Int32Array(candidates.length);
    const rest = this.#rest;
    const { inFlight } = this.#view;
    for (let i = 0; i < count; i++) rest[i] = candidates[i]!;
    const draws = Math.min(this.#choices, count);
    let best = NONE;
    for (let drawn = 0; drawn < draws; drawn++) {
      const at = drawn + this.#rng.below(count - drawn);
      const node = rest[at]!;
      rest[at] = rest[drawn]!;
      if (best === NONE || inFlight[node]! < inFlight[best]!) best = node;
    }
    return best;
  }
}
