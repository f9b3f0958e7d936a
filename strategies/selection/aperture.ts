/**
 * Each client talks to a few nodes of a shard only, and among those to the less busy of two. Which ones follows
 * from the client's number alone: slices of a ring laid end to end, so that every node gets nearly the same
 * number of clients without any coordination.
 *
 * Source: Finagle deterministic aperture; deterministic subsetting in "Site Reliability Engineering" (O'Reilly
 * 2016), chapter 20. Finagle moves the width with the load; here it is fixed.
 */
import { z } from 'zod';
import { type ClientView, defineSelection, type Rng, type Selection } from '../../sim/strategy.ts';

export const aperture = defineSelection({
  axis: 'selection',
  name: 'aperture',
  summary: 'Each client reads from a fixed few nodes of a shard, the less busy of two of them.',
  source: "Finagle deterministic aperture; Site Reliability Engineering, O'Reilly 2016, chapter 20",
  wins: 'Fewer connections, and a node that dies is noticed by few clients at the cost of a failure each.',
  loses: 'With few clients, or one that is much busier than the rest, some nodes idle.',
  needs: ['replicas'],
  params: z.strictObject({
    width: z.int().min(1).default(2).describe('nodes of a shard that one client reads from'),
  }),
  candidates: 'shard',
  create: ({ width }, view, rng) => new Aperture(width, view, rng),
});

class Aperture implements Selection {
  readonly #width: number;
  readonly #view: ClientView;
  readonly #rng: Rng;

  constructor(width: number, view: ClientView, rng: Rng) {
    this.#width = width;
    this.#view = view;
    this.#rng = rng;
  }

  select(candidates: Int32Array, count: number): number {
    const width = Math.min(this.#width, count);
    const from = (this.#view.client * width) % count;
    if (width === 1) return candidates[from]!;
    const { inFlight } = this.#view;
    const i = this.#rng.below(width);
    // One of the others: those from i on are one further along.
    let j = this.#rng.below(width - 1);
    if (j >= i) j++;
    const first = candidates[(from + i) % count]!;
    const second = candidates[(from + j) % count]!;
    return inFlight[second]! < inFlight[first]! ? second : first;
  }
}
