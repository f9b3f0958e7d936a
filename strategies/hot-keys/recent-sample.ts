/**
 * The plainest detector: keep the last sampled keys of a window and count them when it ends. Exact for the sample; the
 * sample's own error is binomial: a key with share p among n samples counts n p, give or take sqrt(n p (1 - p)).
 * `redis-cli --hotkeys` and MONITOR-based tools look at a sample too.
 */
import type { KeyId } from '../../sim/strategy.ts';
import type { Sketch } from './sketch.ts';

export class RecentSample implements Sketch {
  readonly #keys: Int32Array;
  #added = 0;

  constructor(capacity: number) {
    this.#keys = new Int32Array(capacity);
  }

  get total(): number {
    return Math.min(this.#added, this.#keys.length);
  }

  get bytes(): number {
    return this.#keys.byteLength;
  }

  add(key: KeyId): void {
    this.#keys[this.#added++ % this.#keys.length] = key;
  }

  forHeaviest(limit: number, visit: (key: KeyId, count: number) => void): void {
    const counts = new Map<KeyId, number>();
    for (const key of this.#keys.subarray(0, this.total)) counts.set(key, (counts.get(key) ?? 0) + 1);
    const heaviest = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, limit);
    for (const [key, count] of heaviest) visit(key, count);
  }

  nextWindow(): void {
    this.#added = 0;
  }
}
