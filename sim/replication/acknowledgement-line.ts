/** What a replica has told its primary on one connection, in order: a ring of numbers. */
import type { NodeId } from '../strategy.ts';
import { turned } from '../turned.ts';

export class AcknowledgementLine {
  readonly replica: NodeId;
  readonly primary: NodeId;
  #position = new Float64Array(16);
  #arrivesNs = new Float64Array(16);
  #head = 0;
  #lastNs = 0;
  count = 0;
  /** An event for the first one is in the queue. */
  isAwaited = false;
  /** The first one has come, and waits for its turn. */
  isInTurn = false;

  constructor(replica: NodeId, primary: NodeId) {
    this.replica = replica;
    this.primary = primary;
  }

  push(position: number, arrivesNs: number): void {
    if (this.count === this.#position.length) this.#grow();
    const at = (this.#head + this.count) & (this.#position.length - 1);
    // What was told first is heard first.
    this.#lastNs = Math.max(this.#lastNs, arrivesNs);
    this.#position[at] = position;
    this.#arrivesNs[at] = this.#lastNs;
    this.count++;
  }

  get nextNs(): number {
    return this.#arrivesNs[this.#head]!;
  }

  /** Takes out all that has come by now; the last position told, or -1. */
  read(nowNs: number): number {
    let position = -1;
    while (this.count > 0 && this.nextNs <= nowNs) {
      position = this.#position[this.#head]!;
      this.#head = (this.#head + 1) & (this.#position.length - 1);
      this.count--;
    }
    return position;
  }

  #grow(): void {
    const size = this.#position.length;
    this.#position = turned(this.#position, this.#head, new Float64Array(2 * size));
    this.#arrivesNs = turned(this.#arrivesNs, this.#head, new Float64Array(2 * size));
    this.#head = 0;
  }
}
