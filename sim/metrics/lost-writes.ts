/** Which acknowledged writes a fault lost, and how old they were then: since their clients had heard of them. */
import type { KeyId, Nanos } from '../strategy.ts';

export class LostWrites {
  readonly #key: KeyId[] = [];
  /** NaN for one that was found again. */
  readonly #ageNs: Nanos[] = [];
  /** key -> index of its last one */
  readonly #last = new Map<KeyId, number>();
  count = 0;
  /** When the first one was lost; Infinity for none. */
  firstNs: Nanos = Infinity;

  add(key: KeyId, ageNs: Nanos, nowNs: Nanos): void {
    this.firstNs = Math.min(this.firstNs, nowNs);
    this.#last.set(key, this.#key.length);
    this.#key.push(key);
    this.#ageNs.push(ageNs);
    this.count++;
  }

  /** The key's last write is not lost after all. */
  remove(key: KeyId): void {
    const at = this.#last.get(key);
    if (at === undefined) return;
    this.#last.delete(key);
    this.#ageNs[at] = NaN;
    this.count--;
  }

  /** COLD. */
  agesAscendingNs(): number[] {
    return this.#ageNs.filter((ageNs) => !Number.isNaN(ageNs)).sort((a, b) => a - b);
  }

  /** COLD. Keys with how many of their writes are lost, most first. */
  byKey(): [KeyId, number][] {
    const writes = new Map<KeyId, number>();
    this.#key.forEach((key, i) => {
      if (!Number.isNaN(this.#ageNs[i])) writes.set(key, (writes.get(key) ?? 0) + 1);
    });
    return [...writes].sort(([a, m], [b, n]) => n - m || a - b);
  }
}
