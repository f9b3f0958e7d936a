/** Key popularity: weights by rank, and the sampler drawn from them. Key 0 is the most popular. */
import type { RandomStream } from '../rng.ts';
import type { KeysSetup } from '../setup.ts';
import type { KeyId, KeyNames } from '../strategy.ts';
import { AliasTable } from './alias-table.ts';
import { BLOCK_SIZE } from './request-block.ts';

export interface KeySampler {
  fill(rng: RandomStream, out: Int32Array, count: number): void;
}

export function keySampler(keys: KeysSetup): KeySampler {
  if (keys.kind === 'uniform' || keys.exponent === 0) return new UniformKeys(keys.count);
  return new AliasTable(zipfWeights(keys.count, keys.exponent), BLOCK_SIZE);
}

/** rank^-exponent for ranks 1 .. count: Zipf's law, not normalised. */
export function zipfWeights(count: number, exponent: number): Float64Array {
  const weights = new Float64Array(count);
  for (let rank = 1; rank <= count; rank++) weights[rank - 1] = rank ** -exponent;
  return weights;
}

class UniformKeys implements KeySampler {
  readonly #count: number;
  readonly #draw = new Uint32Array(BLOCK_SIZE);

  constructor(count: number) {
    this.#count = count;
  }

  fill(rng: RandomStream, out: Int32Array, count: number): void {
    const scale = this.#count / 2 ** 32;
    rng.fillU32(this.#draw, count);
    for (let i = 0; i < count; i++) out[i] = this.#draw[i]! * scale;
  }
}

/** Names by template: `user:{id}` gives `user:0`, `user:1`, ... Only the first `{id}` is replaced. */
export class TemplateKeyNames implements KeyNames {
  readonly count: number;
  readonly maxBytes: number;
  readonly #head: Uint8Array;
  readonly #tail: Uint8Array;

  constructor(template: string, count: number) {
    const at = template.indexOf('{id}');
    if (at < 0) throw new RangeError(`the key name "${template}" needs {id} once, as in "user:{id}"`);
    const encoder = new TextEncoder();
    this.#head = encoder.encode(template.slice(0, at));
    this.#tail = encoder.encode(template.slice(at + 4));
    this.count = count;
    this.maxBytes = this.#head.length + this.#tail.length + String(count - 1).length;
  }

  read(key: KeyId, out: Uint8Array): number {
    const digits = key < 10 ? 1 : Math.floor(Math.log10(key + 0.5)) + 1;
    out.set(this.#head);
    let rest = key;
    for (let i = this.#head.length + digits - 1; i >= this.#head.length; i--) {
      const next = Math.floor(rest / 10);
      out[i] = 48 + (rest - next * 10);
      rest = next;
    }
    out.set(this.#tail, this.#head.length + digits);
    return this.#head.length + digits + this.#tail.length;
  }
}

/** The key's name for people: UTF-8, with a replacement character for what is not. */
export function keyName(keys: KeyNames, key: KeyId): string {
  const bytes = new Uint8Array(keys.maxBytes);
  return new TextDecoder().decode(bytes.subarray(0, keys.read(key, bytes)));
}
