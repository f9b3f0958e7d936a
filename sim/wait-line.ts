/** Writes of one primary that wait for replicas, in order of their positions: a ring of numbers. */
import { turned } from './turned.ts';

export class WaitLine {
  #attempt = new Int32Array(64);
  #position = new Float64Array(64);
  #executedNs = new Float64Array(64);
  #head = 0;
  count = 0;

  push(attempt: number, position: number, executedNs: number): void {
    if (this.count === this.#attempt.length) this.#grow();
    const at = (this.#head + this.count) & (this.#attempt.length - 1);
    this.#attempt[at] = attempt;
    this.#position[at] = position;
    this.#executedNs[at] = executedNs;
    this.count++;
  }

  /** Of the first one. */
  get attempt(): number {
    return this.#attempt[this.#head]!;
  }

  get position(): number {
    return this.#position[this.#head]!;
  }

  get executedNs(): number {
    return this.#executedNs[this.#head]!;
  }

  /** The first one leaves. */
  shift(): void {
    this.#head = (this.#head + 1) & (this.#attempt.length - 1);
    this.count--;
  }

  /** COLD. */
  postpone(nowNs: number, byNs: number): void {
    for (let i = 0; i < this.count; i++) {
      const at = (this.#head + i) & (this.#attempt.length - 1);
      if (this.#executedNs[at]! > nowNs) this.#executedNs[at] = this.#executedNs[at]! + byNs;
    }
  }

  #grow(): void {
    const size = this.#attempt.length;
    this.#attempt = turned(this.#attempt, this.#head, new Int32Array(2 * size));
    this.#position = turned(this.#position, this.#head, new Float64Array(2 * size));
    this.#executedNs = turned(this.#executedNs, this.#head, new Float64Array(2 * size));
    this.#head = 0;
  }
}
