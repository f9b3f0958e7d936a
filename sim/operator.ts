/**
 * An operator, or a script of one: has a node hand its primary role over before it is touched. It asks the node of
 * the shard that has most of the data, looks every 100 ms whether another one is primary, asks again when nothing has
 * come of it, and gives up after half a minute; then the node goes all the same.
 */
import type { HandOver, NodeId } from './strategy.ts';
import type { World } from './world.ts';

const LOOK_NS = 100e6;
/** A manual failover of Redis has run out after 5 s. */
const ASK_AGAIN_NS = 6e9;
const PATIENCE_NS = 30e9;

export class Operator {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** `then` runs when the node has no role to lose any more, or nobody takes it. */
  handOver(node: NodeId, how: HandOver, then: () => void = () => {}): void {
    const { nodes, control, clock } = this.#world;
    if (nodes.primary[node] === 0 || control?.handOver === undefined) {
      if (control === null) this.#tellClients(node, true);
      then();
      return;
    }
    const untilNs = clock.nowNs + PATIENCE_NS;
    let askedNs = -Infinity;
    const look = (): void => {
      if (this.#isReplaced(node) || clock.nowNs >= untilNs) {
        then();
        return;
      }
      if (clock.nowNs - askedNs >= ASK_AGAIN_NS) {
        const successor = this.#successorOf(node);
        if (successor === undefined) {
          then();
          return;
        }
        askedNs = clock.nowNs;
        control.handOver!(node, successor, how);
      }
      clock.after(LOOK_NS, look);
    };
    look();
  }

  /** The node is back: clients that were told it left are told so. */
  welcome(node: NodeId): void {
    if (this.#world.control === null) this.#tellClients(node, false);
  }

  #tellClients(node: NodeId, out: boolean): void {
    const { membership, setup, infos, nodes } = this.#world;
    const { shard } = infos[node]!;
    if (setup.strategy.failover?.module.ejects && nodes.primary[node] === 1) membership.withdraw(shard, out);
  }

  #isReplaced(node: NodeId): boolean {
    const { nodes } = this.#world;
    return nodes.primary[node] === 0 || this.#peers(node).some((peer) => nodes.primary[peer] === 1);
  }

  /** The replica that answers and has most of the data. */
  #successorOf(node: NodeId): NodeId | undefined {
    const { nodes, replication, clock } = this.#world;
    const nowNs = clock.nowNs;
    return this.#peers(node)
      .filter((peer) => nodes.hungUntilNs[peer]! <= nowNs && nodes.loadingUntilNs[peer]! <= nowNs)
      .toSorted((a, b) => replication.offset(b) - replication.offset(a))[0];
  }

  #peers(node: NodeId): NodeId[] {
    const { nodes, infos } = this.#world;
    return infos
      .map(({ id }) => id)
      .filter((peer) => peer !== node && nodes.shard[peer] === nodes.shard[node] && nodes.isUp(peer));
  }
}
