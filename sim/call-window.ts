/**
 * The last calls of each link in a ring, and how many of them failed or were slow: a count-based sliding window.
 * Source: resilience4j, CircuitBreakerConfig (COUNT_BASED).
 */

const FAILED = 1;
const SLOW = 2;

export class CallWindow {
  readonly #size: number;
  /** [link x call] FAILED and SLOW bits */
  readonly #calls: Uint8Array;
  /** All [link] */
  readonly #next: Int32Array;
  readonly count: Int32Array;
  readonly #failed: Int32Array;
  readonly #slow: Int32Array;

  constructor(links: number, size: number) {
    this.#size = size;
    this.#calls = new Uint8Array(links * size);
    this.#next = new Int32Array(links);
    this.count = new Int32Array(links);
    this.#failed = new Int32Array(links);
    this.#slow = new Int32Array(links);
  }

  /** HOT. */
  add(link: number, failed: boolean, slow: boolean): void {
    const next = this.#next[link]!;
    const at = link * this.#size + next;
    if (this.count[link]! < this.#size) this.count[link] = this.count[link]! + 1;
    else this.#tally(link, this.#calls[at]!, -1);
    const bits = (failed ? FAILED : 0) | (slow ? SLOW : 0);
    this.#calls[at] = bits;
    this.#tally(link, bits, 1);
    this.#next[link] = next + 1 === this.#size ? 0 : next + 1;
  }

  failedShare(link: number): number {
    return this.#failed[link]! / this.count[link]!;
  }

  slowShare(link: number): number {
    return this.#slow[link]! / this.count[link]!;
  }

  clear(link: number): void {
    this.count[link] = 0;
    this.#next[link] = 0;
    this.#failed[link] = 0;
    this.#slow[link] = 0;
  }

  #tally(link: number, bits: number, by: number): void {
    if ((bits & FAILED) !== 0) this.#failed[link] = this.#failed[link]! + by;
    if ((bits & SLOW) !== 0) this.#slow[link] = this.#slow[link]! + by;
  }
}
