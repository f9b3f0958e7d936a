/** Arena of open requests: parallel typed arrays and a free list. A request is an index. */
import { NONE } from './strategy.ts';

export class Requests {
  /** Ordinal in order of arrival: the request's identity for fingerprints and counter-hashed draws. */
  ordinal = new Float64Array(0);
  arrivedNs = new Float64Array(0);
  serviceFactor = new Float64Array(0);
  outFactor = new Float64Array(0);
  backFactor = new Float64Array(0);
  key = new Int32Array(0);
  /** Of the key, in the table of the whole cluster. */
  partition = new Int32Array(0);
  valueBytes = new Int32Array(0);
  client = new Int32Array(0);
  /** Shard that owned the key when the request was last routed. */
  home = new Int32Array(0);
  /** Node of the last attempt. */
  node = new Int32Array(0);
  /** Attempts unsettled: 1, and the copies of a write to a hot key. */
  pending = new Int32Array(0);
  /** The multi-get this key belongs to, or NONE. */
  multiGet = new Int32Array(0);
  /** The next of the reads that wait for the same answer, or NONE. */
  nextWaiting = new Int32Array(0);
  /** Time to live that a write sets; 0 for none. */
  ttlNs = new Float64Array(0);
  op = new Uint8Array(0);
  /** Attempts made, redirections not counted. */
  tries = new Uint8Array(0);
  redirects = new Int32Array(0);
  /** OUTCOME of the last settled attempt at the home shard. */
  outcome = new Uint8Array(0);
  #free = new Int32Array(0);
  #freeCount = 0;

  /** Requests open now. */
  get open(): number {
    return this.#free.length - this.#freeCount;
  }

  take(): number {
    if (this.#freeCount === 0) this.#grow();
    const request = this.#free[--this.#freeCount]!;
    this.tries[request] = 0;
    this.redirects[request] = 0;
    this.pending[request] = 0;
    this.nextWaiting[request] = NONE;
    return request;
  }

  release(request: number): void {
    this.#free[this.#freeCount++] = request;
  }

  #grow(): void {
    const from = this.#free.length;
    const capacity = Math.max(1024, from * 2);
    this.ordinal = widen(this.ordinal, new Float64Array(capacity));
    this.arrivedNs = widen(this.arrivedNs, new Float64Array(capacity));
    this.serviceFactor = widen(this.serviceFactor, new Float64Array(capacity));
    this.outFactor = widen(this.outFactor, new Float64Array(capacity));
    this.backFactor = widen(this.backFactor, new Float64Array(capacity));
    this.key = widen(this.key, new Int32Array(capacity));
    this.partition = widen(this.partition, new Int32Array(capacity));
    this.valueBytes = widen(this.valueBytes, new Int32Array(capacity));
    this.client = widen(this.client, new Int32Array(capacity));
    this.home = widen(this.home, new Int32Array(capacity));
    this.node = widen(this.node, new Int32Array(capacity));
    this.pending = widen(this.pending, new Int32Array(capacity));
    this.multiGet = widen(this.multiGet, new Int32Array(capacity));
    this.nextWaiting = widen(this.nextWaiting, new Int32Array(capacity));
    this.ttlNs = widen(this.ttlNs, new Float64Array(capacity));
    this.op = widen(this.op, new Uint8Array(capacity));
    this.tries = widen(this.tries, new Uint8Array(capacity));
    this.redirects = widen(this.redirects, new Int32Array(capacity));
    this.outcome = widen(this.outcome, new Uint8Array(capacity));
    this.#free = new Int32Array(capacity);
    for (let request = capacity - 1; request >= from; request--) this.#free[this.#freeCount++] = request;
  }
}

/** Copies `from` to the start of the larger `to`. */
export function widen<T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
