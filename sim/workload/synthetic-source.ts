/** A synthetic workload as a source: arrival times, operations, keys and sizes, each from a stream of its own. */
import type { RandomStream } from '../rng.ts';
import type { SyntheticWorkload } from '../setup.ts';
import { type KeyNames, NONE, OP } from '../strategy.ts';
import { whole } from '../whole.ts';
import { AliasTable } from './alias-table.ts';
import type { ArrivalProcess } from './arrivals/arrival-process.ts';
import { arrivalProcess } from './arrivals.ts';
import { keyLengths } from './key-lengths.ts';
import { TemplateKeyNames } from './key-names.ts';
import type { KeySampler } from './keys/key-sampler.ts';
import { keyCount, keySampler } from './keys.ts';
import { BLOCK_SIZE, RequestBlock } from './request-block.ts';
import type { RequestSource, Streams } from './request-source.ts';
import { SizeColumn } from './sizes.ts';
import { TtlColumn } from './ttl.ts';
import { WeightedValues } from './weighted-values.ts';

/** Requests read ahead, and how many keys of the one before `next` are still to come. */
interface MultiGetRows {
  readonly requests: RequestBlock;
  readonly keysPerGet: WeightedValues;
  readonly keys: Float64Array;
  readonly rng: RandomStream;
  count: number;
  next: number;
  keysLeft: number;
}

function multiGetRows(weights: readonly number[], streams: Streams): MultiGetRows {
  return {
    requests: new RequestBlock(),
    keysPerGet: new WeightedValues(
      weights.map((_, i) => i + 1),
      weights,
    ),
    keys: new Float64Array(BLOCK_SIZE),
    rng: streams('keys-per-get'),
    count: 0,
    next: 0,
    keysLeft: 0,
  };
}

export class SyntheticSource implements RequestSource {
  readonly keys: KeyNames;
  readonly #durationNs: number;
  readonly #leadNs: number;
  readonly #arrivals: ArrivalProcess;
  readonly #keys: KeySampler;
  readonly #operations: AliasTable;
  readonly #operationsRng: RandomStream;
  /** NONE where there are several. */
  readonly #onlyOperation: number;
  readonly #sizes: SizeColumn;
  readonly #at = new Float64Array(BLOCK_SIZE);
  readonly #op = new Int32Array(BLOCK_SIZE);
  /** Null where each get asks for one key. */
  readonly #multiGets: MultiGetRows | null;
  readonly #ttl: TtlColumn | null;
  #ended = false;

  /** @param leadNs the first requests come so long before time 0 */
  constructor(workload: SyntheticWorkload, durationNs: number, streams: Streams, leadNs = 0) {
    const count = keyCount(workload.keys);
    const lengths = workload.keyBytes && keyLengths(workload.keyBytes, count);
    this.keys = new TemplateKeyNames(workload.keyName, count, lengths);
    this.#durationNs = durationNs;
    this.#leadNs = leadNs;
    this.#arrivals = arrivalProcess(workload.arrivals, streams);
    this.#keys = keySampler(workload.keys, streams);
    this.#operations = new AliasTable(Float64Array.from(workload.operations), BLOCK_SIZE);
    this.#operationsRng = streams('operations');
    this.#onlyOperation = workload.operations.indexOf(1);
    this.#sizes = new SizeColumn(workload.valueBytes, streams('sizes'));
    this.#multiGets = workload.keysPerGet.length > 1 ? multiGetRows(workload.keysPerGet, streams) : null;
    this.#ttl = workload.ttl && new TtlColumn(workload.ttl, streams('ttl'));
  }

  fill(block: RequestBlock): number {
    const count =
      this.#multiGets === null ? this.#fillSingle(block) : this.#fillMulti(block, this.#multiGets);
    if (count === 0) return 0;
    this.#keys.fill(block, count);
    this.#sizes.fill(block.valueBytes, count);
    this.#ttl?.fill(block.ttlNs, count);
    return count;
  }

  /** One row for each request. */
  #fillSingle(block: RequestBlock): number {
    if (this.#ended) return 0;
    const count = this.#fillArrivals(block);
    if (this.#onlyOperation !== NONE) {
      block.op.fill(this.#onlyOperation, 0, count);
      return count;
    }
    this.#operations.fill(this.#operationsRng, this.#op, count);
    for (let i = 0; i < count; i++) block.op[i] = this.#op[i]!;
    return count;
  }

  /** One row for each key of a request. */
  #fillMulti(block: RequestBlock, multi: MultiGetRows): number {
    let row = 0;
    while (row < BLOCK_SIZE) {
      if (multi.keysLeft === 0 && !this.#nextRequest(multi)) return row;
      multi.keysLeft--;
      block.atNs[row] = multi.requests.atNs[multi.next - 1]!;
      block.op[row] = multi.requests.op[multi.next - 1]!;
      block.keysLeft[row++] = multi.keysLeft;
    }
    return row;
  }

  #nextRequest(multi: MultiGetRows): boolean {
    if (multi.next === multi.count) {
      multi.count = this.#fillSingle(multi.requests);
      multi.next = 0;
      if (multi.count === 0) return false;
      multi.keysPerGet.fill(multi.rng, multi.keys, multi.count);
    }
    const request = multi.next++;
    multi.keysLeft = multi.requests.op[request] === OP.get ? multi.keys[request]! : 1;
    return true;
  }

  #fillArrivals({ atNs }: RequestBlock): number {
    const at = this.#at;
    this.#arrivals.fill(at, BLOCK_SIZE);
    for (let i = 0; i < BLOCK_SIZE; i++) {
      const rounded = whole(at[i]!) - this.#leadNs;
      if (rounded >= this.#durationNs) {
        this.#ended = true;
        return i;
      }
      atNs[i] = rounded;
    }
    return BLOCK_SIZE;
  }
}
