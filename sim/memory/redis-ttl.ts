/** volatile-ttl: of a few drawn keys the one whose life ends first (Redis, evict.c). */
import { EvictionPool } from './eviction-pool.ts';
import type { EvictionPolicy, PolicyContext } from './policy.ts';

export class RedisTtl implements EvictionPolicy {
  readonly #context: PolicyContext;
  readonly #pool = new EvictionPool();
  readonly #idleOf = (slot: number): number =>
    -this.#context.expiry!.endOf(this.#context.entries.keyAt(slot));

  constructor(context: PolicyContext) {
    this.#context = context;
  }

  grow(): void {}
  added(): void {}
  accessed(): void {}
  removed(): void {}

  victim(): number {
    const { entries, volatile, samples, rng } = this.#context;
    return this.#pool.pick(entries, volatile, samples, rng, this.#idleOf);
  }

  slots(): Iterable<number> {
    return this.#context.all;
  }
}
