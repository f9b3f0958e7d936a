/** allkeys-random and volatile-random: any key. */
import { NONE } from '../strategy.ts';
import type { EvictionPolicy, PolicyContext } from './policy.ts';
import type { SlotSet } from './slot-set.ts';

export class RandomEviction implements EvictionPolicy {
  readonly #context: PolicyContext;
  readonly #candidates: SlotSet;

  constructor(context: PolicyContext, candidates: SlotSet) {
    this.#context = context;
    this.#candidates = candidates;
  }

  grow(): void {}
  added(): void {}
  accessed(): void {}
  removed(): void {}

  victim(): number {
    return this.#candidates.size === 0 ? NONE : this.#candidates.any(this.#context.rng);
  }

  slots(): Iterable<number> {
    return this.#context.all;
  }
}
