/**
 * The fingerprint of a run: every request's outcome and every control-plane event. Requests end in any order,
 * so each is hashed with its ordinal and the hashes are added up: the sum does not depend on the order in
 * which an execution path computed them. Control events are chained in order of time.
 */
import type { Completions } from './completions.ts';

export class Fingerprint {
  #low = 0;
  #high = 0;
  #events = 0;

  /** One request ended. */
  request(ordinal: number, node: number, outcome: number, arrivedNs: number, endedNs: number): void {
    const h = hashOf(ordinal, node, outcome, arrivedNs, endedNs - arrivedNs);
    this.#low = (this.#low + h) | 0;
    this.#high = (this.#high + mix(h, SECOND)) | 0;
  }

  /** HOT. These requests completed. */
  completions({ ordinal, node, arrivedNs, elapsedNs, count }: Completions): void {
    let low = this.#low;
    let high = this.#high;
    for (let i = 0; i < count; i++) {
      const h = hashOf(ordinal[i]!, node[i]!, 0, arrivedNs[i]!, elapsedNs[i]!);
      low = (low + h) | 0;
      high = (high + mix(h, SECOND)) | 0;
    }
    this.#low = low;
    this.#high = high;
  }

  /** One event of the control plane; `words` are integers. */
  event(...words: number[]): void {
    for (const word of words) this.#events = mix(this.#events ^ ((word / 2 ** 32) | 0), word | 0);
  }

  /** 24 hexadecimal digits. */
  toString(): string {
    return [this.#high, this.#low, this.#events]
      .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
      .join('');
  }
}

/** Makes a second sum of the first one's terms. */
const SECOND = 0x5bd1e995;

function hashOf(
  ordinal: number,
  node: number,
  outcome: number,
  arrivedNs: number,
  elapsedNs: number,
): number {
  let h = mix(ordinal | 0, (ordinal / 2 ** 32) | 0);
  h = mix(h, arrivedNs >>> 0);
  h = mix(h ^ ((arrivedNs / 2 ** 32) | 0), elapsedNs >>> 0);
  return mix(h ^ ((elapsedNs / 2 ** 32) | 0), (node << 8) | outcome);
}

/** One round of murmur3 with its finalizer's first half. */
function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  let h = hash ^ k;
  h = (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  return h ^ (h >>> 13);
}
