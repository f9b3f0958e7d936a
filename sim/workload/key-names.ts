/**
 * Key names by template: `user:{id}` gives `user:0`, `user:1`, ... `{id/n}` and `{id%n}` are quotient and
 * remainder, so that `cart:{{id/10}}:{id}` gives `cart:{4}:42`: ten keys in a row share a Redis hash tag.
 *
 * Names may be given a length: zeros before the first `{id}` fill them up, as in `user:000042`.
 */
import type { KeyId, KeyNames } from '../strategy.ts';

const PLACEHOLDER = /\{id(?:([/%])([1-9]\d*))?\}/g;

const ZERO = 0x30;

/** A literal, followed by a number made of the key. */
interface Part {
  readonly literal: Uint8Array;
  readonly number: 'id' | 'quotient' | 'remainder';
  readonly divisor: number;
}

export class TemplateKeyNames implements KeyNames {
  readonly count: number;
  readonly maxBytes: number;
  readonly #parts: readonly Part[];
  readonly #tail: Uint8Array;
  /** [key] bytes to fill up to; null for none. A name that is longer stays as it is. */
  readonly #lengths: Uint8Array | null;

  constructor(template: string, count: number, lengths: Uint8Array | null = null) {
    if (!template.includes('{id}'))
      throw new RangeError(`the key name "${template}" needs {id}, as in "user:{id}"`);
    const encoder = new TextEncoder();
    const parts: Part[] = [];
    let from = 0;
    for (const match of template.matchAll(PLACEHOLDER)) {
      const number = match[1] === undefined ? 'id' : match[1] === '/' ? 'quotient' : 'remainder';
      const literal = encoder.encode(template.slice(from, match.index));
      parts.push({ literal, number, divisor: Number(match[2] ?? 1) });
      from = match.index + match[0].length;
    }
    this.#parts = parts;
    this.#tail = encoder.encode(template.slice(from));
    this.count = count;
    const digits = String(count - 1).length;
    this.#lengths = lengths;
    const natural = parts.reduce((sum, part) => sum + part.literal.length + digits, this.#tail.length);
    this.maxBytes = lengths?.reduce((most, length) => Math.max(most, length), natural) ?? natural;
  }

  read(key: KeyId, out: Uint8Array): number {
    let at = 0;
    let idAt = -1;
    for (const { literal, number, divisor } of this.#parts) {
      out.set(literal, at);
      at += literal.length;
      if (idAt < 0 && number === 'id') idAt = at;
      const quotient = Math.floor(key / divisor);
      at = writeDecimal(number === 'remainder' ? key - quotient * divisor : quotient, out, at);
    }
    out.set(this.#tail, at);
    const length = at + this.#tail.length;
    const zeros = (this.#lengths?.[key] ?? 0) - length;
    if (zeros <= 0) return length;
    out.copyWithin(idAt + zeros, idAt, length).fill(ZERO, idAt, idAt + zeros);
    return length + zeros;
  }
}

/** Returns where it ends. */
function writeDecimal(value: number, out: Uint8Array, at: number): number {
  let end = at + 1;
  for (let limit = 10; value >= limit; limit *= 10) end++;
  let rest = value;
  for (let i = end - 1; i >= at; i--) {
    const next = Math.floor(rest / 10);
    out[i] = 48 + (rest - next * 10);
    rest = next;
  }
  return end;
}

/** The key's name for people: UTF-8, with a replacement character for what is not. */
export function keyName(keys: KeyNames, key: KeyId): string {
  const bytes = new Uint8Array(keys.maxBytes);
  return new TextDecoder().decode(bytes.subarray(0, keys.read(key, bytes)));
}
