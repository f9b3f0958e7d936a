/** Each client's time without a success after a fault, and when its first came. */
import type { ClientId, Nanos } from '../strategy.ts';

export class ClientGaps {
  readonly #atNs: Nanos;
  /** [client] its first success; NaN until then. */
  readonly #firstNs: Float64Array;
  /** [client] its last success; the fault's moment before it. */
  readonly #lastNs: Float64Array;
  /** [client] longest time between successes. */
  readonly #longestNs: Float64Array;
  /** [client] 1 for one that asked for an affected key. */
  readonly #asked: Uint8Array;

  constructor(clientCount: number, atNs: Nanos) {
    this.#atNs = atNs;
    this.#firstNs = new Float64Array(clientCount).fill(NaN);
    this.#lastNs = new Float64Array(clientCount).fill(atNs);
    this.#longestNs = new Float64Array(clientCount);
    this.#asked = new Uint8Array(clientCount);
  }

  asked(client: ClientId): void {
    this.#asked[client] = 1;
  }

  succeeded(client: ClientId, nowNs: Nanos): void {
    const lengthNs = nowNs - this.#lastNs[client]!;
    if (lengthNs > this.#longestNs[client]!) this.#longestNs[client] = lengthNs;
    if (Number.isNaN(this.#firstNs[client])) this.#firstNs[client] = nowNs;
    this.#lastNs[client] = nowNs;
  }

  /** The run is over: a gap still open counts up to now. */
  finish(nowNs: Nanos): void {
    for (let client = 0; client < this.#asked.length; client++) {
      const openNs = nowNs - this.#lastNs[client]!;
      if (this.#asked[client] === 1 && openNs > this.#longestNs[client]!) this.#longestNs[client] = openNs;
    }
  }

  /** From the fault to each client's first success, ascending; of those that had one. */
  firstSuccessesNs(): Nanos[] {
    return [...this.#firstNs]
      .filter((ns) => !Number.isNaN(ns))
      .map((ns) => ns - this.#atNs)
      .sort(ascending);
  }

  /** Of the clients that asked, ascending. */
  longestNs(): Nanos[] {
    return [...this.#longestNs].filter((_, client) => this.#asked[client] === 1).sort(ascending);
  }

  /** Clients that asked and never had a success. */
  get never(): number {
    return this.#asked.reduce(
      (sum, asked, client) => sum + (asked === 1 && Number.isNaN(this.#firstNs[client]) ? 1 : 0),
      0,
    );
  }
}

function ascending(a: number, b: number): number {
  return a - b;
}
