/**
 * The floor: every read joins the longest queue it can see. What any sensible selection must beat, and a check
 * that a comparison can tell good from bad at all.
 *
 * Source: the mirror image of join-the-shortest-queue; nobody runs this.
 */
import { z } from 'zod';
import { type ClientView, defineSelection, type Selection } from '../../sim/strategy.ts';

export const alwaysHottest = defineSelection({
  axis: 'selection',
  name: 'always-hottest',
  summary: "A read goes to the node of its shard with the most of the client's requests in flight.",
  source: 'A deliberately bad floor: join the longest queue',
  wins: 'Loses nothing to others only while requests never overlap.',
  loses:
    'Everything else: whatever queue there is grows, and a node that stops answering attracts all reads.',
  needs: ['replicas'],
  params: z.strictObject({}),
  candidates: 'shard',
  create: (_params, view) => new AlwaysHottest(view),
});

class AlwaysHottest implements Selection {
  readonly #view: ClientView;

  constructor(view: ClientView) {
    this.#view = view;
  }

  select(candidates: Int32Array, count: number): number {
    const { inFlight } = this.#view;
    let busiest = candidates[0]!;
    for (let i = 1; i < count; i++) {
      const node = candidates[i]!;
      if (inFlight[node]! > inFlight[busiest]!) busiest = node;
    }
    return busiest;
  }
}
