/**
 * Answers that were counted before their clients have them, as nothing was to happen until then. A request that comes later may
 * fail before that all the same, and from then on its client must hear of every answer of the shard. Answers of one node cannot be
 * meant: they come in the order in which it was asked, and a failure after them.
 */
import { widen } from './requests.ts';
import type { ClientId, NodeId } from './strategy.ts';

export type Hear = (client: ClientId, node: NodeId, timeNs: number, sequence: number) => void;

export class CountedAhead {
  #timeNs = new Float64Array(1024);
  #sequence = new Float64Array(1024);
  #client = new Int32Array(1024);
  #node = new Int32Array(1024);
  #count = 0;

  /** HOT. The client will have the node's answer at `timeNs`. */
  add(client: ClientId, node: NodeId, timeNs: number, sequence: number, nowNs: number): void {
    if (this.#count === this.#timeNs.length) this.#forget(nowNs);
    const i = this.#count++;
    this.#timeNs[i] = timeNs;
    this.#sequence[i] = sequence;
    this.#client[i] = client;
    this.#node[i] = node;
  }

  /** What clients have by now. */
  #forget(nowNs: number): void {
    let left = 0;
    for (let i = 0; i < this.#count; i++) {
      if (this.#timeNs[i]! < nowNs) continue;
      this.#timeNs[left] = this.#timeNs[i]!;
      this.#sequence[left] = this.#sequence[i]!;
      this.#client[left] = this.#client[i]!;
      this.#node[left++] = this.#node[i]!;
    }
    this.#count = left;
    const room = this.#timeNs.length;
    if (2 * left < room) return;
    this.#timeNs = widen(this.#timeNs, new Float64Array(2 * room));
    this.#sequence = widen(this.#sequence, new Float64Array(2 * room));
    this.#client = widen(this.#client, new Int32Array(2 * room));
    this.#node = widen(this.#node, new Int32Array(2 * room));
  }

  /** COLD. Names those that are still to come, and forgets them. */
  clear(nowNs: number, hear: Hear): void {
    for (let i = 0; i < this.#count; i++)
      if (this.#timeNs[i]! >= nowNs)
        hear(this.#client[i]!, this.#node[i]!, this.#timeNs[i]!, this.#sequence[i]!);
    this.#count = 0;
  }
}
