/**
 * Several sources as one, merged by time; of requests at the same moment the first source's comes first, so
 * the keys of a multi-get stay together. Keys of one source follow those of the one before, so tenants never
 * share a key.
 */
import type { KeyId, KeyNames } from '../strategy.ts';
import { BLOCK_SIZE, RequestBlock } from './request-block.ts';
import type { RequestSource } from './request-source.ts';

/** One source, read ahead by a block. */
interface Lane {
  readonly source: RequestSource;
  readonly firstKey: number;
  readonly block: RequestBlock;
  count: number;
  next: number;
}

export class MixedSource implements RequestSource {
  readonly keys: KeyNames;
  readonly #lanes: Lane[] = [];
  /** [lane] time of its next request, Infinity at its end. */
  readonly #nextNs: Float64Array;

  constructor(sources: readonly RequestSource[]) {
    this.#nextNs = new Float64Array(sources.length);
    let firstKey = 0;
    for (const [lane, source] of sources.entries()) {
      this.#lanes.push({ source, firstKey, block: new RequestBlock(), count: 0, next: 0 });
      this.#refill(lane);
      firstKey += source.keys.count;
    }
    this.keys = new ConcatenatedKeyNames(sources.map(({ keys }) => keys));
  }

  fill(out: RequestBlock): number {
    const nextNs = this.#nextNs;
    for (let count = 0; count < BLOCK_SIZE; count++) {
      let first = 0;
      for (let lane = 1; lane < nextNs.length; lane++) if (nextNs[lane]! < nextNs[first]!) first = lane;
      if (nextNs[first] === Infinity) return count;
      const lane = this.#lanes[first]!;
      const { block, next } = lane;
      out.atNs[count] = block.atNs[next]!;
      out.key[count] = lane.firstKey + block.key[next]!;
      out.op[count] = block.op[next]!;
      out.valueBytes[count] = block.valueBytes[next]!;
      out.keysLeft[count] = block.keysLeft[next]!;
      out.ttlNs[count] = block.ttlNs[next]!;
      lane.next = next + 1;
      if (lane.next < lane.count) nextNs[first] = block.atNs[lane.next]!;
      else this.#refill(first);
    }
    return BLOCK_SIZE;
  }

  #refill(index: number): void {
    const lane = this.#lanes[index]!;
    lane.count = lane.source.fill(lane.block);
    lane.next = 0;
    this.#nextNs[index] = lane.count > 0 ? lane.block.atNs[0]! : Infinity;
  }
}

class ConcatenatedKeyNames implements KeyNames {
  readonly count: number;
  readonly maxBytes: number;
  readonly #parts: readonly KeyNames[];

  constructor(parts: readonly KeyNames[]) {
    this.#parts = parts;
    this.count = parts.reduce((sum, part) => sum + part.count, 0);
    this.maxBytes = Math.max(...parts.map((part) => part.maxBytes));
  }

  read(key: KeyId, out: Uint8Array): number {
    let rest = key;
    let part = 0;
    while (rest >= this.#parts[part]!.count) rest -= this.#parts[part++]!.count;
    return this.#parts[part]!.read(rest, out);
  }
}
