/** Arena of requests on the express lane: one flight is one request and its only attempt. */
import { PURPOSE } from './attempts.ts';
import type { Delivery } from './delivery.ts';
import { widen } from './requests.ts';
import { NONE, OUTCOME } from './strategy.ts';
import type { World } from './world.ts';

/** Where each number of a flight stands: side by side in one array, as all are written and read together. */
export const FLIGHT = {
  /** When it reaches its node; once served, when its answer reaches the client. */
  timeNs: 0,
  /** Of that, in the order of events. */
  sequence: 1,
  sentNs: 2,
  ordinal: 3,
  serviceFactor: 4,
  backFactor: 5,
  key: 6,
  /** How many waited at the node when it came. */
  waitingAhead: 7,
  client: 8,
  node: 9,
  shard: 10,
  valueBytes: 11,
  op: 12,
  waitedNs: 13,
  serviceNs: 14,
  departNs: 15,
  /** Numbers per flight: two lines of a cache. */
  stride: 16,
} as const;

export const FLIGHT_STATE = {
  underWay: 0,
  served: 1,
  /** It left the lane, while the event of its answer still names it. */
  left: 2,
} as const;

export class Flights {
  numbers = new Float64Array(0);
  /** [flight] FLIGHT_STATE; of use only where answers are events. */
  state = new Uint8Array(0);
  /** [flight] its attempt, once it has left */
  attempt = new Int32Array(0);
  #free = new Int32Array(0);
  #freeCount = 0;

  take(): number {
    if (this.#freeCount === 0) this.#grow();
    return this.#free[--this.#freeCount]!;
  }

  release(flight: number): void {
    this.state[flight] = FLIGHT_STATE.underWay;
    this.#free[this.#freeCount++] = flight;
  }

  /**
   * The request gets its place in the arenas of requests and attempts, as if it had always been there.
   * @param counted whether its client counts it among those in flight already
   */
  leave(
    flight: number,
    { requests, attempts, membership }: World,
    delivery: Delivery,
    counted: boolean,
  ): number {
    const { numbers } = this;
    const at = flight * FLIGHT.stride;
    const request = requests.take();
    requests.ordinal[request] = numbers[at + FLIGHT.ordinal]!;
    requests.arrivedNs[request] = numbers[at + FLIGHT.sentNs]!;
    requests.key[request] = numbers[at + FLIGHT.key]!;
    requests.partition[request] = membership.full.partitionOf(requests.key[request]!);
    requests.op[request] = numbers[at + FLIGHT.op]!;
    requests.valueBytes[request] = numbers[at + FLIGHT.valueBytes]!;
    requests.client[request] = numbers[at + FLIGHT.client]!;
    requests.serviceFactor[request] = numbers[at + FLIGHT.serviceFactor]!;
    requests.backFactor[request] = numbers[at + FLIGHT.backFactor]!;
    requests.home[request] = numbers[at + FLIGHT.shard]!;
    requests.multiGet[request] = NONE;
    requests.ttlNs[request] = 0;
    requests.pending[request] = 1;
    requests.tries[request] = 1;
    const client = requests.client[request]!;
    const node = numbers[at + FLIGHT.node]!;
    const attempt = delivery.create(PURPOSE.request, request, client, node, requests.home[request]!);
    delivery.describe(attempt, requests.key[request]!, requests.op[request]!, requests.valueBytes[request]!);
    attempts.serviceFactor[attempt] = numbers[at + FLIGHT.serviceFactor]!;
    attempts.backFactor[attempt] = numbers[at + FLIGHT.backFactor]!;
    attempts.ttlNs[attempt] = 0;
    attempts.sentNs[attempt] = numbers[at + FLIGHT.sentNs]!;
    if (!counted) delivery.waitFor(client, node);
    return attempt;
  }

  /** The attempt of a flight that left has been served by its node already. */
  serve(flight: number, attempt: number, { attempts }: World): void {
    const { numbers } = this;
    const at = flight * FLIGHT.stride;
    attempts.serviceNs[attempt] = numbers[at + FLIGHT.serviceNs]!;
    attempts.waitedNs[attempt] = numbers[at + FLIGHT.waitedNs]!;
    attempts.departNs[attempt] = numbers[at + FLIGHT.departNs]!;
    attempts.waitingAhead[attempt] = numbers[at + FLIGHT.waitingAhead]!;
    attempts.atNode[attempt] = 1;
    attempts.outcome[attempt] = OUTCOME.ok;
  }

  #grow(): void {
    const from = this.#free.length;
    const capacity = Math.max(4096, 2 * from);
    this.numbers = widen(this.numbers, new Float64Array(capacity * FLIGHT.stride));
    this.state = widen(this.state, new Uint8Array(capacity));
    this.attempt = widen(this.attempt, new Int32Array(capacity));
    this.#free = new Int32Array(capacity);
    for (let flight = capacity - 1; flight >= from; flight--) this.#free[this.#freeCount++] = flight;
  }
}
