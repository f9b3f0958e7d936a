/**
 * Requests on the express lane: rows of the blocks they came in, from then until their answer is counted. A row is one
 * request and its only attempt. Blocks lie one behind the other in one set of columns; a block whose rows are all done is
 * filled again.
 */
import { MISSED, PURPOSE } from './attempts.ts';
import type { Delivery } from './delivery.ts';
import { widen } from './requests.ts';
import { NONE, OUTCOME } from './strategy.ts';
import { BLOCK_SIZE, RequestBlock } from './workload/request-block.ts';
import type { World } from './world.ts';

export const FLIGHT_STATE = {
  underWay: 0,
  /** Its answer is an event that names it. */
  served: 1,
  /** It left the lane, while that event still names it. */
  left: 2,
} as const;

const BLOCK_BITS = Math.log2(BLOCK_SIZE);

export class Flights {
  /** The blocks' columns, one behind the other. */
  requests = new RequestBlock(0);
  node = new Int32Array(0);
  shard = new Int32Array(0);
  /** When it reaches its node, and when its answer reaches the client. */
  arrivesNs = new Float64Array(0);
  repliesNs = new Float64Array(0);
  /** Of the former, then of the latter, in the order of events. */
  sequence = new Float64Array(0);
  waitedNs = new Float64Array(0);
  serviceNs = new Float64Array(0);
  /** How many waited at the node when it came. */
  waitingAhead = new Int32Array(0);
  /** 1 for a read whose key its node had not. */
  missed = new Uint8Array(0);
  /** FLIGHT_STATE; of use only where answers are events. */
  state = new Uint8Array(0);
  /** Its attempt, once it has left. */
  attempt = new Int32Array(0);
  /** [block] rows under way; one more while it is being read. */
  #rows = new Int32Array(0);
  /** [block] of its first row */
  #ordinal = new Float64Array(0);
  readonly #blocks: RequestBlock[] = [];
  readonly #free: number[] = [];
  #current = NONE;
  #nextOrdinal = 0;

  /** First row of the block that is being read. */
  get base(): number {
    return this.#current * BLOCK_SIZE;
  }

  /** COLD. A block for the next requests, in order of arrival; the one before is read. */
  nextBlock(): RequestBlock {
    if (this.#current !== NONE) this.release(this.base);
    if (this.#free.length === 0) this.#grow();
    this.#current = this.#free.pop()!;
    this.#rows[this.#current] = 1;
    this.#ordinal[this.#current] = this.#nextOrdinal;
    return this.#blocks[this.#current]!;
  }

  /** So many requests came in the block. */
  filled(count: number): void {
    this.#nextOrdinal += count;
  }

  ordinalOf(row: number): number {
    return this.#ordinal[row >> BLOCK_BITS]! + (row & (BLOCK_SIZE - 1));
  }

  /** HOT. So many rows of the block are in use. */
  take(row: number, count: number): void {
    const block = row >> BLOCK_BITS;
    this.#rows[block] = this.#rows[block]! + count;
  }

  /** HOT. */
  release(row: number): void {
    const block = row >> BLOCK_BITS;
    const rows = this.#rows[block]! - 1;
    this.#rows[block] = rows;
    if (rows === 0) this.#free.push(block);
  }

  /** HOT. The same for these rows, of which many in a row are of one block. */
  releaseRows(rows: Int32Array, count: number): void {
    let from = 0;
    for (let i = 1; i <= count; i++) {
      const block = rows[from]! >> BLOCK_BITS;
      if (i < count && rows[i]! >> BLOCK_BITS === block) continue;
      const left = this.#rows[block]! - (i - from);
      this.#rows[block] = left;
      if (left === 0) this.#free.push(block);
      from = i;
    }
  }

  #grow(): void {
    const from = this.#blocks.length;
    const blocks = Math.max(2, 2 * from);
    const rows = blocks * BLOCK_SIZE;
    const requests = new RequestBlock(rows);
    requests.copy(this.requests);
    this.requests = requests;
    this.node = widen(this.node, new Int32Array(rows));
    this.shard = widen(this.shard, new Int32Array(rows));
    this.arrivesNs = widen(this.arrivesNs, new Float64Array(rows));
    this.repliesNs = widen(this.repliesNs, new Float64Array(rows));
    this.sequence = widen(this.sequence, new Float64Array(rows));
    this.waitedNs = widen(this.waitedNs, new Float64Array(rows));
    this.serviceNs = widen(this.serviceNs, new Float64Array(rows));
    this.waitingAhead = widen(this.waitingAhead, new Int32Array(rows));
    this.missed = widen(this.missed, new Uint8Array(rows));
    this.state = widen(this.state, new Uint8Array(rows));
    this.attempt = widen(this.attempt, new Int32Array(rows));
    this.#rows = widen(this.#rows, new Int32Array(blocks));
    this.#ordinal = widen(this.#ordinal, new Float64Array(blocks));
    for (let block = 0; block < blocks; block++)
      this.#blocks[block] = new RequestBlock(BLOCK_SIZE, requests, block * BLOCK_SIZE);
    for (let block = blocks - 1; block >= from; block--) this.#free.push(block);
  }

  /**
   * The request gets its place in the arenas of requests and attempts, as if it had always been there.
   * @param counted whether its client counts it among those in flight already
   */
  leave(row: number, { requests, attempts }: World, delivery: Delivery, counted: boolean): number {
    const { key, op, valueBytes, client, partition, atNs, serviceFactor, backFactor } = this.requests;
    const request = requests.take();
    requests.ordinal[request] = this.ordinalOf(row);
    requests.arrivedNs[request] = atNs[row]!;
    requests.key[request] = key[row]!;
    requests.partition[request] = partition[row]!;
    requests.op[request] = op[row]!;
    requests.valueBytes[request] = valueBytes[row]!;
    requests.client[request] = client[row]!;
    requests.serviceFactor[request] = serviceFactor[row]!;
    requests.backFactor[request] = backFactor[row]!;
    requests.home[request] = this.shard[row]!;
    requests.multiGet[request] = NONE;
    requests.ttlNs[request] = 0;
    requests.pending[request] = 1;
    requests.tries[request] = 1;
    const node = this.node[row]!;
    const attempt = delivery.create(PURPOSE.request, request, client[row]!, node, this.shard[row]!);
    delivery.describe(attempt, key[row]!, op[row]!, valueBytes[row]!);
    attempts.serviceFactor[attempt] = serviceFactor[row]!;
    attempts.backFactor[attempt] = backFactor[row]!;
    attempts.ttlNs[attempt] = 0;
    attempts.sentNs[attempt] = atNs[row]!;
    if (!counted) delivery.waitFor(client[row]!, node);
    return attempt;
  }

  /** The attempt of a flight that left has been served by its node already. */
  serve(row: number, attempt: number, { attempts }: World): void {
    attempts.serviceNs[attempt] = this.serviceNs[row]!;
    attempts.waitedNs[attempt] = this.waitedNs[row]!;
    attempts.departNs[attempt] = this.arrivesNs[row]! + this.waitedNs[row]! + this.serviceNs[row]!;
    attempts.waitingAhead[attempt] = this.waitingAhead[row]!;
    attempts.missed[attempt] = this.missed[row] === 1 ? MISSED.fetch : MISSED.no;
    attempts.atNode[attempt] = 1;
    attempts.outcome[attempt] = OUTCOME.ok;
  }
}
