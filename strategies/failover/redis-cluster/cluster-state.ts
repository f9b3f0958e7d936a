/**
 * Whether one node serves at all. With full coverage required it stops as soon as it knows of a shard without a
 * live owner; cut off with a minority it stops in any case; and it waits before it serves again.
 *
 * Source: redis src/cluster_legacy.c, clusterUpdateState.
 */
import type { FailoverContext, Nanos, Serving } from '../../../sim/strategy.ts';
import { MAX_REJOIN_DELAY_NS, MIN_REJOIN_DELAY_NS, WRITABLE_DELAY_NS } from './constants.ts';
import { HEALTH, type View } from './view.ts';

export interface StateRules {
  readonly timeoutNs: Nanos;
  /** cluster-require-full-coverage */
  readonly fullCoverage: boolean;
  /** cluster-allow-reads-when-down */
  readonly readsWhenDown: boolean;
}

export class ClusterState {
  readonly #context: FailoverContext;
  readonly #view: View;
  readonly #fullCoverage: boolean;
  readonly #whileDown: Serving;
  readonly #rejoinDelayNs: Nanos;
  #serving = true;
  #startedNs = -Infinity;
  #minorityNs = -Infinity;

  constructor(context: FailoverContext, view: View, rules: StateRules) {
    const { timeoutNs, fullCoverage, readsWhenDown } = rules;
    this.#context = context;
    this.#view = view;
    this.#fullCoverage = fullCoverage;
    this.#whileDown = readsWhenDown ? 'reads' : 'nothing';
    this.#rejoinDelayNs = Math.min(Math.max(timeoutNs, MIN_REJOIN_DELAY_NS), MAX_REJOIN_DELAY_NS);
  }

  /** A restarted node does not serve until it has looked around. */
  restart(): void {
    this.#startedNs = this.#context.now();
    this.#minorityNs = -Infinity;
    this.#set(false);
  }

  /** Called when something it depends on has changed, and every tick while it does not serve. */
  update(): void {
    const nowNs = this.#context.now();
    const isPrimary = this.#view.primary === this.#view.self;
    if (isPrimary && !this.#serving && nowNs - this.#startedNs < WRITABLE_DELAY_NS) return;
    const inMinority = this.#count(HEALTH.ok) < this.#view.majority;
    if (inMinority) this.#minorityNs = nowNs;
    const covered = !this.#fullCoverage || this.#count(HEALTH.fail) === 0;
    const serving = covered && !inMinority;
    if (serving && isPrimary && nowNs - this.#minorityNs < this.#rejoinDelayNs) return;
    this.#set(serving);
  }

  get serving(): boolean {
    return this.#serving;
  }

  /** Shards whose primary is of this health. */
  #count(health: number): number {
    let count = 0;
    for (let shard = 0; shard < this.#view.shardCount; shard++)
      if (this.#view.health[this.#view.primaryOf[shard]!] === health) count++;
    return count;
  }

  #set(serving: boolean): void {
    if (serving === this.#serving) return;
    const { self } = this.#view;
    this.#serving = serving;
    this.#context.setServing(self, serving ? 'all' : this.#whileDown);
    this.#context.log(serving ? 'cluster-up' : 'cluster-down', self, self);
  }
}
