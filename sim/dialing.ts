/**
 * Making a connection: what it takes on the network and at the node. The kernel answers a SYN by itself, also for a process
 * that hangs, as long as its backlog has room; the process then accepts, and answers HELLO and AUTH, on the thread that
 * serves requests too. A dead process refuses at once. A dead host, or a full backlog, swallows SYNs: the client repeats
 * them after 1 s, 2 s, 4 s, ... (RFC 6298, 2.1; Linux TCP_TIMEOUT_INIT), until the connect timeout or tcp_syn_retries end it.
 *
 * The thread's time is spread evenly over the round trips; the first of them is TCP's own, in which the process accepts.
 *
 * Not modelled: the limit on a node's connections (maxclients), and the time to resolve names.
 */
import { NODE_STATE } from './nodes.ts';
import type { PoolSetup } from './setup.ts';
import { OUTCOME, type Outcome } from './strategy.ts';
import type { World } from './world.ts';

const SYN_RETRANSMISSION_NS = 1e9;
/** tcp_syn_retries 6: 1 + 2 + 4 + ... + 64 s. */
export const SYN_GIVE_UP_NS = 127e9;

/** A connection in the making. */
interface Call {
  readonly client: number;
  readonly node: number;
  /** The node's life it was begun with. */
  life: number;
  over: boolean;
  readonly done: (outcome: Outcome, life: number) => void;
}

/** COLD. */
export class Dialer {
  readonly #world: World;
  readonly #setup: PoolSetup;
  /** [node] connections that its kernel has accepted and its process has not. */
  readonly #backlog: Int32Array;
  readonly #stepNs: number;
  readonly #calls = new Set<Call>();

  constructor(world: World, setup: PoolSetup) {
    this.#world = world;
    this.#setup = setup;
    this.#backlog = new Int32Array(world.infos.length);
    this.#stepNs = Math.round(setup.nodeNs / setup.roundTrips);
  }

  /** `done` hears once: ok, refused, or timeout; and which life of the node the connection leads to. */
  dial(client: number, node: number, done: (outcome: Outcome, life: number) => void): void {
    const call: Call = { client, node, life: UNANSWERED, over: false, done };
    const { clock } = this.#world;
    this.#calls.add(call);
    clock.after(Math.min(this.#setup.connectTimeoutNs, SYN_GIVE_UP_NS), () =>
      this.#end(call, OUTCOME.timeout),
    );
    this.#knock(call, SYN_RETRANSMISSION_NS);
  }

  /** Its backlog is gone; those it had accepted hear of it, unless its host is gone too. */
  crashed(node: number): void {
    this.#backlog[node] = 0;
    if (this.#world.nodes.state[node] === NODE_STATE.hostDown) return;
    for (const call of this.#calls) if (call.node === node && call.life >= 0) this.#refuse(call);
  }

  #knock(call: Call, againNs: number): void {
    if (call.over) return;
    const { nodes, clock } = this.#world;
    const { node } = call;
    clock.after(againNs, () => {
      if (call.life === UNANSWERED) this.#knock(call, 2 * againNs);
    });
    this.#travel(call, true, () => {
      if (call.over || call.life !== UNANSWERED) return;
      const drained = nodes.drainedUntilNs[node]! > clock.nowNs;
      if (nodes.state[node] === NODE_STATE.processDown || drained) this.#refuse(call);
      else if (nodes.state[node] === NODE_STATE.up && this.#backlog[node]! < this.#setup.backlog)
        this.#accept(call);
    });
  }

  /** The kernel has it; the process will come to it. */
  #accept(call: Call): void {
    const { nodes } = this.#world;
    const { node } = call;
    const life = nodes.life[node]!;
    call.life = life;
    this.#backlog[node] = this.#backlog[node]! + 1;
    this.#work(node, () => {
      if (nodes.life[node] === life) this.#backlog[node] = this.#backlog[node]! - 1;
    });
    this.#travel(call, false, () => this.#ask(call, this.#setup.roundTrips - 1));
  }

  /** HELLO and the like: so many questions are left. */
  #ask(call: Call, left: number): void {
    if (left === 0) {
      this.#end(call, OUTCOME.ok);
      return;
    }
    this.#travel(call, true, () => {
      if (!this.#isThere(call)) return;
      this.#work(call.node, () => {
        if (this.#isThere(call)) this.#travel(call, false, () => this.#ask(call, left - 1));
      });
    });
  }

  /** Whether the process that accepted still runs; one that is gone is heard of, unless its host is. */
  #isThere(call: Call): boolean {
    const { nodes } = this.#world;
    if (call.over || call.life === REFUSED) return false;
    if (nodes.life[call.node] === call.life) return true;
    if (nodes.state[call.node] !== NODE_STATE.hostDown) this.#refuse(call);
    return false;
  }

  #refuse(call: Call): void {
    call.life = REFUSED;
    this.#travel(call, false, () => this.#end(call, OUTCOME.refused));
  }

  #travel(call: Call, outward: boolean, then: () => void): void {
    const { network, clock } = this.#world;
    clock.at(network.aside(call.client, call.node, outward, clock.nowNs), then);
  }

  #end(call: Call, outcome: Outcome): void {
    if (call.over) return;
    call.over = true;
    this.#calls.delete(call);
    call.done(outcome, call.life);
  }

  /** A part of the thread's work, in the node's queue. Whether the node lived to see its end is for `then` to ask. */
  #work(node: number, then: () => void): void {
    const { nodes, recorder, clock } = this.#world;
    const serviceNs = Math.round(this.#stepNs * nodes.slowness[node]!);
    const endNs = nodes.offer(node, clock.nowNs, serviceNs, false);
    recorder.busy.add(node, nodes.startNs, endNs, 1);
    const whenDone = (): void => {
      const hungUntilNs = nodes.hungUntilNs[node]!;
      if (hungUntilNs > clock.nowNs && hungUntilNs < Infinity) clock.at(hungUntilNs, whenDone);
      else if (hungUntilNs <= clock.nowNs) then();
    };
    clock.at(endNs, whenDone);
  }
}

/** Lives of a node are counted from 0. */
const UNANSWERED = -1;
const REFUSED = -2;
