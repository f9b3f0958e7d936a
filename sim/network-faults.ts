/**
 * What can be wrong with the network between two endpoints while a fault lasts: cut, or lossy. Faults are known
 * when the run starts, so a message asks when it may leave. Those of conditions join when they strike; they meet what
 * leaves from then on, and answers that have not left yet.
 *
 * A cut holds messages on a connection back until it heals: TCP goes on retransmitting, and a node that gets a
 * request late works on it although its client gave up long ago. A replication link that is silent for longer than
 * repl-timeout is given up (replication/). The nodes' own messages are dropped instead:
 * Redis frees a bus link without a pong after half the node timeout, and what was queued on it is gone
 * (cluster_legacy.c, clusterCron).
 *
 * A group of clients may be cut off from some nodes, or from all, while everybody else goes on: `in` is then to those
 * clients.
 *
 * A lost packet costs a retransmission timeout, doubled for each further loss: 200 ms at least on Linux
 * (TCP_RTO_MIN; RFC 6298, 5.5). Short requests have no later packets whose acknowledgements would tell earlier.
 */
import { uniformAt } from './rng.ts';
import type { Fault, Setup } from './setup.ts';
import type { ClientId, Nanos, NodeId } from './strategy.ts';

const MIN_RETRANSMISSION_NS = 200e6;
const MAX_RETRANSMISSIONS = 15;

type Cut = Extract<Fault, { kind: 'partition' }>;
type Loss = Extract<Fault, { kind: 'loss' }>;

type WithNodes<F> = F & { readonly inside: ReadonlySet<NodeId> };
type CutSets = WithNodes<Cut> & { readonly group: ReadonlySet<ClientId> | null };

export class NetworkFaults {
  readonly #cuts: CutSets[] = [];
  readonly #losses: WithNodes<Loss>[] = [];
  readonly #mayCome: boolean;
  readonly #clientZone: Uint8Array;
  readonly #key: number;
  #messages = 0;

  /** @param clientZone [client] zone index */
  constructor({ faults, triggers }: Pick<Setup, 'faults' | 'triggers'>, clientZone: Uint8Array, key: number) {
    for (const fault of faults) this.join(fault);
    this.#mayCome = triggers.some((trigger) => trigger.faults.some(isOfNetwork));
    this.#clientZone = clientZone;
    this.#key = key;
  }

  get none(): boolean {
    return this.#cuts.length === 0 && this.#losses.length === 0 && !this.#mayCome;
  }

  cutsAt(nowNs: Nanos): string[] {
    return this.#cuts.filter((cut) => during(cut, nowNs)).map(({ name }) => name);
  }

  /** COLD. From now on this one is known too. */
  join(fault: Fault): void {
    if (fault.kind === 'partition')
      this.#cuts.push({
        ...fault,
        inside: new Set(fault.nodes),
        group: fault.clients && new Set(fault.clients),
      });
    if (fault.kind === 'loss') this.#losses.push({ ...fault, inside: new Set(fault.nodes) });
  }

  /** When a message that leaves at `atNs`, from client to node or back, gets through. */
  onClientLink(client: ClientId, node: NodeId, toNode: boolean, atNs: Nanos): Nanos {
    let leavesNs = atNs;
    for (const cut of this.#cuts) {
      if (cut.between === 'nodes' || !during(cut, leavesNs)) continue;
      if (cut.group !== null) {
        if (cut.group.has(client) && cut.inside.has(node) && blocks(cut, !toNode))
          leavesNs = cut.atNs + cut.forNs;
        continue;
      }
      const nodeInside = cut.inside.has(node);
      const clientInside = cut.zone !== null && this.#clientZone[client] === cut.zone;
      if (nodeInside !== clientInside && blocks(cut, toNode === nodeInside)) leavesNs = cut.atNs + cut.forNs;
    }
    return leavesNs + this.#retransmissionNs(node, node, leavesNs);
  }

  /** When what one node streams to another from `atNs` on gets through. */
  onReplicationLink(from: NodeId, to: NodeId, atNs: Nanos): Nanos {
    let leavesNs = atNs;
    for (const cut of this.#cuts)
      if (this.#cutsBetween(cut, from, to, leavesNs)) leavesNs = cut.atNs + cut.forNs;
    return leavesNs + this.#retransmissionNs(from, to, leavesNs);
  }

  /** When neither way between the two is cut; `nowNs` when it is so now. */
  reachableNs(one: NodeId, other: NodeId, nowNs: Nanos): Nanos {
    let atNs = nowNs;
    for (const cut of this.#cuts) if (this.#cutsEitherWay(cut, one, other, atNs)) atNs = cut.atNs + cut.forNs;
    return atNs;
  }

  /** Until when a cut that covers `atNs` and is longer than `limitNs` lasts; `atNs` when there is none. */
  silentUntilNs(one: NodeId, other: NodeId, atNs: Nanos, limitNs: Nanos): Nanos {
    const cut = this.#cuts.find((candidate) => this.#cutsEitherWay(candidate, one, other, atNs));
    if (cut === undefined) return atNs;
    const untilNs = this.reachableNs(one, other, atNs);
    return untilNs - cut.atNs > limitNs ? untilNs : atNs;
  }

  #cutsEitherWay(cut: CutSets, one: NodeId, other: NodeId, atNs: Nanos): boolean {
    return this.#cutsBetween(cut, one, other, atNs) || this.#cutsBetween(cut, other, one, atNs);
  }

  /** Whether a message among nodes is dropped; NaN, or by how much it is late. */
  onBusLink(from: NodeId, to: NodeId, atNs: Nanos): Nanos {
    for (const cut of this.#cuts) if (this.#cutsBetween(cut, from, to, atNs)) return NaN;
    return this.#retransmissionNs(from, to, atNs);
  }

  #cutsBetween(cut: CutSets, from: NodeId, to: NodeId, atNs: Nanos): boolean {
    if (cut.between === 'clients' || cut.group !== null || !during(cut, atNs)) return false;
    return cut.inside.has(from) !== cut.inside.has(to) && blocks(cut, cut.inside.has(to));
  }

  #retransmissionNs(a: NodeId, b: NodeId, atNs: Nanos): Nanos {
    let lateNs = 0;
    for (const loss of this.#losses) {
      if (!during(loss, atNs) || !(loss.inside.has(a) || loss.inside.has(b))) continue;
      const message = this.#messages++;
      let timeoutNs = MIN_RETRANSMISSION_NS;
      for (let turn = 0; turn < MAX_RETRANSMISSIONS; turn++) {
        if (uniformAt(this.#key, message, turn) >= loss.rate) break;
        lateNs += timeoutNs;
        timeoutNs *= 2;
      }
    }
    return lateNs;
  }
}

/** COLD. Whether a fault is one of these. */
export function isOfNetwork({ kind }: Fault): boolean {
  return kind === 'partition' || kind === 'loss';
}

function during({ atNs, forNs }: Cut | Loss, nowNs: Nanos): boolean {
  return nowNs >= atNs && nowNs < atNs + forNs;
}

/** @param inward whether the message goes from outside to inside */
function blocks({ direction }: Cut, inward: boolean): boolean {
  return direction === 'both' || (direction === 'in') === inward;
}
