/**
 * What a primary knows of its replicas: how far each has come, and when it last said so (REPLCONF ACK). A replica tells
 * once a second (replication.c, replicationCron), and at once when a write is waited for, because WAIT sends GETACK down
 * the stream behind it. The primary reads that when it gets to it, and with it all that has come meanwhile; it takes no
 * time of its own.
 *
 * Once a second, and when a replica comes or its connection breaks, a primary counts those it heard of lately; with fewer
 * than it needs it refuses writes (min-replicas-to-write). Its clock has whole seconds. A replica whose host is gone
 * leaves the connection as it is: only its silence tells.
 */
import { EVENT } from '../clock.ts';
import { NODE_STATE } from '../nodes.ts';
import { stream } from '../rng.ts';
import { NONE, type NodeId } from '../strategy.ts';
import type { World } from '../world.ts';
import { AcknowledgementLine } from './acknowledgement-line.ts';

const CRON_NS = 1e9;

export class Acknowledgements {
  readonly #world: World;
  /** [connection] what was told on it, and is yet to be read */
  readonly #lines: AcknowledgementLine[] = [];
  /** [node] position that its primary knows it to have */
  readonly #position: Float64Array;
  /** [node] when its primary heard of it last */
  readonly #heardNs: Float64Array;
  /** [node] 1 while it takes no writes */
  readonly #refuses: Uint8Array;
  /** A primary has read how far a replica is. */
  onRead: (primary: NodeId) => void = () => {};

  constructor(world: World) {
    const { infos, clock, seed } = world;
    this.#world = world;
    this.#position = new Float64Array(infos.length);
    this.#heardNs = new Float64Array(infos.length);
    this.#refuses = new Uint8Array(infos.length);
    const phase = stream(seed, 'replication-cron');
    for (const { id } of infos) {
      if (world.replication.isConnected(id)) this.#open(id);
      this.#count(id);
      clock.at(Math.round(phase.float() * CRON_NS), () => this.#cron(id));
    }
  }

  /** HOT. The node takes no writes: too few replicas follow it. */
  refuses(node: NodeId): boolean {
    return this.#refuses[node] === 1;
  }

  /** HOT. Position that at least so many replicas of the primary are known to have; -1 where it has fewer. */
  reachedBy(replicas: number, primary: NodeId): number {
    const links = this.#world.replication.linksOf(primary);
    let best = -1;
    for (let i = 0; i < links.length; i++) {
      const position = this.#position[links[i]!.to]!;
      if (position <= best) continue;
      let known = 0;
      for (let j = 0; j < links.length; j++) if (this.#position[links[j]!.to]! >= position) known++;
      if (known >= replicas) best = position;
    }
    return best;
  }

  /** HOT. The replica will have executed all it has received at `atNs`, and is asked to say so. */
  executed(node: NodeId, atNs: number): void {
    this.#tell(node, atNs);
  }

  /** COLD. The node is in step with its primary from now on. */
  connected(node: NodeId, nowNs: number): void {
    this.#open(node);
    this.#position[node] = -1;
    this.#heardNs[node] = nowNs;
    this.#count(this.#world.replication.follows[node]!);
  }

  #open(node: NodeId): void {
    const { replication } = this.#world;
    const primary = replication.follows[node]!;
    this.#lines[replication.connectionOf(node)] = new AcknowledgementLine(node, primary);
  }

  /** COLD. The node's connection to that primary is no more. */
  disconnected(primary: NodeId): void {
    this.#count(primary);
  }

  #cron(node: NodeId): void {
    const { nodes, clock, replication } = this.#world;
    clock.after(CRON_NS, () => this.#cron(node));
    if (!nodes.isUp(node) || nodes.hungUntilNs[node]! > clock.nowNs) return;
    if (replication.isConnected(node)) this.#tell(node, clock.nowNs);
    this.#count(node);
  }

  #count(primary: NodeId): void {
    const { minReplicas } = this.#world.setup.cluster.replication;
    if (minReplicas === null || primary === NONE) return;
    const { infos, replication, nodes, clock } = this.#world;
    const nowSec = Math.floor(clock.nowNs / 1e9);
    let good = 0;
    for (const { id } of infos) {
      if (replication.follows[id] !== primary) continue;
      if (!replication.isConnected(id) && nodes.state[id] !== NODE_STATE.hostDown) continue;
      const lagSec = nowSec - Math.floor(this.#heardNs[id]! / 1e9);
      if (lagSec * 1e9 <= minReplicas.maxLagNs) good++;
    }
    this.#refuses[primary] = good < minReplicas.toWrite ? 1 : 0;
  }

  #tell(node: NodeId, atNs: number): void {
    const { network, replication } = this.#world;
    const connection = replication.connectionOf(node);
    const line = this.#lines[connection]!;
    line.push(replication.positionOf(node), network.toldNs(node, line.primary, atNs));
    if (!line.isAwaited) this.#await(connection, line);
  }

  #await(connection: number, line: AcknowledgementLine): void {
    const { queue, clock } = this.#world;
    line.isAwaited = true;
    queue.push(Math.max(line.nextNs, clock.nowNs), EVENT.acknowledged, connection);
  }

  /** The first in line has reached the primary, or has its turn there. */
  arrive(connection: number): void {
    const { nodes, replication, queue, clock } = this.#world;
    const line = this.#lines[connection]!;
    const { replica, primary } = line;
    if (replication.connectionOf(replica) !== connection || !nodes.isUp(primary)) return;
    const waitNs = line.isInTurn ? 0 : nodes.waitNs(primary, clock.nowNs);
    if (waitNs > 0) {
      line.isInTurn = true;
      queue.push(clock.nowNs + waitNs, EVENT.acknowledged, connection);
      return;
    }
    line.isInTurn = false;
    line.isAwaited = false;
    this.#position[replica] = Math.max(this.#position[replica]!, line.read(clock.nowNs));
    this.#heardNs[replica] = clock.nowNs;
    if (line.count > 0) this.#await(connection, line);
    this.onRead(primary);
  }
}
