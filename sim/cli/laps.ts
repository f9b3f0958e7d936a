/** Where the time of a command went, from the start of the process on. */
import { duration, percent } from '../../reports/format.ts';

export class Laps {
  readonly #ms = new Map<string, number>();
  /** On the clock that starts with the process. */
  #fromMs = 0;

  /** What was done since the last lap ended; several of one name add up. */
  end(name: string): void {
    const nowMs = performance.now();
    this.#ms.set(name, (this.#ms.get(name) ?? 0) + nowMs - this.#fromMs);
    this.#fromMs = nowMs;
  }

  ms(name: string): number {
    return this.#ms.get(name) ?? 0;
  }

  toString(): string {
    const totalMs = [...this.#ms.values()].reduce((sum, ms) => sum + ms, 0);
    const shares = [...this.#ms].map(([name, ms]) => `${name} ${duration(ms)} (${percent(ms / totalMs)})`);
    return `${duration(totalMs)}: ${shares.join(', ')}`;
  }
}
