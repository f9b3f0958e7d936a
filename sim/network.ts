/**
 * The network between clients and nodes and among nodes: a median delay per zone pair times a lognormal
 * factor. Each connection is a TCP stream, so what was sent first arrives first: a message never overtakes
 * the one before it on the same link.
 */
import { ShapeSampler } from './distributions.ts';
import type { Flights } from './flights.ts';
import type { NetworkFaults } from './network-faults.ts';
import type { RandomStream } from './rng.ts';
import type { Fault, NetworkSetup } from './setup.ts';
import { whole } from './whole.ts';
import { Ziggurat } from './ziggurat.ts';

export class Network {
  readonly #nodeCount: number;
  /** [client x node] median one-way delay. */
  readonly delayNs: Float64Array;
  /** [client x node] when the last message of the link arrives. */
  readonly #lastOutNs: Float64Array;
  /** [client x node] when the last reply of the link arrives. */
  readonly lastBackNs: Float64Array;
  readonly #bus: NodeBus;
  readonly #ordered: { readonly requests: boolean; readonly replies: boolean };
  /** Null in a sound network. */
  readonly #faults: NetworkFaults | null;

  /**
   * @param clientZone [client] and `nodeZone` [node]: zone indices
   * @param ordered what travels on one connection, from a client to a node and back
   */
  constructor(
    setup: NetworkSetup,
    clientZone: Uint8Array,
    nodeZone: Uint8Array,
    ordered: { readonly requests: boolean; readonly replies: boolean },
    faults: NetworkFaults,
    rng: RandomStream,
  ) {
    const nodeCount = nodeZone.length;
    this.#nodeCount = nodeCount;
    this.#ordered = ordered;
    this.#faults = faults.none ? null : faults;
    this.delayNs = new Float64Array(clientZone.length * nodeCount);
    for (let client = 0; client < clientZone.length; client++) {
      for (let node = 0; node < nodeCount; node++)
        this.delayNs[client * nodeCount + node] =
          clientZone[client] === nodeZone[node] ? setup.sameZoneNs : setup.crossZoneNs;
    }
    this.#lastOutNs = new Float64Array(this.delayNs.length);
    this.lastBackNs = new Float64Array(this.delayNs.length);
    this.#bus = new NodeBus(setup, nodeZone, rng);
  }

  /** Nothing will be lost, delayed or cut off. */
  get sound(): boolean {
    return this.#faults === null;
  }

  /** COLD. A fault that nobody knew of when the run began. */
  strike(fault: Fault): void {
    this.#faults!.join(fault);
  }

  /** COLD. Names of the cuts that last at this moment. */
  cutsAt(nowNs: number): string[] {
    return this.#faults?.cutsAt(nowNs) ?? [];
  }

  /** COLD. How much later an answer that leaves the node at `departNs` leaves, as things stand now. */
  detourNs(client: number, node: number, departNs: number): number {
    return this.#faults!.onClientLink(client, node, false, departNs) - departNs;
  }

  /** When a message sent now from client to node arrives. */
  out(client: number, node: number, nowNs: number, factor: number): number {
    const link = client * this.#nodeCount + node;
    const leavesNs = this.#faults === null ? nowNs : this.#faults.onClientLink(client, node, true, nowNs);
    const aloneNs = leavesNs + whole(this.delayNs[link]! * factor);
    if (!this.#ordered.requests) return aloneNs;
    const arrivesNs = Math.max(aloneNs, this.#lastOutNs[link]!);
    this.#lastOutNs[link] = arrivesNs;
    return arrivesNs;
  }

  /** When a reply that leaves the node at `departNs` reaches the client. */
  back(client: number, node: number, departNs: number, factor: number): number {
    const link = client * this.#nodeCount + node;
    const leavesNs =
      this.#faults === null ? departNs : this.#faults.onClientLink(client, node, false, departNs);
    const aloneNs = leavesNs + whole(this.delayNs[link]! * factor);
    if (!this.#ordered.replies) return aloneNs;
    const arrivesNs = Math.max(aloneNs, this.lastBackNs[link]!);
    this.lastBackNs[link] = arrivesNs;
    return arrivesNs;
  }

  /**
   * HOT. `out` for rows of a sound network, sent when they came; up to `to`, or the first that takes longer than
   * `timeoutNs`. The row after the last.
   */
  outRows({ requests, node, arrivesNs }: Flights, from: number, to: number, timeoutNs: number): number {
    const { atNs, client, outFactor } = requests;
    const nodeCount = this.#nodeCount;
    const delayNs = this.delayNs;
    const lastNs = this.#lastOutNs;
    for (let row = from; row < to; row++) {
      const link = client[row]! * nodeCount + node[row]!;
      const sentNs = atNs[row]!;
      const reachesNs = Math.max(sentNs + whole(delayNs[link]! * outFactor[row]!), lastNs[link]!);
      lastNs[link] = reachesNs;
      arrivesNs[row] = reachesNs;
      if (reachesNs > sentNs + timeoutNs) return row + 1;
    }
    return to;
  }

  /** When a message between client and node on a connection of its own arrives: it waits for no reply before it. */
  aside(client: number, node: number, outward: boolean, nowNs: number): number {
    const leavesNs = this.#faults === null ? nowNs : this.#faults.onClientLink(client, node, outward, nowNs);
    return leavesNs + this.delayNs[client * this.#nodeCount + node]!;
  }

  /** Connections to the node are gone; what was scheduled on them no longer holds anything back. */
  reset(node: number): void {
    for (let link = node; link < this.delayNs.length; link += this.#nodeCount) {
      this.#lastOutNs[link] = 0;
      this.lastBackNs[link] = 0;
    }
  }

  /** When what a replica says to its primary at `atNs` is there: on their connection, without what scatters other messages. */
  toldNs(from: number, to: number, atNs: number): number {
    const leavesNs = this.#faults === null ? atNs : this.#faults.onReplicationLink(from, to, atNs);
    return leavesNs + this.#bus.medianNs(from, to);
  }

  /** When a message sent now from node to node arrives; NaN for never. */
  between(from: number, to: number, nowNs: number): number {
    const arrivesNs = this.#bus.send(from, to, nowNs);
    return this.#faults === null ? arrivesNs : arrivesNs + this.#faults.onBusLink(from, to, nowNs);
  }

  /** When two nodes can talk to each other again; `nowNs` when they can. */
  reachableNs(one: number, other: number, nowNs: number): number {
    return this.#faults === null ? nowNs : this.#faults.reachableNs(one, other, nowNs);
  }

  /** Until when a silence of more than `limitNs` between two nodes lasts that covers `atNs`; `atNs` when there is none. */
  silentUntilNs(one: number, other: number, atNs: number, limitNs: number): number {
    return this.#faults === null ? atNs : this.#faults.silentUntilNs(one, other, atNs, limitNs);
  }

  /** When what one node streams to another from `atNs` on leaves. */
  streamedNs(from: number, to: number, atNs: number): number {
    return this.#faults === null ? atNs : this.#faults.onReplicationLink(from, to, atNs);
  }
}

/** Links among nodes: rare messages, one draw each. */
class NodeBus {
  readonly #setup: NetworkSetup;
  readonly #zone: Uint8Array;
  readonly #lastNs: Float64Array;
  readonly #factor: ShapeSampler;
  readonly #meanOverMedian: number;

  constructor(setup: NetworkSetup, nodeZone: Uint8Array, rng: RandomStream) {
    const variance = setup.jitterSigma * setup.jitterSigma;
    const shape = { kind: 'lognormal', cv: Math.sqrt(Math.expm1(variance)) } as const;
    this.#setup = setup;
    this.#zone = nodeZone;
    this.#lastNs = new Float64Array(nodeZone.length * nodeZone.length);
    this.#factor = new ShapeSampler(shape, new Ziggurat(64), rng);
    this.#meanOverMedian = Math.exp(variance / 2);
  }

  medianNs(from: number, to: number): number {
    return this.#zone[from] === this.#zone[to] ? this.#setup.sameZoneNs : this.#setup.crossZoneNs;
  }

  send(from: number, to: number, nowNs: number): number {
    const link = from * this.#zone.length + to;
    const delayNs = Math.round(this.medianNs(from, to) * this.#factor.draw() * this.#meanOverMedian);
    const arrivesNs = Math.max(nowNs + delayNs, this.#lastNs[link]!);
    this.#lastNs[link] = arrivesNs;
    return arrivesNs;
  }
}
