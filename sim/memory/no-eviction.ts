/** noeviction: nobody goes; writes that need more memory are refused. */
import { NONE } from '../strategy.ts';
import type { EvictionPolicy, PolicyContext } from './policy.ts';

export class NoEviction implements EvictionPolicy {
  readonly #context: PolicyContext;

  constructor(context: PolicyContext) {
    this.#context = context;
  }

  grow(): void {}
  added(): void {}
  accessed(): void {}
  removed(): void {}

  victim(): number {
    return NONE;
  }

  slots(): Iterable<number> {
    return this.#context.all;
  }
}
