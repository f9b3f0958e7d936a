/**
 * What is behind the cache, asked on a miss: a station of c servers, first come, first served, with a latency
 * distribution. Completion times are known on arrival, as at the nodes.
 */
import { ShapeSampler } from './distributions.ts';
import type { RandomStream } from './rng.ts';
import type { OriginSetup } from './setup.ts';
import { Ziggurat } from './ziggurat.ts';

export class Origin {
  readonly #setup: OriginSetup;
  readonly #latency: ShapeSampler;
  /** Times the servers fall free: a binary heap, earliest first. */
  readonly #freeAtNs: Float64Array;
  requests = 0;
  /** Factor on its latency. */
  slowness = 1;
  /** Down until then: what it is asked waits, what it had begun is answered. */
  upAtNs = 0;
  /** When the last answer asked for so far is ready. */
  busyUntilNs = 0;

  constructor(setup: OriginSetup, rng: RandomStream) {
    this.#setup = setup;
    this.#latency = new ShapeSampler(setup.latencyShape, new Ziggurat(64), rng);
    this.#freeAtNs = new Float64Array(setup.concurrency);
  }

  /** When the answer to a question asked now is ready. */
  ask(nowNs: number): number {
    this.requests++;
    const serviceNs = Math.round(this.#setup.latencyNs * this.slowness * this.#latency.draw());
    const doneNs = Math.max(nowNs, this.upAtNs, this.#freeAtNs[0]!) + serviceNs;
    this.#replaceEarliest(doneNs);
    if (doneNs > this.busyUntilNs) this.busyUntilNs = doneNs;
    return doneNs;
  }

  #replaceEarliest(timeNs: number): void {
    const heap = this.#freeAtNs;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= timeNs) break;
      heap[hole] = heap[child]!;
      hole = child;
    }
    heap[hole] = timeNs;
  }
}
