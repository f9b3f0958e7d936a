/**
 * Faults, as they strike. What each does, what is refused and what chance may bring about all the same is told once, in
 * scenarios/fault-verbs.ts (MODEL.md shows it): verbs there are kinds here, but for flap and zoneOutage, which are made of
 * crashes, restarts and a partition, and resume and heal, which are ends known when the run begins.
 */
import { watchConditions } from './conditions/triggers.ts';
import type { Control } from './control.ts';
import { Disk } from './disk.ts';
import type { Engine } from './engine.ts';
import { scheduleHazard } from './hazard.ts';
import { isOfNetwork } from './network-faults.ts';
import { NODE_STATE } from './nodes.ts';
import { Operator } from './operator.ts';
import { stream } from './rng.ts';
import { restartInTurn } from './rolling-restart.ts';
import type { Fault, LoadSetup } from './setup.ts';
import { Slowdowns } from './slowdowns.ts';
import { NONE } from './strategy.ts';
import type { World } from './world.ts';

const RAMP_STEPS = 100;

/** COLD. Puts the setup's faults on the clock, and has its conditions watched. */
export function scheduleFaults(world: World, engine: Engine, control: Control): void {
  const faults = new Faults(world, engine, control);
  const { convergence } = world;
  const strike = (fault: Fault): void => {
    convergence!.watch();
    engine.delivery.express?.settle(world.clock.nowNs - 1);
    world.recorder.struck();
    faults.apply(fault);
  };
  for (const fault of world.setup.faults) world.clock.at(fault.atNs, () => strike(fault));
  watchConditions(world, (fault) => {
    if (isOfNetwork(fault)) {
      world.network.strike(fault);
      engine.unsent.reroute();
    }
    strike(fault);
  });
}

class Faults {
  readonly #world: World;
  readonly #engine: Engine;
  readonly #control: Control;
  readonly #operator: Operator;
  readonly #disk: Disk;
  readonly #slowdowns = new Slowdowns();

  constructor(world: World, engine: Engine, control: Control) {
    this.#world = world;
    this.#engine = engine;
    this.#control = control;
    this.#operator = new Operator(world);
    this.#disk = new Disk(world);
  }

  apply(fault: Fault): void {
    const why = this.#whyIdle(fault);
    if (why !== null) this.#idle(fault.name, why);
    else this.#act(fault);
  }

  /** Whom a fault needs up, or down, is so or not when it strikes by chance or under a condition. */
  #whyIdle(fault: Fault): string | null {
    if (!('node' in fault) || fault.kind === 'slow') return null;
    const { nodes, infos } = this.#world;
    const isUp = nodes.isUp(fault.node);
    const { name } = infos[fault.node]!;
    if (fault.kind === 'restart') return isUp ? `${name} was up` : null;
    if (fault.kind !== 'hand-over') return isUp ? null : `${name} was down`;
    return nodes.primary[fault.node] === 1 ? null : `${name} was no primary`;
  }

  #idle(fault: string, why: string): void {
    const { idleFaults, clock } = this.#world;
    idleFaults.push({ fault, atNs: clock.nowNs, why });
  }

  #act(fault: Fault): void {
    switch (fault.kind) {
      case 'crash':
        this.#crash(fault);
        break;
      case 'hand-over':
        this.#handOver(fault);
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
        this.#originDown(fault);
        break;
    }
  }

  #originDown({ atNs, forNs }: Extract<Fault, { kind: 'origin-down' }>): void {
    const { origin } = this.#world;
    if (origin !== null) origin.upAtNs = Math.max(origin.upAtNs, atNs + forNs);
  }

  #handOver({ name, node, how }: Extract<Fault, { kind: 'hand-over' }>): void {
    const { control, infos } = this.#world;
    if (control?.handOver === undefined)
      this.#idle(name, `nobody takes over from ${infos[node]!.name}: there is no failover by servers`);
    else {
      this.#mark(name, node);
      this.#operator.handOver(node, how);
    }
  }

  #pause({ name, node, forNs }: Extract<Fault, { kind: 'pause' }>): void {
    const { nodes, recorder, replication, clock, splitBrains } = this.#world;
    this.#mark(name, node);
    nodes.pause(node, clock.nowNs, forNs, (fromNs, toNs) => {
      recorder.busy.add(node, fromNs, toNs, -1);
      recorder.busy.add(node, fromNs + forNs, toNs + forNs, 1);
    });
    this.#engine.unsent.postpone(node, forNs);
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
      clock.at(untilNs, () => {
        if (nodes.drainedUntilNs[node]! <= clock.nowNs) this.#operator.welcome(node);
      });
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
    if (up.length < count) this.#idle(name, `${up.length} of ${among.length} nodes were up, not ${count}`);
    for (let drawn = 0; drawn < count && up.length > 0; drawn++) {
      const [node] = up.splice(rng.below(up.length), 1) as [number];
      const one = { name: `${name} ${infos[node]!.name}`, atNs: clock.nowNs, node };
      this.#crash({ kind: 'crash', ...one, of });
      if (forNs !== Infinity) clock.after(forNs, () => this.#restart(node));
    }
  }

  #slow({ name, node, forNs, factor, rampNs = 0 }: Extract<Fault, { kind: 'slow' }>): void {
    const { nodes, clock } = this.#world;
    const set = (now: number): void => {
      nodes.slowness[node] = this.#slowdowns.set(`${node}`, name, now);
    };
    set(rampNs === 0 ? factor : 1);
    for (let step = 1; step <= RAMP_STEPS && rampNs > 0; step++)
      clock.after(Math.round((rampNs * step) / RAMP_STEPS), () =>
        set(1 + ((factor - 1) * step) / RAMP_STEPS),
      );
    clock.after(forNs, () => set(1));
  }

  #slowOrigin({ name, forNs, factor }: Extract<Fault, { kind: 'slow-origin' }>): void {
    const { origin, clock } = this.#world;
    if (origin === null) return;
    origin.slowness = this.#slowdowns.set('origin', name, factor);
    clock.after(forNs, () => {
      origin.slowness = this.#slowdowns.set('origin', name, 1);
    });
  }

  /** What a fault of a primary does to clients is told in the result. */
  #mark(name: string, node: number): void {
    const { nodes, recorder, clock } = this.#world;
    if (recorder.outages.latest(nodes.shard[node]!)?.fault === name) return; // as it left
    if (nodes.primary[node] === 0) return;
    this.#engine.delivery.express?.clear(); // from now on it matters when each request for the shard ends
    recorder.outages.begin(name, node, nodes.shard[node]!, clock.nowNs);
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
    this.#engine.unsent.abandon(node);
    this.#world.egress?.crashed(node);
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
      .map(({ id }) => id)
      .filter((peer) => peer !== node && nodes.shard[peer] === nodes.shard[node] && nodes.isUp(peer));
  }

  #loseMemory(node: number, contents: World['contents'], survivors: readonly number[]): void {
    const { recorder, nodes, clock, leases } = this.#world;
    const lost = (key: number): void =>
      recorder.lostWithMemory(nodes.shard[node]!, key, contents.ackedNs(key), clock.nowNs);
    this.#disk.keep(node, () => contents.clear(node, survivors, lost));
    leases?.clear(node);
  }
}
