/** A synthetic workload as a source: arrival times, operations, keys and sizes, each from a stream of its own. */
import type { RandomStream } from '../rng.ts';
import type { SyntheticWorkload } from '../setup.ts';
import type { KeyNames } from '../strategy.ts';
import { AliasTable } from './alias-table.ts';
import type { ArrivalProcess } from './arrivals/arrival-process.ts';
import { arrivalProcess } from './arrivals.ts';
import { TemplateKeyNames } from './key-names.ts';
import type { KeySampler } from './keys/key-sampler.ts';
import { keyCount, keySampler } from './keys.ts';
import { BLOCK_SIZE, type RequestBlock } from './request-block.ts';
import type { RequestSource, Streams } from './request-source.ts';
import { SizeColumn } from './sizes.ts';

export class SyntheticSource implements RequestSource {
  readonly keys: KeyNames;
  readonly #durationNs: number;
  readonly #arrivals: ArrivalProcess;
  readonly #keys: KeySampler;
  readonly #operations: AliasTable;
  readonly #operationsRng: RandomStream;
  readonly #sizes: SizeColumn;
  readonly #at = new Float64Array(BLOCK_SIZE);
  readonly #op = new Int32Array(BLOCK_SIZE);
  #ended = false;

  constructor(workload: SyntheticWorkload, durationNs: number, streams: Streams) {
    this.keys = new TemplateKeyNames(workload.keyName, keyCount(workload.keys));
    this.#durationNs = durationNs;
    this.#arrivals = arrivalProcess(workload.arrivals, streams);
    this.#keys = keySampler(workload.keys, streams);
    this.#operations = new AliasTable(Float64Array.from(workload.operations), BLOCK_SIZE);
    this.#operationsRng = streams('operations');
    this.#sizes = new SizeColumn(workload.valueBytes, streams('sizes'));
  }

  fill(block: RequestBlock): number {
    if (this.#ended) return 0;
    const count = this.#fillArrivals(block);
    if (count === 0) return 0;
    this.#operations.fill(this.#operationsRng, this.#op, count);
    for (let i = 0; i < count; i++) block.op[i] = this.#op[i]!;
    this.#keys.fill(block, count);
    this.#sizes.fill(block.valueBytes, count);
    return count;
  }

  #fillArrivals({ atNs }: RequestBlock): number {
    const at = this.#at;
    this.#arrivals.fill(at, BLOCK_SIZE);
    for (let i = 0; i < BLOCK_SIZE; i++) {
      const rounded = Math.round(at[i]!);
      if (rounded >= this.#durationNs) {
        this.#ended = true;
        return i;
      }
      atNs[i] = rounded;
    }
    return BLOCK_SIZE;
  }
}
