/**
 * What clients make of how their attempts end: selections, hot-key modules, failovers, breakers and hedges hear of it, and every
 * client avoids who refuses it.
 */
import type { Delivery } from './delivery.ts';
import type { Hedging } from './hedging.ts';
import {
  type ClientFailover,
  type ClientId,
  type HotKeysClient,
  type NodeId,
  OUTCOME,
  type Outcome,
  type Selection,
} from './strategy.ts';
import type { Topology } from './topology.ts';
import { isFailure, Troubles } from './troubles.ts';
import type { World } from './world.ts';

export class Experience {
  readonly #world: World;
  readonly #delivery: Delivery;
  /** Failures in a row make clients ask for the topology. */
  readonly #asksEarly: boolean;
  readonly troubles: Troubles;
  /** Null where nobody asks nodes for the topology. */
  topology: Topology | null = null;
  /** Null where no read is hedged. */
  hedging: Hedging | null = null;
  /** [client], or null without a client-side failover */
  failover: readonly ClientFailover[] | null = null;
  /** [client] who wants to hear of queues, or null */
  hotKeys: readonly HotKeysClient[] | null = null;

  constructor(world: World, delivery: Delivery) {
    this.#world = world;
    this.#delivery = delivery;
    this.#asksEarly = world.setup.clients.topologyRefresh.afterFailures > 1;
    this.troubles = new Troubles(world.clients.count, world.setup.cluster.shards, world.infos);
  }

  /** The client no longer waits for the attempt. */
  ended(attempt: number, outcome: Outcome): void {
    const { attempts, clients, clock, recorder } = this.#world;
    const client = attempts.client[attempt]!;
    const node = attempts.node[attempt]!;
    const sentNs = attempts.sentNs[attempt]!;
    const elapsedNs = clock.nowNs - sentNs;
    const selection = clients.selections[client]!;
    selection.observe?.(node, elapsedNs, outcome);
    if (outcome === OUTCOME.ok) this.#feedBack(attempt, selection, elapsedNs);
    this.#learns(client, node, outcome);
    if (this.#world.breaker !== null) this.#tellBreaker(client, node, outcome, elapsedNs);
    if (this.topology !== null) this.topology.heard(client, node, outcome);
    if (outcome === OUTCOME.ok) {
      const waitedNs = attempts.waitedNs[attempt]!;
      const serviceNs = attempts.serviceNs[attempt]!;
      if (this.hedging !== null) this.hedging.answered(client, elapsedNs);
      this.#world.probes.served(node, attempts.waitingAhead[attempt]!, waitedNs, serviceNs);
      recorder.answered(node, sentNs, waitedNs, serviceNs, elapsedNs);
    } else this.#distrust(client, node, outcome);
  }

  /** Whether it may matter to anybody that a request was answered. */
  get mindsAnswers(): boolean {
    return this.failover !== null || this.#asksEarly;
  }

  /** An answer that was counted before is there, on the express lane: who keeps count of failures hears of it. */
  answered(client: ClientId, node: NodeId): void {
    this.#learns(client, node, OUTCOME.ok);
    if (this.topology !== null) this.topology.heard(client, node, OUTCOME.ok);
  }

  #learns(client: ClientId, node: NodeId, outcome: Outcome): void {
    if (this.mindsAnswers) this.#hearOf(client, node, outcome);
    if (this.failover !== null) this.failover[client]!.observe(node, outcome);
  }

  /** From a first failure on, the client must hear of every answer of the shard: none stays on the express lane. */
  #hearOf(client: number, node: number, outcome: Outcome): void {
    if (isFailure(outcome) && !this.troubles.has(client, this.#world.infos[node]!.shard))
      this.#delivery.express?.clear();
    this.troubles.hear(client, node, outcome);
  }

  /** What an answer tells of the node: to the selection, and to a hot-key module that asks. */
  #feedBack(attempt: number, selection: Selection, elapsedNs: number): void {
    const { attempts } = this.#world;
    const queue = attempts.waitingAhead[attempt]!;
    selection.feedback?.(attempts.node[attempt]!, elapsedNs, queue, attempts.serviceNs[attempt]!);
    if (this.hotKeys !== null)
      this.hotKeys[attempts.client[attempt]!]?.feedback?.(attempts.shard[attempt]!, queue);
  }

  /** A node that answers, whatever it says, is well; reads avoid one that is not as long as its breaker is open. */
  #tellBreaker(client: number, node: number, outcome: Outcome, elapsedNs: number): void {
    const { breaker, clients, clock, setup } = this.#world;
    const failed =
      outcome === OUTCOME.timeout ||
      outcome === OUTCOME.refused ||
      outcome === OUTCOME.rejected ||
      outcome === OUTCOME.noConnection;
    if (breaker!.observe(client, node, failed, elapsedNs, clock.nowNs))
      clients.suspect(client, node, clock.nowNs + setup.clients.breaker!.openNs);
  }

  /** What every client does with a node that refuses: avoid it for a while. */
  #distrust(client: number, node: number, outcome: Outcome): void {
    const { clients, clock, setup } = this.#world;
    if (outcome === OUTCOME.refused) clients.suspect(client, node, clock.nowNs + setup.clients.reconnectNs);
  }
}
