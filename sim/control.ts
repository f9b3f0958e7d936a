/**
 * The hands of the control plane: timers and messages that belong to nodes, and the changes of role that a
 * protocol decides. The engine does what a strategy says and logs it; the laws watch.
 */
import type { Laws } from './laws.ts';
import { NODE_STATE, SERVING } from './nodes.ts';
import { Resync } from './replication/resync.ts';
import { stream } from './rng.ts';
import {
  type ClientFailover,
  type ClientId,
  type Failover,
  type FailoverContext,
  type FailoverEvent,
  NONE,
  type NodeId,
  type ShardId,
} from './strategy.ts';
import type { World } from './world.ts';

const EVENT_CODES: Record<FailoverEvent, number> = {
  suspected: 1,
  detected: 2,
  election: 3,
  promoted: 4,
  demoted: 5,
  ejected: 6,
  readmitted: 7,
  'cluster-down': 8,
  'cluster-up': 9,
  migrated: 10,
};

/** What it needs of whoever delivers requests. */
interface Hands {
  /** Writes that wait at the node go on. */
  releaseWrites(node: NodeId): void;
  /** What requests meet may change at once. */
  clearLane(): void;
}

export class Control {
  readonly #world: World;
  readonly #laws: Laws;
  readonly #bytesPerKey: number;
  readonly #resync: Resync;
  readonly #hands: Hands;
  /** The node may have come to believe something else; NONE for any. Null where nobody listens. */
  onChange: ((node: NodeId) => void) | null = null;

  /**
   * @param bytesPerKey mean size of key and value, for full synchronisations
   */
  constructor(world: World, laws: Laws, bytesPerKey: number, hands: Hands) {
    this.#world = world;
    this.#laws = laws;
    this.#bytesPerKey = bytesPerKey;
    this.#hands = hands;
    this.#resync = new Resync(world, bytesPerKey);
    world.replication.onSevered = (node, atNs) => {
      if (atNs < Infinity) world.clock.at(atNs, () => this.#resync.retry(node));
    };
  }

  /** What a failover module's server side gets. */
  context(): FailoverContext {
    const { infos, setup, clock, nodes, replication, seed, splitBrains } = this.#world;
    return {
      nodes: infos,
      shardCount: setup.cluster.shards,
      rng: stream(seed, 'control'),
      now: () => clock.nowNs,
      onNode: (node, delayNs, callback) => {
        clock.after(delayNs, this.#whenAwake(node, callback));
      },
      send: (from, to, deliver) => this.#send(from, to, deliver),
      replicationOffset: (node) => replication.offset(node),
      promote: (node, shard, epoch, isVoted = true) => this.#promote(node, shard, epoch, isVoted),
      demote: (node, primary) => this.#demote(node, primary),
      follow: (node, primary) => this.#resync.follow(node, primary),
      migrate: (node, primary) => this.#migrate(node, primary),
      setServing: (node, serving) => {
        nodes.serving[node] = SERVING[serving];
        splitBrains.look(node);
      },
      pauseWrites: (node, paused) => {
        nodes.writesPaused[node] = paused ? 1 : 0;
        if (!paused) this.#hands.releaseWrites(node);
      },
      log: (event, about, by) => this.log(event, about, infos[by]!.name, by),
    };
  }

  /** One client-side part per client. */
  clientParts(failover: Failover): ClientFailover[] | null {
    const { clients, membership, clock, infos, seed } = this.#world;
    if (failover.client === undefined) return null;
    const shardOf = Int32Array.from(infos, (info) => info.shard);
    const log = (event: FailoverEvent, client: ClientId, shard: ShardId): void =>
      this.log(event, clients.views[client]!.primaryOf[shard]!, `client-${client}`, client);
    return clients.views.map((view) =>
      failover.client!({
        view,
        shardOf,
        rng: stream(seed, `failover/client-${view.client}`),
        now: () => clock.nowNs,
        ping: (node, answered) => this.#ping(view.client, node, answered),
        after: (delayNs, callback) => clock.after(delayNs, callback),
        eject: (shard) => {
          if (membership.eject(view.client, shard)) log('ejected', view.client, shard);
        },
        readmit: (shard) => {
          if (membership.readmit(view.client, shard)) log('readmitted', view.client, shard);
        },
      }),
    );
  }

  /** Answered by any node that runs and does not hang; on a connection of its own. */
  #ping(client: ClientId, node: NodeId, answered: () => void): void {
    const { clock, network, nodes } = this.#world;
    clock.at(network.aside(client, node, true, clock.nowNs), () => {
      if (nodes.state[node] !== NODE_STATE.up || nodes.hungUntilNs[node]! > clock.nowNs) return;
      clock.at(network.aside(client, node, false, clock.nowNs), answered);
    });
  }

  log(event: FailoverEvent, about: NodeId, by: string, byId: number): void {
    const { events, recorder, infos, nodes, clock } = this.#world;
    events.push({ atNs: clock.nowNs, event, node: infos[about]!.name, by });
    recorder.fingerprint.event(clock.nowNs, EVENT_CODES[event], about, byId);
    this.onChange?.(NONE);
    if (event === 'election') recorder.outages.decided(nodes.shard[about]!, clock.nowNs);
    if (event === 'detected' || event === 'ejected') recorder.outages.detected(about, clock.nowNs);
  }

  #send(from: NodeId, to: NodeId, deliver: () => void): void {
    const { clock, network, nodes } = this.#world;
    if (nodes.state[from] !== NODE_STATE.up) return;
    const arrivesNs = network.between(from, to, clock.nowNs);
    if (!Number.isNaN(arrivesNs)) clock.at(arrivesNs, this.#whenAwake(to, deliver));
  }

  /** What the node does when it is due: not at all when it died meanwhile, later while it hangs. */
  #whenAwake(node: NodeId, callback: () => void): () => void {
    const { clock, nodes } = this.#world;
    const life = nodes.life[node];
    const act = (): void => {
      if (nodes.life[node] !== life || nodes.state[node] !== NODE_STATE.up) return;
      if (nodes.hungUntilNs[node]! > clock.nowNs) clock.at(nodes.hungUntilNs[node]!, act);
      else {
        callback();
        this.onChange?.(node);
      }
    };
    return act;
  }

  #promote(node: NodeId, shard: ShardId, epoch: number, isVoted: boolean): void {
    const { nodes, replication, recorder, clock, splitBrains } = this.#world;
    if (isVoted) this.#laws.promoted(node, shard, epoch);
    nodes.primary[node] = 1;
    this.#resync.promoted(node);
    replication.promoted(node, clock.nowNs);
    recorder.outages.promoted(shard, clock.nowNs);
    splitBrains.look(node);
  }

  #demote(node: NodeId, primary: NodeId): void {
    const { nodes, replication, clock, splitBrains } = this.#world;
    nodes.primary[node] = 0;
    splitBrains.look(node);
    this.#world.waits?.demoted(node);
    replication.demoted(node, clock.nowNs);
    this.#resync.follow(node, primary);
  }

  /** What is under way to it and what clients believe is left as it is: it will answer MOVED. */
  #migrate(node: NodeId, primary: NodeId): void {
    const { nodes, replication } = this.#world;
    this.#hands.clearLane();
    nodes.goOver(node, nodes.shard[primary]!);
    replication.migrate(node, primary);
    this.#resync.start(node);
  }

  /** A node reads its own data set of so many keys; it answers LOADING until it is done. A replica then catches up. */
  load(node: NodeId, keys: number, bytesPerSec: number): void {
    const { clock, nodes, replication } = this.#world;
    const life = nodes.life[node];
    const doneNs = Math.round(clock.nowNs + (keys * this.#bytesPerKey * 1e9) / bytesPerSec);
    nodes.load(node, doneNs);
    clock.at(doneNs, () => {
      if (nodes.life[node] !== life) return;
      if (replication.follows[node] === NONE) this.#returned(node);
      else this.#resync.start(node);
    });
  }

  /** A primary is back with its data: its replicas hear of it again. */
  #returned(node: NodeId): void {
    const { infos, replication } = this.#world;
    for (const { id } of infos) if (replication.follows[id] === node) this.#resync.start(id);
  }

  /** A primary is back with nothing: its replicas follow it in that. */
  emptied(node: NodeId): void {
    const { infos, replication, nodes, clock } = this.#world;
    replication.emptied(node, clock.nowNs);
    for (const { id } of infos) {
      if (replication.follows[id] !== node || !nodes.isUp(id)) continue;
      this.#resync.stop(id);
      replication.copied(id, node, clock.nowNs);
      nodes.load(id, clock.nowNs);
    }
  }

  /** A replica asks its primary for what it lacks. */
  synchronise(node: NodeId): void {
    this.#resync.start(node);
  }
}
