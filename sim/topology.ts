/**
 * How clients learn the cluster's topology: they ask one node what it believes (CLUSTER SLOTS), after bad news
 * and periodically. The answer is as good as that node's belief; failed nodes are left out of it.
 */
import { NODE_STATE } from './nodes.ts';
import { type RandomStream, stream } from './rng.ts';
import type { ControlPlane } from './strategy.ts';
import type { World } from './world.ts';

/** Nodes asked before the client waits for the next occasion. */
const MAX_QUESTIONS = 5;

export class Topology {
  readonly #world: World;
  readonly #control: ControlPlane;
  readonly #rng: RandomStream;
  readonly #informants: readonly number[];
  /** [client] when it asked last */
  readonly #askedNs: Float64Array;

  constructor(world: World, control: ControlPlane) {
    this.#world = world;
    this.#control = control;
    this.#rng = stream(world.seed, 'topology');
    this.#informants = control.informants ?? world.infos.map(({ id }) => id);
    this.#askedNs = new Float64Array(world.clients.count).fill(-Infinity);
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

  /** The client has reason to doubt what it knows; asks unless it did a moment ago. */
  refresh(client: number): void {
    const { clock, setup } = this.#world;
    if (clock.nowNs - this.#askedNs[client]! < setup.clients.topologyRefresh.minIntervalNs) return;
    this.#ask(client, 1);
  }

  #ask(client: number, question: number): void {
    const { clock, network, nodes, setup } = this.#world;
    this.#askedNs[client] = clock.nowNs;
    const node = this.#someNode(client);
    clock.at(network.out(client, node, clock.nowNs, 1), () => {
      const hangs = nodes.hungUntilNs[node]! > clock.nowNs;
      if (nodes.state[node] === NODE_STATE.up && !hangs && nodes.loadingUntilNs[node]! <= clock.nowNs) {
        const answer = this.#answerOf(node);
        clock.at(network.back(client, node, clock.nowNs, 1), () => this.#learn(client, answer));
      } else if (question < MAX_QUESTIONS) {
        const silent = hangs || nodes.state[node] === NODE_STATE.hostDown;
        clock.after(silent && setup.clients.timeoutNs < Infinity ? setup.clients.timeoutNs : 0, () =>
          this.#ask(client, question + 1),
        );
      }
    });
  }

  #someNode(client: number): number {
    const live = this.#world.clients.views[client]!.live;
    const usable = this.#informants.filter((node) => live[node] === 1);
    const choices = usable.length > 0 ? usable : this.#informants;
    return choices[this.#rng.below(choices.length)]!;
  }

  #answerOf(node: number): { primaries: number[]; failed: number[] } {
    const { infos, setup } = this.#world;
    return {
      primaries: Array.from({ length: setup.cluster.shards }, (_, shard) =>
        this.#control.primarySeenBy(node, shard),
      ),
      failed: infos.filter((info) => this.#control.failedSeenBy(node, info.id)).map((info) => info.id),
    };
  }

  #learn(client: number, answer: { primaries: number[]; failed: number[] }): void {
    const view = this.#world.clients.views[client]!;
    view.primaryOf.set(answer.primaries);
    view.live.fill(1);
    for (const node of answer.failed) view.live[node] = 0;
  }
}
