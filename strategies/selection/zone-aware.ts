/**
 * Reads stay in the client's zone while it has a node to offer, and leave it when every node there has too many
 * of this client's requests in flight.
 *
 * Source: Lettuce ReadFrom.NEAREST and EVCache, which leave the zone only when it fails; Envoy's zone-aware
 * routing and Ribbon's ZoneAvoidanceRule also leave when the zone has too little to give.
 */
import { z } from 'zod';
import {
  type ClientView,
  defineSelection,
  NONE,
  type NodeId,
  type Rng,
  type Selection,
} from '../../sim/strategy.ts';

export const zoneAware = defineSelection({
  axis: 'selection',
  name: 'zone-aware',
  summary:
    "A read goes to the least busy node of its shard in the client's zone; elsewhere when that is full.",
  source: 'Lettuce ReadFrom.NEAREST; Netflix EVCache; Envoy zone-aware routing; Netflix Ribbon',
  wins: 'Spares the delay and the price of traffic between zones.',
  loses: 'Clients that crowd in one zone overload its node while the other zones idle, unless it may spill.',
  needs: ['replicas'],
  params: z.strictObject({
    spillAt: z
      .union([z.int().min(1), z.literal('never')])
      .default('never')
      .describe("the client's requests in flight on each node of its zone from which it reads elsewhere"),
  }),
  candidates: 'shard',
  create: ({ spillAt }, view, rng) => new ZoneAware(spillAt === 'never' ? Infinity : spillAt, view, rng),
});

class ZoneAware implements Selection {
  readonly #spillAt: number;
  readonly #view: ClientView;
  readonly #rng: Rng;

  constructor(spillAt: number, view: ClientView, rng: Rng) {
    this.#spillAt = spillAt;
    this.#view = view;
    this.#rng = rng;
  }

  select(candidates: Int32Array, count: number): NodeId {
    const { inFlight, zoneOf, zone } = this.#view;
    let near = NONE;
    let far = NONE;
    // From a random place on, lest all clients break ties in favour of the primary.
    const start = this.#rng.below(count);
    for (let i = 0; i < count; i++) {
      const node = candidates[(start + i) % count]!;
      if (zoneOf[node] === zone) {
        if (near === NONE || inFlight[node]! < inFlight[near]!) near = node;
      } else if (far === NONE || inFlight[node]! < inFlight[far]!) far = node;
    }
    if (near === NONE) return far;
    if (far === NONE || inFlight[near]! < this.#spillAt) return near;
    // Full here is no reason to join a longer queue there.
    return inFlight[far]! < inFlight[near]! ? far : near;
  }
}
