/**
 * A strategy module of your own, complete: reads stay in the client's zone while it is not clearly busier than
 * the others. Load it with `--plugin least-loaded-zone.ts` or under `plugins:` of a scenario. In a project that
 * has evenkeel installed, import from 'evenkeel/strategy' instead of the relative path.
 */
import { z } from 'zod';
import { defineSelection, NONE } from '../../sim/strategy.ts';

export const leastLoadedZone = defineSelection({
  axis: 'selection',
  name: 'least-loaded-zone',
  summary: 'The least loaded node of the own zone, until another zone has a clearly shorter queue.',
  source: 'the worked example of the evenkeel README',
  wins: 'Spares the traffic and the delay between zones while load is even.',
  loses: 'Sees only its own requests in flight, so many small clients still pile up on one node.',
  needs: ['replicas'],
  // Parameters come from the scenario: selection: { use: least-loaded-zone, spill: 4 }
  params: z.strictObject({
    spill: z
      .int()
      .min(1)
      .default(2)
      .describe('requests in flight more than elsewhere before leaving the zone'),
  }),
  // Any usable node of the key's shard may serve a read; writes go to the primary.
  candidates: 'shard',
  create({ spill }, view) {
    return {
      // Once per request: plain loops over typed arrays, nothing allocated.
      select(candidates, count) {
        let near = NONE;
        let best = candidates[0]!;
        for (let i = 0; i < count; i++) {
          const node = candidates[i]!;
          const load = view.inFlight[node]!;
          if (load < view.inFlight[best]!) best = node;
          if (view.zoneOf[node] === view.zone && (near === NONE || load < view.inFlight[near]!)) near = node;
        }
        if (near === NONE) return best;
        return view.inFlight[near]! - view.inFlight[best]! < spill ? near : best;
      },
    };
  },
});
