/**
 * How clients learn the cluster's topology, in one place:
 *
 * - by MOVED, always: the client corrects who is primary of that shard, and goes where it was told (request-flow.ts);
 * - after bad news, on the triggers that `topologyRefresh.on` names, at most once per `minInterval`: it asks one node what that
 *   believes (CLUSTER SLOTS). With `afterFailures` a node must have failed it so often in a row (Jedis: 2, Lettuce: 5 reconnects);
 * - periodically, where `periodic` is given;
 * - by push, where `push` is set (topology-push.ts).
 *
 * An answer is as good as the belief of the node that gives it; failed nodes are left out of it, but for a primary that has no
 * successor yet, and the client closes its connections to nodes that are left out. Questions and answers travel on connections
 * of their own.
 */
import type { TopologyAnswer } from './clients.ts';
import { NODE_STATE } from './nodes.ts';
import { type RandomStream, stream } from './rng.ts';
import type { RefreshTrigger } from './setup.ts';
import { type ControlPlane, type NodeId, OUTCOME, type Outcome } from './strategy.ts';
import { type Publisher, TopologyPush } from './topology-push.ts';
import type { World } from './world.ts';

/** Nodes asked before the client waits for the next occasion. */
const MAX_QUESTIONS = 5;

/** [OUTCOME] what it is to a client that may doubt what it knows; null for nothing. */
const TRIGGERS: Readonly<Record<Outcome, RefreshTrigger | null>> = {
  [OUTCOME.ok]: null,
  [OUTCOME.timeout]: 'timeout',
  [OUTCOME.refused]: 'refused',
  [OUTCOME.rejected]: null,
  [OUTCOME.moved]: 'moved',
  [OUTCOME.clusterDown]: 'clusterDown',
  [OUTCOME.loading]: 'clusterDown',
  [OUTCOME.ask]: 'moved',
  [OUTCOME.outOfMemory]: null,
  [OUTCOME.originFailed]: null,
  [OUTCOME.noConnection]: null,
  [OUTCOME.noReplicas]: null,
};

export class Topology {
  readonly #world: World;
  readonly #control: ControlPlane;
  readonly #rng: RandomStream;
  readonly #informants: readonly number[];
  /** [client] when it asked last */
  readonly #askedNs: Float64Array;
  /** [OUTCOME] 1 where it makes a client ask. */
  readonly #triggers: Uint8Array;
  /** [client x node] failures in a row; null where the first one counts. */
  readonly #failures: Int32Array | null;
  readonly #push: TopologyPush | null;

  constructor(world: World, control: ControlPlane) {
    const { clients, setup, infos } = world;
    const { on, afterFailures, push } = setup.clients.topologyRefresh;
    this.#world = world;
    this.#control = control;
    this.#rng = stream(world.seed, 'topology');
    this.#informants = control.informants ?? infos.map(({ id }) => id);
    this.#askedNs = new Float64Array(clients.count).fill(-Infinity);
    this.#triggers = Uint8Array.from(Object.values(TRIGGERS), (trigger) =>
      trigger !== null && on.includes(trigger) ? 1 : 0,
    );
    this.#failures = afterFailures > 1 ? new Int32Array(clients.count * infos.length) : null;
    this.#push = push ? new TopologyPush(world, this.#publisher()) : null;
    this.#startPeriodic();
  }

  #startPeriodic(): void {
    const { clock, clients, setup } = this.#world;
    const { periodicNs } = setup.clients.topologyRefresh;
    if (periodicNs === Infinity) return;
    for (let client = 0; client < clients.count; client++)
      clock.after(periodicNs * this.#rng.float(), () => {
        this.#ask(client, 1);
        clock.every(periodicNs, () => this.#ask(client, 1));
      });
  }

  /** HOT. How an attempt ended, which may give the client reason to doubt what it knows. */
  heard(client: number, node: NodeId, outcome: Outcome): void {
    if (this.#failures !== null && !this.#isEnough(this.#failures, client, node, outcome)) return;
    if (this.#triggers[outcome] === 0) return;
    const { clock, setup } = this.#world;
    if (clock.nowNs - this.#askedNs[client]! < setup.clients.topologyRefresh.minIntervalNs) return;
    this.#ask(client, 1);
  }

  /** Redirections count at once; of failures, as many in a row as it takes. */
  #isEnough(failures: Int32Array, client: number, node: NodeId, outcome: Outcome): boolean {
    const link = client * this.#world.infos.length + node;
    if (outcome !== OUTCOME.timeout && outcome !== OUTCOME.refused) {
      failures[link] = 0;
      return true;
    }
    failures[link] = failures[link]! + 1;
    return failures[link]! >= this.#world.setup.clients.topologyRefresh.afterFailures;
  }

  /** The node may have come to believe something else; NONE for any. */
  changed(node: NodeId): void {
    this.#push?.changed(node);
  }

  #ask(client: number, question: number): void {
    const { clock, network, setup } = this.#world;
    this.#askedNs[client] = clock.nowNs;
    const node = this.#someNode(client);
    clock.at(network.out(client, node, clock.nowNs, 1), () => {
      if (this.#answers(node)) {
        const answer = this.#answerOf(node);
        clock.at(network.back(client, node, clock.nowNs, 1), () => this.#learn(client, answer));
      } else if (question < MAX_QUESTIONS) {
        const { timeoutNs } = setup.clients.topologyRefresh;
        clock.after(this.#isSilent(node) ? timeoutNs : 0, () => this.#ask(client, question + 1));
      }
    });
  }

  #answers(node: NodeId): boolean {
    const { nodes, clock } = this.#world;
    const isUp = nodes.state[node] === NODE_STATE.up && nodes.loadingUntilNs[node]! <= clock.nowNs;
    return isUp && nodes.hungUntilNs[node]! <= clock.nowNs;
  }

  #isSilent(node: NodeId): boolean {
    const { nodes, clock } = this.#world;
    return nodes.hungUntilNs[node]! > clock.nowNs || nodes.state[node] === NODE_STATE.hostDown;
  }

  #publisher(): Publisher {
    return {
      informants: this.#informants,
      beliefOf: (node) => JSON.stringify(this.#answerOf(node)),
      teach: (client, node) => {
        const answer = this.#answerOf(node);
        return () => this.#learn(client, answer);
      },
      answers: (node) => this.#answers(node),
    };
  }

  #someNode(client: number): number {
    const live = this.#world.clients.views[client]!.live;
    const usable = this.#informants.filter((node) => live[node] === 1);
    const choices = usable.length > 0 ? usable : this.#informants;
    return choices[this.#rng.below(choices.length)]!;
  }

  #answerOf(node: number): TopologyAnswer {
    const { infos, setup } = this.#world;
    return {
      primaries: Array.from({ length: setup.cluster.shards }, (_, shard) =>
        this.#control.primarySeenBy(node, shard),
      ),
      shardOf: this.#control.shardSeenBy ? infos.map(({ id }) => this.#control.shardSeenBy!(node, id)) : null,
      failed: infos.filter((info) => this.#control.failedSeenBy(node, info.id)).map((info) => info.id),
    };
  }

  #learn(client: number, answer: TopologyAnswer): void {
    const { clients, connections } = this.#world;
    clients.learn(client, answer);
    for (const node of answer.failed)
      if (!answer.primaries.includes(node)) connections?.forsake(client, node);
  }
}
