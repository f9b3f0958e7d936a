/**
 * Topology that is pushed: each client subscribes to one node that knows (a sentinel's +switch-master, a watch on a
 * configuration store, a stream of partition tables) and hears at once what that node comes to believe, one delay of the
 * network later. A client asks its node now and then whether it is there, and takes another one when no answer comes: what
 * happened meanwhile is in the answer to its subscription.
 */
import { type RandomStream, stream } from './rng.ts';
import { NONE, type NodeId } from './strategy.ts';
import type { World } from './world.ts';

/** Questions whether a node that pushes is still there; so often go-redis and Jedis ping those they subscribe to, within a factor of two. */
const HEARTBEAT_NS = 5e9;

/** What a topology knows that a subscription needs. */
export interface Publisher {
  readonly informants: readonly NodeId[];
  /** What the node believes now, as one comparable text. */
  beliefOf(node: NodeId): string;
  /** The client learns what the node believes. */
  teach(client: number, node: NodeId): () => void;
  /** Whether the node answers now. */
  answers(node: NodeId): boolean;
}

/** COLD. */
export class TopologyPush {
  readonly #world: World;
  readonly #publisher: Publisher;
  readonly #rng: RandomStream;
  /** [client] whom it subscribed to, and in which life of that node; NONE for nobody. */
  readonly #node: Int32Array;
  readonly #life: Int32Array;
  /** [node] what it last told. */
  readonly #told: string[];
  #planned = false;

  constructor(world: World, publisher: Publisher) {
    const { clients, clock } = world;
    this.#world = world;
    this.#publisher = publisher;
    this.#rng = stream(world.seed, 'topology-push');
    this.#told = world.infos.map(({ id }) => publisher.beliefOf(id));
    const { informants } = publisher;
    this.#node = Int32Array.from(
      { length: clients.count },
      (_, client) => informants[client % informants.length]!,
    );
    this.#life = new Int32Array(clients.count);
    for (let client = 0; client < clients.count; client++)
      clock.after(HEARTBEAT_NS * this.#rng.float(), () => {
        this.#check(client);
        clock.every(HEARTBEAT_NS, () => this.#check(client));
      });
  }

  /** The node may have come to believe something else; NONE for any of them. */
  changed(node: NodeId): void {
    if (node !== NONE) {
      this.#publish(node);
      return;
    }
    if (this.#planned) return;
    this.#planned = true;
    this.#world.clock.after(0, () => {
      this.#planned = false;
      for (const informant of this.#publisher.informants) this.#publish(informant);
    });
  }

  #publish(node: NodeId): void {
    const { nodes } = this.#world;
    const belief = this.#publisher.beliefOf(node);
    if (belief === this.#told[node] || !nodes.isUp(node)) return;
    this.#told[node] = belief;
    for (let client = 0; client < this.#node.length; client++)
      if (this.#node[client] === node && this.#life[client] === nodes.life[node]) this.#tell(client, node);
  }

  #tell(client: number, node: NodeId): void {
    const { network, clock } = this.#world;
    const learn = this.#publisher.teach(client, node);
    clock.at(network.aside(client, node, false, clock.nowNs), learn);
  }

  /** Is the node it subscribed to still there, and the same? */
  #check(client: number): void {
    const { network, clock, nodes } = this.#world;
    const node = this.#node[client]!;
    const { answers, informants } = this.#publisher;
    clock.at(network.aside(client, node, true, clock.nowNs), () => {
      if (answers(node) && this.#life[client] === nodes.life[node]) return;
      const others = informants.filter((other) => other !== node);
      this.#subscribe(client, others.length === 0 ? node : others[this.#rng.below(others.length)]!);
    });
  }

  /** The answer tells what the node believes. One that does not answer is found out by the next heartbeat. */
  #subscribe(client: number, node: NodeId): void {
    const { network, clock, nodes } = this.#world;
    this.#node[client] = node;
    this.#life[client] = NONE;
    clock.at(network.aside(client, node, true, clock.nowNs), () => {
      if (this.#node[client] !== node || !this.#publisher.answers(node)) return;
      this.#life[client] = nodes.life[node]!;
      this.#tell(client, node);
    });
  }
}
