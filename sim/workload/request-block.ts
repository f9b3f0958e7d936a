/**
 * A block of requests as columns. Everything random about a request is drawn here, before any strategy acts,
 * so that it belongs to the request: whichever node serves it, its work and its network luck are the same.
 */
export const BLOCK_SIZE = 2048;

export class RequestBlock {
  /** Arrival at the client, integer, ascending. */
  readonly atNs: Float64Array;
  readonly key: Int32Array;
  /** Of the key, in the table of the whole cluster; filled by the engine. */
  readonly partition: Int32Array;
  readonly op: Uint8Array;
  readonly valueBytes: Int32Array;
  /** Further keys of the same multi-get that follow; 0 for the last and for single requests. */
  readonly keysLeft: Int32Array;
  /** Time to live that a write sets; 0 for none. */
  readonly ttlNs: Float64Array;
  readonly client: Int32Array;
  /** Factor on the mean service time, mean 1. */
  readonly serviceFactor: Float64Array;
  /** Factors on the median network delay of the first attempt, there and back. */
  readonly outFactor: Float64Array;
  readonly backFactor: Float64Array;

  /** Columns of its own, or rows of a larger block from `first` on. */
  constructor(rows = BLOCK_SIZE, of: RequestBlock | null = null, first = 0) {
    const end = first + rows;
    this.atNs = of?.atNs.subarray(first, end) ?? new Float64Array(rows);
    this.key = of?.key.subarray(first, end) ?? new Int32Array(rows);
    this.partition = of?.partition.subarray(first, end) ?? new Int32Array(rows);
    this.op = of?.op.subarray(first, end) ?? new Uint8Array(rows);
    this.valueBytes = of?.valueBytes.subarray(first, end) ?? new Int32Array(rows);
    this.keysLeft = of?.keysLeft.subarray(first, end) ?? new Int32Array(rows);
    this.ttlNs = of?.ttlNs.subarray(first, end) ?? new Float64Array(rows);
    this.client = of?.client.subarray(first, end) ?? new Int32Array(rows);
    this.serviceFactor = of?.serviceFactor.subarray(first, end) ?? new Float64Array(rows);
    this.outFactor = of?.outFactor.subarray(first, end) ?? new Float64Array(rows);
    this.backFactor = of?.backFactor.subarray(first, end) ?? new Float64Array(rows);
  }

  /** COLD. Moves the rows from `first` to `count` to the front. */
  dropFirst(first: number, count: number): void {
    for (const column of Object.values(this) as Float64Array[]) column.copyWithin(0, first, count);
  }

  /** COLD. Takes over the rows of a smaller block. */
  copy(from: RequestBlock): void {
    const columns = Object.values(this) as Float64Array[];
    for (const [i, column] of (Object.values(from) as Float64Array[]).entries()) columns[i]!.set(column);
  }
}
