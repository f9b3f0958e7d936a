/** Rare draws that belong to a request: jitter of further attempts, pauses before retries. */
import { type RandomStream, uniformAt } from './rng.ts';
import type { Setup, Shape } from './setup.ts';

export class Luck {
  readonly #key: number;
  readonly #sigma: number;
  readonly #serviceShape: Shape;
  readonly #retries: Setup['clients']['retries'];

  constructor(setup: Setup, rng: RandomStream) {
    this.#key = rng.u32();
    this.#sigma = setup.network.jitterSigma;
    this.#serviceShape = setup.cluster.node.serviceShape;
    this.#retries = setup.clients.retries;
  }

  /** The `j`-th further network factor of the request: lognormal, median 1 (Box-Muller). */
  jitter(ordinal: number, j: number): number {
    if (this.#sigma === 0) return 1;
    const radius = Math.sqrt(-2 * Math.log(uniformAt(this.#key, ordinal, 2 * j)));
    return Math.exp(this.#sigma * radius * Math.cos(2 * Math.PI * uniformAt(this.#key, ordinal, 2 * j + 1)));
  }

  /** Which of so many primaries a further try of the request is sent to. */
  anyOf(count: number, ordinal: number, turn: number): number {
    return Math.floor(uniformAt(this.#key ^ 0x616e796f, ordinal, turn) * count);
  }

  /** Exponential with mean 1: how long before its end the request finds a key old. */
  impatience(ordinal: number): number {
    return -Math.log(uniformAt(this.#key ^ 0x72656672, ordinal, 0));
  }

  /** The service factor of the request's hedge, from the distribution of all. */
  hedgeServiceFactor(ordinal: number): number {
    const shape = this.#serviceShape;
    if (shape.kind === 'constant') return 1;
    const key = this.#key ^ 0x68656467;
    const exponential = -Math.log(uniformAt(key, ordinal, 0));
    if (shape.kind === 'exponential') return exponential;
    const variance = Math.log1p(shape.cv * shape.cv);
    const normal = Math.sqrt(2 * exponential) * Math.cos(2 * Math.PI * uniformAt(key, ordinal, 1));
    return Math.exp(Math.sqrt(variance) * normal - variance / 2);
  }

  /**
   * Pause before the next attempt after `tries`: doubling from the base to the cap, then jittered.
   * Source: M. Brooker, "Exponential Backoff And Jitter" (2015): full = U(0, b), equal = b/2 + U(0, b/2), decorrelated
   * = U(base, 3 x the last pause), which does not double.
   */
  backoffNs(ordinal: number, tries: number): number {
    const { backoffNs, maxBackoffNs, jitter } = this.#retries;
    const ceiling = Math.min(maxBackoffNs, backoffNs * 2 ** (tries - 1));
    if (jitter === 'none') return Math.round(ceiling);
    const uniformOf = (attempt: number) => uniformAt(this.#key ^ 0x2545f491, ordinal, attempt);
    if (jitter === 'decorrelated') {
      let lastNs = backoffNs;
      for (let attempt = 1; attempt <= tries; attempt++)
        lastNs = Math.min(maxBackoffNs, backoffNs + uniformOf(attempt) * (3 * lastNs - backoffNs));
      return Math.round(lastNs);
    }
    const uniform = uniformOf(tries);
    return Math.round(jitter === 'full' ? ceiling * uniform : (ceiling * (1 + uniform)) / 2);
  }
}
