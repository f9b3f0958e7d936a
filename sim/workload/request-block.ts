/**
 * A block of requests as columns. Everything random about a request is drawn here, before any strategy acts,
 * so that it belongs to the request: whichever node serves it, its work and its network luck are the same.
 */
export const BLOCK_SIZE = 2048;

export class RequestBlock {
  /** Arrival at the client, integer, ascending. */
  readonly atNs = new Float64Array(BLOCK_SIZE);
  readonly key = new Int32Array(BLOCK_SIZE);
  /** Of the key, in the table of the whole cluster; filled by the engine. */
  readonly partition = new Int32Array(BLOCK_SIZE);
  readonly op = new Uint8Array(BLOCK_SIZE);
  readonly valueBytes = new Int32Array(BLOCK_SIZE);
  /** Further keys of the same multi-get that follow; 0 for the last and for single requests. */
  readonly keysLeft = new Int32Array(BLOCK_SIZE);
  /** Time to live that a write sets; 0 for none. */
  readonly ttlNs = new Float64Array(BLOCK_SIZE);
  readonly client = new Int32Array(BLOCK_SIZE);
  /** Factor on the mean service time, mean 1. */
  readonly serviceFactor = new Float64Array(BLOCK_SIZE);
  /** Factors on the median network delay of the first attempt, there and back. */
  readonly outFactor = new Float64Array(BLOCK_SIZE);
  readonly backFactor = new Float64Array(BLOCK_SIZE);

  /** COLD. Moves the rows from `first` to `count` to the front. */
  dropFirst(first: number, count: number): void {
    for (const column of Object.values(this) as Float64Array[]) column.copyWithin(0, first, count);
  }
}
