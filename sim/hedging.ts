/**
 * Hedged reads: when an answer is late, the client asks another node of the shard too and takes the first answer.
 * The other one is not taken back: a cache server has no command to cancel one, so it does its work, which is what
 * hedging costs. Writes are not hedged. Late means later than a fixed delay, or than a quantile of the answers
 * this client has had. A budget bounds the extra reads.
 *
 * Source: J. Dean, L. A. Barroso, "The Tail at Scale", CACM 56(2), 2013 (hedge after the 95th percentile: 5 % more
 * requests); the budget as in Finagle's BackupRequestFilter (maxExtraLoad), a bucket of tokens per client.
 */
import { RetryBudget } from './retry-budget.ts';
import type { HedgeSetup } from './setup.ts';
import type { ClientId, Nanos } from './strategy.ts';

/** Hedges a client may have saved up. */
const SAVED_UP = 10;
/**
 * How far one answer moves the estimate, as a share of it: with 0.02 it wanders by about 6 % around the 95th
 * percentile of an exponential distribution, and forgets within some hundreds of answers.
 */
const STEP = 0.02;

export class Hedging {
  readonly #after: HedgeSetup['after'];
  readonly #budget: RetryBudget;
  /** [client] the quantile's estimate; Infinity before the first answer */
  readonly #quantileNs: Float64Array;

  constructor({ after, budget }: HedgeSetup, clientCount: number) {
    this.#after = after;
    this.#budget = new RetryBudget({ capacity: SAVED_UP, share: budget, minPerSec: 0 }, clientCount);
    this.#quantileNs = new Float64Array(clientCount).fill(Infinity);
  }

  /** HOT. A read goes out; how long to wait for its answer before asking another node. */
  delayNs(client: ClientId): Nanos {
    this.#budget.earn(client);
    return this.#after.kind === 'fixed' ? this.#after.delayNs : Math.round(this.#quantileNs[client]!);
  }

  /** HOT. Whether the client may send one more. */
  spend(client: ClientId, nowNs: Nanos): boolean {
    return this.#budget.spend(client, nowNs);
  }

  /**
   * HOT. An answer came after `elapsedNs`. The estimate goes up by q and down by 1 - q, in steps of its own size,
   * so it rests where a share q of the answers comes earlier.
   */
  answered(client: ClientId, elapsedNs: Nanos): void {
    if (this.#after.kind === 'fixed' || client >= this.#quantileNs.length) return;
    const estimateNs = this.#quantileNs[client]!;
    if (estimateNs === Infinity) {
      this.#quantileNs[client] = Math.max(1, elapsedNs);
      return;
    }
    const { q } = this.#after;
    this.#quantileNs[client] = estimateNs * (1 + STEP * (elapsedNs > estimateNs ? q : q - 1));
  }
}
