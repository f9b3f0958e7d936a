/**
 * Answers that are still to reach their clients, by link: in-flight counts of the nodes a selection is about to look at
 * are brought up to date just before it does. A link's answers are a list in order of time.
 */
import type { Delivery } from './delivery.ts';
import type { Flights } from './flights.ts';
import { type ClientId, NONE, type NodeId } from './strategy.ts';
import type { World } from './world.ts';

export class LinkAnswers {
  readonly #flights: Flights;
  readonly #delivery: Delivery;
  readonly #nodeCount: number;
  readonly #clock: World['clock'];
  /** [client x node] first and last row of the link's list, or NONE */
  readonly #first: Int32Array;
  readonly #last: Int32Array;
  /** [client x node] when the first answer comes; Infinity for none */
  readonly #nextNs: Float64Array;

  constructor({ clients, infos, clock }: World, flights: Flights, delivery: Delivery) {
    this.#flights = flights;
    this.#delivery = delivery;
    this.#clock = clock;
    this.#nodeCount = infos.length;
    this.#first = new Int32Array(clients.count * infos.length).fill(NONE);
    this.#last = new Int32Array(clients.count * infos.length).fill(NONE);
    this.#nextNs = new Float64Array(clients.count * infos.length).fill(Infinity);
  }

  /** HOT. Answers of several threads may overtake each other. */
  add(client: ClientId, node: NodeId, row: number): void {
    const { nextOnLink, repliesNs } = this.#flights;
    const link = client * this.#nodeCount + node;
    const timeNs = repliesNs[row]!;
    const last = this.#last[link]!;
    if (last === NONE || timeNs < this.#nextNs[link]!) {
      nextOnLink[row] = this.#first[link]!;
      this.#first[link] = row;
      this.#nextNs[link] = timeNs;
      if (last === NONE) this.#last[link] = row;
      return;
    }
    let before = last;
    if (repliesNs[last]! > timeNs) {
      before = this.#first[link]!;
      while (repliesNs[nextOnLink[before]!]! <= timeNs) before = nextOnLink[before]!;
    } else this.#last[link] = row;
    nextOnLink[row] = nextOnLink[before]!;
    nextOnLink[before] = row;
  }

  /** HOT. The client is about to look at its in-flight counts of these nodes. */
  look(client: ClientId, candidates: Int32Array, count: number): void {
    const { nowNs } = this.#clock;
    const from = client * this.#nodeCount;
    for (let i = 0; i < count; i++) {
      const link = from + candidates[i]!;
      if (this.#nextNs[link]! <= nowNs) this.#settle(client, candidates[i]!, nowNs);
    }
  }

  /** HOT. These rows are among those that are answered by now. */
  settleRows(rows: Int32Array, count: number, untilNs: number): void {
    const { node, requests } = this.#flights;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      const client = requests.client[row]!;
      if (this.#nextNs[client * this.#nodeCount + node[row]!]! <= untilNs)
        this.#settle(client, node[row]!, untilNs);
    }
  }

  #settle(client: ClientId, node: NodeId, untilNs: number): void {
    const { nextOnLink, repliesNs } = this.#flights;
    const link = client * this.#nodeCount + node;
    let row = this.#first[link]!;
    while (row !== NONE && repliesNs[row]! <= untilNs) {
      this.#delivery.heard(client, node);
      row = nextOnLink[row]!;
    }
    this.#first[link] = row;
    this.#nextNs[link] = row === NONE ? Infinity : repliesNs[row]!;
    if (row === NONE) this.#last[link] = NONE;
  }

  /** COLD. Nothing is left. */
  clear(): void {
    this.#first.fill(NONE);
    this.#last.fill(NONE);
    this.#nextNs.fill(Infinity);
  }
}
