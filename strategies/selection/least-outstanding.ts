/**
 * Fewest of this client's own requests in flight, over all nodes of the shard or over a few random draws. With a
 * single client the full scan is the textbook's join-the-shortest-queue.
 *
 * Source: Envoy LEAST_REQUEST. Its FULL_SCAN breaks ties at random; its default draws N hosts *with*
 * replacement, so a draw may repeat, and keeps the first of equals.
 */
import { z } from 'zod';
import { type ClientView, defineSelection, type Rng, type Selection } from '../../sim/strategy.ts';

export const leastOutstanding = defineSelection({
  axis: 'selection',
  name: 'least-outstanding',
  summary: "A read goes to the node of its shard with the fewest of the client's own requests in flight.",
  source: 'Envoy LEAST_REQUEST (FULL_SCAN and N_CHOICES); nginx least_conn; join the shortest queue',
  wins: 'The shortest queues of all that count requests, when one client or proxy sees most of the traffic.',
  loses: 'A node that fails fast looks idle and draws all reads; many small clients see only their own few.',
  needs: ['replicas'],
  params: z.strictObject({
    scan: z
      .enum(['full', 'envoy'])
      .default('full')
      .describe('full: every node, ties at random; envoy: `choices` random draws with replacement'),
    choices: z.int().min(2).max(64).default(2).describe('draws per read; used by scan: envoy'),
  }),
  candidates: 'shard',
  watches: 'candidates',
  create: ({ scan, choices }, view, rng) =>
    scan === 'full' ? new FullScan(view, rng) : new Draws(choices, view, rng),
});

class FullScan implements Selection {
  readonly #view: ClientView;
  readonly #rng: Rng;

  constructor(view: ClientView, rng: Rng) {
    this.#view = view;
    this.#rng = rng;
  }

  select(candidates: Int32Array, count: number): number {
    const { inFlight } = this.#view;
    let best = candidates[0]!;
    let ties = 1;
    for (let i = 1; i < count; i++) {
      const node = candidates[i]!;
      const difference = inFlight[node]! - inFlight[best]!;
      if (difference > 0) continue;
      ties = difference < 0 ? 1 : ties + 1;
      // The k-th of equals replaces the one kept with probability 1/k, which leaves each equally likely.
      if (ties === 1 || this.#rng.below(ties) === 0) best = node;
    }
    return best;
  }
}

class Draws implements Selection {
  readonly #choices: number;
  readonly #view: ClientView;
  readonly #rng: Rng;

  constructor(choices: number, view: ClientView, rng: Rng) {
    this.#choices = choices;
    this.#view = view;
    this.#rng = rng;
  }

  select(candidates: Int32Array, count: number): number {
    const { inFlight } = this.#view;
    let best = candidates[this.#rng.below(count)]!;
    for (let drawn = 1; drawn < this.#choices; drawn++) {
      const node = candidates[this.#rng.below(count)]!;
      if (inFlight[node]! < inFlight[best]!) best = node;
    }
    return best;
  }
}
