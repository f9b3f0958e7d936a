/**
 * Faults and their exact meaning.
 *
 * crash: the node stops at once. Work in its queue and in service is gone, and so is its memory. `of: process`
 * (kill -9): open connections are reset, new ones refused, and what the process had written to its sockets
 * still arrives. `of: host` (power, kernel): silence.
 *
 * restart: the node comes back with an empty memory but knows its role (nodes.conf, or its configuration). A
 * replica copies its primary's data set. A primary that nobody replaced is an empty primary, and its replicas,
 * obeying it, copy that: without persistence, Redis wipes them (replication documentation, "Safety of
 * replication when master has persistence turned off").
 */
import type { Control } from './control.ts';
import type { Delivery } from './delivery.ts';
import { NODE_STATE } from './nodes.ts';
import type { Fault } from './setup.ts';
import { NONE } from './strategy.ts';
import type { World } from './world.ts';

/** COLD. Puts the setup's faults on the clock. */
export function scheduleFaults(world: World, delivery: Delivery, control: Control): void {
  const faults = new Faults(world, delivery, control);
  for (const fault of world.setup.faults) world.clock.at(fault.atNs, () => faults.apply(fault));
}

class Faults {
  readonly #world: World;
  readonly #delivery: Delivery;
  readonly #control: Control;

  constructor(world: World, delivery: Delivery, control: Control) {
    this.#world = world;
    this.#delivery = delivery;
    this.#control = control;
  }

  apply(fault: Fault): void {
    if (fault.kind === 'crash') this.#crash(fault);
    else this.#restart(fault.node);
  }

  #crash(fault: Extract<Fault, { kind: 'crash' }>): void {
    const { nodes, recorder, replication, network, contents, clock, infos } = this.#world;
    const { node } = fault;
    const shard = infos[node]!.shard;
    if (nodes.primary[node] === 1) recorder.outages.crash(fault.name, node, shard, clock.nowNs);
    const state = fault.of === 'process' ? NODE_STATE.processDown : NODE_STATE.hostDown;
    nodes.crash(node, clock.nowNs, state, (fromNs, toNs) => recorder.busy.add(node, fromNs, toNs, -1));
    replication.crashedNs[node] = clock.nowNs;
    network.reset(node);
    this.#delivery.abandon(node);
    this.#loseMemory(node, contents, this.#peersUp(node));
  }

  #restart(node: number): void {
    const { nodes, replication, control, contents, infos } = this.#world;
    nodes.state[node] = NODE_STATE.up;
    nodes.serving[node] = 1;
    nodes.loadingUntilNs[node] = 0;
    if (control !== null) control.start(node);
    if (replication.follows[node] !== NONE) {
      this.#control.synchronise(node);
      return;
    }
    for (const peer of infos) {
      if (replication.follows[peer.id] !== node || nodes.state[peer.id] !== NODE_STATE.up) continue;
      this.#loseMemory(peer.id, contents, []);
      replication.offset[peer.id] = replication.offset[node]!;
      replication.withheld[peer.id] = 0;
    }
  }

  #peersUp(node: number): number[] {
    const { infos, nodes } = this.#world;
    return infos
      .filter(
        (peer) =>
          peer.id !== node && peer.shard === infos[node]!.shard && nodes.state[peer.id] === NODE_STATE.up,
      )
      .map((peer) => peer.id);
  }

  #loseMemory(node: number, contents: World['contents'], survivors: readonly number[]): void {
    const lost = contents.clear(node, survivors);
    this.#world.recorder.counters.lostWrites += lost;
    this.#world.recorder.outages.lost(this.#world.infos[node]!.shard, lost);
  }
}
