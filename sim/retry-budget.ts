/**
 * A client's budget for retries: tokens that its requests earn and its retries spend, so that retries add a bounded
 * share to the load however many requests fail. Without one, every failed request comes back several times, and a
 * short overload may keep itself alive (N. Bronson et al., "Metastable failures in distributed systems", HotOS 2021).
 *
 * Source: Finagle's RetryBudget (20 % of requests, and 10 a second at least); gRPC A6, retry throttling.
 */
import type { Setup } from './setup.ts';
import type { ClientId, Nanos } from './strategy.ts';

type BudgetSetup = NonNullable<Setup['clients']['retryBudget']>;

export class RetryBudget {
  readonly #setup: BudgetSetup;
  /** [client] */
  readonly #tokens: Float64Array;
  /** [client] when the steady income was last paid */
  readonly #paidNs: Float64Array;

  constructor(setup: BudgetSetup, clientCount: number) {
    this.#setup = setup;
    this.#tokens = new Float64Array(clientCount).fill(setup.capacity);
    this.#paidNs = new Float64Array(clientCount);
  }

  /** HOT. A new request earns its share of a retry. */
  earn(client: ClientId): void {
    this.#tokens[client] = Math.min(this.#setup.capacity, this.#tokens[client]! + this.#setup.share);
  }

  /** Whether the client may retry; takes a token if so. */
  spend(client: ClientId, nowNs: Nanos): boolean {
    const { capacity, minPerSec } = this.#setup;
    const incomeTokens = ((nowNs - this.#paidNs[client]!) / 1e9) * minPerSec;
    const tokens = Math.min(capacity, this.#tokens[client]! + incomeTokens);
    this.#paidNs[client] = nowNs;
    this.#tokens[client] = tokens >= 1 ? tokens - 1 : tokens;
    return tokens >= 1;
  }
}
