/**
 * What is behind the cache, asked on a miss: a station of c servers, first come, first served, with a latency
 * distribution. Completion times are known on arrival, as at the nodes. A client that gives up waiting does not stop it:
 * the work is done for nobody, and the cache is not filled.
 */
import { ShapeSampler } from './distributions.ts';
import type { RandomStream } from './rng.ts';
import type { OriginSetup } from './setup.ts';
import { TimeRings } from './time-rings.ts';
import { Ziggurat } from './ziggurat.ts';

export class Origin {
  readonly #setup: OriginSetup;
  readonly #latency: ShapeSampler;
  /** Times the servers fall free: a binary heap, earliest first. */
  readonly #freeAtNs: Float64Array;
  readonly #waiting = new TimeRings(1);
  readonly #errors: RandomStream;
  requests = 0;
  /** Factor on its latency. */
  slowness = 1;
  /** Down until then: what it is asked waits, what it had begun is answered. */
  upAtNs = 0;
  /** When the last answer asked for so far is ready. */
  busyUntilNs = 0;
  /** Whether the last question was in vain: turned away, answered too late, or by an error. */
  failed = false;
  /** Server time that the last question takes: from when to when. */
  startNs = 0;
  doneNs = 0;

  constructor(setup: OriginSetup, rng: RandomStream, errors: RandomStream) {
    this.#errors = errors;
    this.#setup = setup;
    this.#latency = new ShapeSampler(setup.latencyShape, new Ziggurat(64), rng);
    this.#freeAtNs = new Float64Array(setup.concurrency);
  }

  /** When the client that asks now hears of it, or gives up; `failed` tells whether it got an answer. */
  ask(nowNs: number): number {
    const { queueLimit, latencyNs, timeoutNs, failures } = this.#setup;
    this.requests++;
    this.startNs = Math.max(nowNs, this.upAtNs, this.#freeAtNs[0]!);
    this.doneNs = this.startNs;
    this.failed = false;
    if (this.startNs > nowNs && queueLimit < Infinity) {
      this.failed = this.#waiting.settle(0, nowNs) >= queueLimit;
      if (this.failed) return nowNs;
      this.#waiting.push(0, this.startNs, nowNs);
    }
    const serviceNs = Math.round(latencyNs * this.slowness * this.#latency.draw());
    this.doneNs += serviceNs;
    this.#replaceEarliest(this.doneNs);
    if (this.doneNs > this.busyUntilNs) this.busyUntilNs = this.doneNs;
    const isLate = this.doneNs > nowNs + timeoutNs;
    this.failed = isLate || (failures > 0 && this.#errors.float() < failures);
    return isLate ? nowNs + timeoutNs : this.doneNs;
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
