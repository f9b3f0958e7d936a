/** Request sources: synthetic or recorded, they fill blocks in order of arrival until the duration is over. */
import { fillShape } from '../distributions.ts';
import { type RandomStream, stream } from '../rng.ts';
import type { ArrivalsSetup, RecordedWorkload, Setup, SizeSetup, SyntheticWorkload } from '../setup.ts';
import type { KeyNames } from '../strategy.ts';
import { Ziggurat } from '../ziggurat.ts';
import { AliasTable } from './alias-table.ts';
import { type KeySampler, keySampler, TemplateKeyNames } from './keys.ts';
import { BLOCK_SIZE, type RequestBlock } from './request-block.ts';

export interface RequestSource {
  readonly keys: KeyNames;
  /** Fills the block from its start; returns how many requests, 0 at the end. */
  fill(block: RequestBlock): number;
}

export function requestSource(setup: Setup, seed: number): RequestSource {
  const { workload, durationNs } = setup;
  const luck = new RequestLuck(setup, seed);
  return workload.kind === 'synthetic'
    ? new SyntheticSource(workload, durationNs, luck, seed)
    : new RecordedSource(workload, durationNs, luck);
}

/** What neither a generator nor a recording says: the client, the service draw, the network's jitter. */
class RequestLuck {
  readonly #setup: Setup;
  readonly #ziggurat = new Ziggurat(BLOCK_SIZE);
  readonly #draw = new Uint32Array(BLOCK_SIZE);
  readonly #clients: RandomStream;
  readonly #service: RandomStream;
  readonly #network: RandomStream;

  constructor(setup: Setup, seed: number) {
    this.#setup = setup;
    this.#clients = stream(seed, 'clients');
    this.#service = stream(seed, 'service');
    this.#network = stream(seed, 'network');
  }

  fill(block: RequestBlock, count: number): void {
    const { clients, cluster, network } = this.#setup;
    const scale = clients.count / 2 ** 32;
    this.#clients.fillU32(this.#draw, count);
    for (let i = 0; i < count; i++) block.client[i] = this.#draw[i]! * scale;
    fillShape(cluster.node.serviceShape, this.#ziggurat, this.#service, block.serviceFactor, count);
    this.#fillJitter(network.jitterSigma, block.outFactor, count);
    this.#fillJitter(network.jitterSigma, block.backFactor, count);
  }

  /** exp(sigma Z): median 1. */
  #fillJitter(sigma: number, out: Float64Array, count: number): void {
    if (sigma === 0) {
      out.fill(1, 0, count);
      return;
    }
    this.#ziggurat.fillNormal(this.#network, out, count);
    for (let i = 0; i < count; i++) out[i] = Math.exp(sigma * out[i]!);
  }
}

class SyntheticSource implements RequestSource {
  readonly keys: KeyNames;
  readonly #arrivals: ArrivalsSetup;
  readonly #valueBytes: SizeSetup;
  readonly #durationNs: number;
  readonly #luck: RequestLuck;
  readonly #keySampler: KeySampler;
  readonly #opTable: AliasTable;
  readonly #ziggurat = new Ziggurat(BLOCK_SIZE);
  readonly #gap = new Float64Array(BLOCK_SIZE);
  readonly #draw = new Int32Array(BLOCK_SIZE);
  readonly #streams: Record<'arrivals' | 'keys' | 'operations' | 'sizes', RandomStream>;
  #atNs = 0;

  constructor(workload: SyntheticWorkload, durationNs: number, luck: RequestLuck, seed: number) {
    this.keys = new TemplateKeyNames(workload.keyName, workload.keys.count);
    this.#arrivals = workload.arrivals;
    this.#valueBytes = workload.valueBytes;
    this.#durationNs = durationNs;
    this.#luck = luck;
    this.#keySampler = keySampler(workload.keys);
    this.#opTable = new AliasTable(Float64Array.from(workload.operations), BLOCK_SIZE);
    this.#streams = {
      arrivals: stream(seed, 'arrivals'),
      keys: stream(seed, 'keys'),
      operations: stream(seed, 'operations'),
      sizes: stream(seed, 'sizes'),
    };
  }

  fill(block: RequestBlock): number {
    const count = this.#fillArrivals(block);
    if (count === 0) return 0;
    this.#keySampler.fill(this.#streams.keys, block.key, count);
    this.#opTable.fill(this.#streams.operations, this.#draw, count);
    for (let i = 0; i < count; i++) block.op[i] = this.#draw[i]!;
    this.#fillSizes(block, count);
    this.#luck.fill(block, count);
    return count;
  }

  #fillArrivals(block: RequestBlock): number {
    const gap = this.#gap;
    const meanNs = 1e9 / this.#arrivals.ratePerSec;
    if (this.#arrivals.kind === 'poisson')
      this.#ziggurat.fillExponential(this.#streams.arrivals, gap, BLOCK_SIZE);
    else gap.fill(1);
    let at = this.#atNs;
    let count = 0;
    while (count < BLOCK_SIZE) {
      at += gap[count]! * meanNs;
      const rounded = Math.round(at);
      if (rounded >= this.#durationNs) {
        at = Infinity;
        break;
      }
      block.atNs[count++] = rounded;
    }
    this.#atNs = at;
    return count;
  }

  #fillSizes(block: RequestBlock, count: number): void {
    const size = this.#valueBytes;
    if (size.kind === 'constant') {
      block.valueBytes.fill(size.bytes, 0, count);
      return;
    }
    const factor = this.#gap; // free again once the arrivals are placed
    const shape = { kind: 'lognormal', cv: size.cv } as const;
    fillShape(shape, this.#ziggurat, this.#streams.sizes, factor, count);
    for (let i = 0; i < count; i++) block.valueBytes[i] = Math.round(factor[i]! * size.meanBytes);
  }
}

class RecordedSource implements RequestSource {
  readonly keys: KeyNames;
  readonly #workload: RecordedWorkload;
  readonly #durationNs: number;
  readonly #luck: RequestLuck;
  #next = 0;

  constructor(workload: RecordedWorkload, durationNs: number, luck: RequestLuck) {
    this.keys = workload.recording.keys;
    this.#workload = workload;
    this.#durationNs = durationNs;
    this.#luck = luck;
  }

  fill(block: RequestBlock): number {
    const { recording, speed, valueBytes } = this.#workload;
    let count = 0;
    while (count < BLOCK_SIZE && this.#next < recording.count) {
      const row = this.#next;
      const atNs = Math.round(recording.atNs[row]! / speed);
      if (atNs >= this.#durationNs) {
        this.#next = recording.count;
        break;
      }
      this.#next++;
      block.atNs[count] = atNs;
      block.key[count] = recording.key[row]!;
      block.op[count] = recording.op[row]!;
      block.valueBytes[count] = recording.valueBytes[row]! || valueBytes;
      count++;
    }
    if (count > 0) this.#luck.fill(block, count);
    return count;
  }
}
