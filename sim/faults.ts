/**
 * Faults and their exact meaning.
 *
 * crash: the node stops at once. Work in its queue and in service is gone, and so is its memory. `of: process`
 * (kill -9): open connections are reset, new ones refused, and what the process had written to its sockets
 * still arrives. `of: host` (power, kernel): silence.
 *
 * restart: the node comes back but knows its role (nodes.conf, or its configuration). With data (an append-only file)
 * it answers LOADING until it has read what it had executed when it died, and its replicas lack nothing; a replica
 * catches up without a full copy. Cold, its memory is empty. A
 * replica copies its primary's data set. A primary that nobody replaced is an empty primary, and its replicas,
 * obeying it, copy that: without persistence, Redis wipes them (replication documentation, "Safety of
 * replication when master has persistence turned off").
 *
 * hand-over: an operator has another node of the shard become primary (sim/operator.ts), which a node that is no
 * primary does not need.
 *
 * drain: for maintenance. The node hands its role over, then refuses requests as if it were gone, but goes on
 * replicating, and takes requests again `for` so long after the drain began. The role stays where it is.
 *
 * rolling-restart: node by node, replicas before primaries, stops and comes back after `down`; when it has its data,
 * and `between` later, the next one's turn comes. Graceful: it hands its role over first. A node that is down
 * already is left out, one that crashes in its turn is waited for.
 *
 * A graceful leave where clients fail over by themselves: all of them are told, take the shard out of their ring, and
 * take it back when it returns. Without a failover module there is nobody to hand over to.
 *
 * crash-some: k of the nodes, drawn by the seed among those that are up, crash at the same moment (a rack, a bad
 * release); all of them where fewer are up. They restart together after so long, if at all.
 *
 * A node that is down for another reason does not crash again, and one that is up is not restarted.
 *
 * hazard: crashes and restarts at random times, seeded (sim/hazard.ts).
 *
 * pause: the process hangs (SIGSTOP, a long collection of garbage, a live migration). Its kernel still accepts:
 * what arrives waits, and what was in its queue or in service goes on afterwards, so much later. Its timers and
 * the messages of its protocol wait too; it learns afterwards what was decided without it.
 *
 * stall: a slow command, or the fork of BGSAVE (which stops Redis while page tables are copied). It queues like any
 * command and keeps one thread busy for so long. With a single thread, timers and messages wait as well.
 *
 * partition, loss: what they do to messages is told in sim/network-faults.ts.
 *
 * slow: whatever starts to queue while it lasts takes `factor` times the work. With a ramp the factor rises evenly,
 * in steps of a hundredth of the ramp, as with a leak or a disk that fills. slow-origin: so does the origin.
 *
 * origin-down: the origin begins nothing. What it had begun is answered; what it is asked waits, and is worked off
 * by its limited concurrency when it is back. Clients set no timeout on the origin.
 */
import { watchConditions } from './conditions/triggers.ts';
import type { Control } from './control.ts';
import type { Delivery } from './delivery.ts';
import { Disk } from './disk.ts';
import { scheduleHazard } from './hazard.ts';
import { isOfNetwork } from './network-faults.ts';
import { NODE_STATE } from './nodes.ts';
import { Operator } from './operator.ts';
import { stream } from './rng.ts';
import { restartInTurn } from './rolling-restart.ts';
import type { Fault, LoadSetup } from './setup.ts';
import { NONE } from './strategy.ts';
import type { World } from './world.ts';

const RAMP_STEPS = 100;

/** COLD. Puts the setup's faults on the clock, and has its conditions watched. */
export function scheduleFaults(world: World, delivery: Delivery, control: Control): void {
  const faults = new Faults(world, delivery, control);
  const strike = (fault: Fault): void => {
    delivery.express?.settle(world.clock.nowNs - 1);
    world.recorder.struck();
    faults.apply(fault);
  };
  for (const fault of world.setup.faults) world.clock.at(fault.atNs, () => strike(fault));
  watchConditions(world, (fault) => {
    if (isOfNetwork(fault)) {
      world.network.strike(fault);
      delivery.reroute();
    }
    strike(fault);
  });
}

class Faults {
  readonly #world: World;
  readonly #delivery: Delivery;
  readonly #control: Control;
  readonly #operator: Operator;
  readonly #disk: Disk;

  constructor(world: World, delivery: Delivery, control: Control) {
    this.#world = world;
    this.#delivery = delivery;
    this.#control = control;
    this.#operator = new Operator(world);
    this.#disk = new Disk(world);
  }

  apply(fault: Fault): void {
    switch (fault.kind) {
      case 'crash':
        this.#crash(fault);
        break;
      case 'hand-over':
        this.#mark(fault.name, fault.node);
        this.#operator.handOver(fault.node, fault.how);
        break;
      case 'restart':
        this.#restart(fault.node, fault.load);
        break;
      case 'rolling-restart':
        this.#restartInTurn(fault);
        break;
      case 'drain':
        this.#drain(fault);
        break;
      case 'crash-some':
        this.#crashSome(fault);
        break;
      case 'pause':
        this.#pause(fault);
        break;
      case 'stall':
        this.#stall(fault);
        break;
      case 'slow':
        this.#slow(fault);
        break;
      case 'partition':
        for (const node of fault.nodes) this.#mark(fault.name, node);
        break;
      case 'loss':
        break;
      case 'hazard':
        scheduleHazard(this.#world, fault, (next) => this.apply(next));
        break;
      case 'slow-origin':
        this.#slowOrigin(fault);
        break;
      case 'origin-down':
        if (this.#world.origin !== null) this.#world.origin.upAtNs = fault.atNs + fault.forNs;
        break;
    }
  }

  #pause({ name, node, forNs }: Extract<Fault, { kind: 'pause' }>): void {
    const { nodes, recorder, replication, clock, splitBrains } = this.#world;
    this.#mark(name, node);
    nodes.pause(node, clock.nowNs, forNs, (fromNs, toNs) => {
      recorder.busy.add(node, fromNs, toNs, -1);
      recorder.busy.add(node, fromNs + forNs, toNs + forNs, 1);
    });
    this.#delivery.postpone(node, forNs);
    replication.postpone(node, clock.nowNs, forNs);
    splitBrains.look(node);
  }

  #stall({ name, node, forNs }: Extract<Fault, { kind: 'stall' }>): void {
    const { nodes, recorder, clock } = this.#world;
    this.#mark(name, node);
    const endNs = nodes.offer(node, clock.nowNs, forNs, false);
    recorder.busy.add(node, nodes.startNs, endNs, 1);
    if (nodes.threads === 1) nodes.hungUntilNs[node] = endNs;
  }

  #restartInTurn(fault: Extract<Fault, { kind: 'rolling-restart' }>): void {
    restartInTurn(this.#world, fault, {
      leave: (name, node, then) => this.#leave(name, node, then),
      crash: (name, node) =>
        this.#crash({ kind: 'crash', name, atNs: this.#world.clock.nowNs, node, of: 'process' }),
      restart: (node) => {
        this.#restart(node, fault.load);
        this.#operator.welcome(node);
      },
    });
  }

  #drain({ name, node, atNs, forNs }: Extract<Fault, { kind: 'drain' }>): void {
    const { nodes, clock } = this.#world;
    const untilNs = atNs + forNs;
    this.#leave(name, node, () => {
      if (!nodes.isUp(node) || clock.nowNs >= untilNs) return;
      nodes.drain(node, untilNs);
      clock.at(untilNs, () => this.#operator.welcome(node));
    });
  }

  /** The node gives its role away before it goes. */
  #leave(name: string, node: number, then: () => void): void {
    this.#mark(name, node);
    this.#operator.handOver(node, 'graceful', then);
  }

  #crashSome({ name, nodes: among, count, of, forNs }: Extract<Fault, { kind: 'crash-some' }>): void {
    const { nodes, infos, clock, seed } = this.#world;
    const rng = stream(seed, `crash-some/${name}`);
    const up = among.filter((node) => nodes.isUp(node));
    for (let drawn = 0; drawn < count && up.length > 0; drawn++) {
      const [node] = up.splice(rng.below(up.length), 1) as [number];
      const one = { name: `${name} ${infos[node]!.name}`, atNs: clock.nowNs, node };
      this.#crash({ kind: 'crash', ...one, of });
      if (forNs !== Infinity) clock.after(forNs, () => this.#restart(node));
    }
  }

  #slow({ node, forNs, factor, rampNs = 0 }: Extract<Fault, { kind: 'slow' }>): void {
    const { nodes, clock } = this.#world;
    nodes.slowness[node] = rampNs === 0 ? factor : 1;
    for (let step = 1; step <= RAMP_STEPS && rampNs > 0; step++) {
      clock.after(Math.round((rampNs * step) / RAMP_STEPS), () => {
        nodes.slowness[node] = 1 + ((factor - 1) * step) / RAMP_STEPS;
      });
    }
    clock.after(forNs, () => {
      nodes.slowness[node] = 1;
    });
  }

  #slowOrigin({ forNs, factor }: Extract<Fault, { kind: 'slow-origin' }>): void {
    const { origin, clock } = this.#world;
    if (origin === null) return;
    origin.slowness = factor;
    clock.after(forNs, () => {
      origin.slowness = 1;
    });
  }

  /** What a fault of a primary does to clients is told in the result. */
  #mark(name: string, node: number): void {
    const { nodes, recorder, infos, clock } = this.#world;
    if (recorder.outages.latest(infos[node]!.shard)?.fault === name) return; // as it left
    if (nodes.primary[node] === 0) return;
    this.#delivery.express?.clear(); // from now on it matters when each request for the shard ends
    recorder.outages.begin(name, node, infos[node]!.shard, clock.nowNs);
  }

  #crash(fault: Extract<Fault, { kind: 'crash' }>): void {
    const { nodes, recorder, replication, network, contents, clock, setup, splitBrains } = this.#world;
    const { node } = fault;
    if (!nodes.isUp(node)) return;
    this.#mark(fault.name, node);
    const state = fault.of === 'process' ? NODE_STATE.processDown : NODE_STATE.hostDown;
    nodes.crash(node, clock.nowNs, state, (fromNs, toNs) => recorder.busy.add(node, fromNs, toNs, -1));
    replication.crashed(node, clock.nowNs, this.#disk.isNeeded);
    splitBrains.look(node);
    network.reset(node);
    this.#delivery.abandon(node);
    this.#loseMemory(node, contents, this.#peersUp(node));
    if (setup.strategy.failover?.module.needs?.includes('oracle')) this.#world.control?.crashed?.(node);
  }

  #restart(node: number, load?: LoadSetup): void {
    const { nodes, replication, control, contents, infos, splitBrains } = this.#world;
    if (nodes.isUp(node)) return;
    nodes.state[node] = NODE_STATE.up;
    nodes.serving[node] = 1;
    nodes.loadingUntilNs[node] = 0;
    splitBrains.look(node);
    if (control !== null) control.start(node);
    if (load !== undefined) {
      this.#control.load(node, this.#disk.load(node), load.bytesPerSec);
      return;
    }
    if (replication.follows[node] !== NONE) {
      this.#control.synchronise(node);
      return;
    }
    for (const peer of infos) {
      if (replication.follows[peer.id] !== node || nodes.state[peer.id] !== NODE_STATE.up) continue;
      this.#loseMemory(peer.id, contents, []);
    }
    this.#control.emptied(node);
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
    const { recorder, infos, clock, leases } = this.#world;
    const lost = (key: number): void =>
      recorder.lostWithMemory(infos[node]!.shard, key, contents.ackedNs(key), clock.nowNs);
    this.#disk.keep(node, () => contents.clear(node, survivors, lost));
    leases?.clear(node);
  }
}
