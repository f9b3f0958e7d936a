/**
 * Power of d choices on what a client last heard: it asks every node for its queue once per interval and, until
 * the next answers, goes by those. The more choices and the older the news, the more the clients run as a herd to
 * the node that was idle then.
 *
 * Source: M. Mitzenmacher, "How Useful Is Old Information?", IEEE TPDS 11(1), 2000: the periodic update model, which
 * is this with one client and no network. Each client polls for itself, at a phase of its own.
 */
import { z } from 'zod';
import {
  type ClientView,
  defineSelection,
  type NodeId,
  type Rng,
  type Selection,
  type SelectionContext,
} from '../../sim/strategy.ts';
import { duration } from '../params.ts';

interface Params {
  readonly every: number;
  readonly choices: number;
  readonly cost: number;
}

export const polledLoad = defineSelection<Params>({
  axis: 'selection',
  name: 'polled-load',
  summary: 'A read goes to the node with the shortest of two queues, as polled up to `every` ago.',
  source: 'Mitzenmacher, IEEE TPDS 11(1), 2000 (periodic update)',
  wins: "With many clients and a poll about as often as a service: queues are everybody's, not the client's own.",
  loses: 'With old news and many choices all reads run to the node that was idle: worse than a random one.',
  needs: ['replicas'],
  params: z.strictObject({
    every: duration('1ms').describe('time between two polls of a node: the greatest age of what is known'),
    choices: z
      .int()
      .min(2)
      .max(1024)
      .default(2)
      .describe('different nodes compared per read; as many as there are, or more: the shortest of all'),
    cost: duration('0ns').describe('time a poll takes on a service thread; 0ns: answered beside them'),
  }),
  candidates: 'shard',
  create: (params, view, rng, context) => new PolledLoad(params, view, rng, context),
});

class PolledLoad implements Selection {
  readonly #choices: number;
  readonly #rng: Rng;
  /** [node] attempts there when last heard of */
  readonly #load: Int32Array;
  /** Candidates not drawn yet; grows to the most there ever are. */
  #rest = new Int32Array(8);

  constructor({ every, choices, cost }: Params, view: ClientView, rng: Rng, context: SelectionContext) {
    const nodeCount = view.inFlight.length;
    this.#choices = choices;
    this.#rng = rng;
    this.#load = new Int32Array(nodeCount);
    const poll = (): void => {
      for (let node = 0; node < nodeCount; node++) context.probe(node, cost);
      context.after(every, poll);
    };
    context.after(rng.float() * every, poll);
  }

  /** Draws without replacement from a copy of the candidates; of equals the first drawn, which is any. */
  select(candidates: Int32Array, count: number): number {
    if (this.#rest.length < count) this.#rest = new Int32Array(candidates.length);
    const rest = this.#rest;
    for (let i = 0; i < count; i++) rest[i] = candidates[i]!;
    const draws = Math.min(this.#choices, count);
    let best = -1;
    for (let drawn = 0; drawn < draws; drawn++) {
      const at = drawn + this.#rng.below(count - drawn);
      const node = rest[at]!;
      rest[at] = rest[drawn]!;
      if (drawn === 0 || this.#load[node]! < this.#load[best]!) best = node;
    }
    return best;
  }

  probed(node: NodeId, atNode: number): void {
    this.#load[node] = atNode;
  }
}
