/**
 * When answers that are on their way reach their clients, by link: in-flight counts of the nodes a selection is about to look
 * at are brought up to date just before it does. The times of a link are a list, ascending.
 */
import type { Hear } from './counted-ahead.ts';
import type { Delivery } from './delivery.ts';
import { widen } from './requests.ts';
import { type ClientId, NONE, type NodeId } from './strategy.ts';
import type { World } from './world.ts';

export class LinkAnswers {
  readonly #delivery: Delivery;
  readonly #nodeCount: number;
  readonly #clock: World['clock'];
  /** [client x node] first and last of the link, or NONE */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  /** [client x node] when the first answer comes; Infinity for none */
  readonly #nextNs: Float64Array;
  /** [answer] */
  #timeNs = new Float64Array(0);
  /** [answer] the next one of its link, or of those that are free; NONE for the last */
  #next = new Int32Array(0);
  /** [answer] its place among events of the same time when its request is done, and nobody else will say that the client has heard; or NONE */
  #doneAt = new Float64Array(0);
  #free = NONE;

  constructor({ clients, infos, clock }: World, delivery: Delivery) {
    this.#delivery = delivery;
    this.#clock = clock;
    this.#nodeCount = infos.length;
    this.#first = new Int32Array(clients.count * infos.length).fill(NONE);
    this.#last = new Int32Array(clients.count * infos.length).fill(NONE);
    this.#nextNs = new Float64Array(clients.count * infos.length).fill(Infinity);
  }

  /** HOT. Answers of several threads may overtake each other. */
  add(client: ClientId, node: NodeId, timeNs: number, doneAt: number): void {
    if (this.#free === NONE) this.#grow();
    const answer = this.#free;
    const next = this.#next;
    this.#free = next[answer]!;
    this.#timeNs[answer] = timeNs;
    this.#doneAt[answer] = doneAt;
    const link = client * this.#nodeCount + node;
    const last = this.#last[link]!;
    if (last === NONE || timeNs < this.#nextNs[link]!) {
      next[answer] = this.#first[link]!;
      this.#first[link] = answer;
      this.#nextNs[link] = timeNs;
      if (last === NONE) this.#last[link] = answer;
      return;
    }
    let before = last;
    if (this.#timeNs[last]! > timeNs) {
      before = this.#first[link]!;
      while (this.#timeNs[next[before]!]! <= timeNs) before = next[before]!;
    } else this.#last[link] = answer;
    next[answer] = next[before]!;
    next[before] = answer;
  }

  /** HOT. The client is about to look at its in-flight counts of these nodes. */
  look(client: ClientId, candidates: Int32Array, count: number): void {
    const { nowNs } = this.#clock;
    const from = client * this.#nodeCount;
    const nextNs = this.#nextNs;
    for (let i = 0; i < count; i++)
      if (nextNs[from + candidates[i]!]! <= nowNs) this.#settle(client, candidates[i]!, nowNs);
  }

  #settle(client: ClientId, node: NodeId, untilNs: number): void {
    const next = this.#next;
    const link = client * this.#nodeCount + node;
    let answer = this.#first[link]!;
    while (answer !== NONE && this.#timeNs[answer]! <= untilNs) {
      this.#delivery.heard(client, node);
      const following = next[answer]!;
      next[answer] = this.#free;
      this.#free = answer;
      answer = following;
    }
    this.#first[link] = answer;
    this.#nextNs[link] = answer === NONE ? Infinity : this.#timeNs[answer]!;
    if (answer === NONE) this.#last[link] = NONE;
  }

  /** COLD. Clients hear what there is by now; `hear` is told what else they will hear that nobody else will say. */
  clear(untilNs: number, hear: Hear): void {
    for (let link = 0; link < this.#first.length; link++) {
      const client = Math.floor(link / this.#nodeCount);
      const node = link - client * this.#nodeCount;
      if (this.#nextNs[link]! <= untilNs) this.#settle(client, node, untilNs);
      for (let answer = this.#first[link]!; answer !== NONE; answer = this.#next[answer]!)
        if (this.#doneAt[answer] !== NONE) hear(client, node, this.#timeNs[answer]!, this.#doneAt[answer]!);
    }
    this.#first.fill(NONE);
    this.#last.fill(NONE);
    this.#nextNs.fill(Infinity);
    this.#free = NONE;
    this.#chain(0);
  }

  #grow(): void {
    const from = this.#next.length;
    const size = Math.max(1024, 2 * from);
    this.#timeNs = widen(this.#timeNs, new Float64Array(size));
    this.#next = widen(this.#next, new Int32Array(size));
    this.#doneAt = widen(this.#doneAt, new Float64Array(size));
    this.#chain(from);
  }

  /** From there on all are free. */
  #chain(from: number): void {
    for (let answer = this.#next.length - 1; answer >= from; answer--) {
      this.#next[answer] = this.#free;
      this.#free = answer;
    }
  }
}
