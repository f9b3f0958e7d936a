/** The Redis servers as sentinels deal with them: INFO, and REPLICAOF. Roles survive a restart (CONFIG REWRITE). */
import { type FailoverContext, NONE, type NodeId } from '../../../sim/strategy.ts';

/** What INFO says. */
export interface Info {
  /** Drawn at each start; the last tie-break between replicas. */
  readonly runId: number;
  /** NONE for a primary. */
  readonly primary: NodeId;
  readonly offset: number;
}

export class Servers {
  readonly #context: FailoverContext;
  readonly #runId: number[] = [];
  /** [node] NONE for a primary */
  readonly primary: NodeId[];

  constructor(context: FailoverContext) {
    this.#context = context;
    const { nodes } = context;
    this.primary = nodes.map((node) =>
      node.primary ? NONE : nodes.find((other) => other.primary && other.shard === node.shard)!.id,
    );
  }

  start(node: NodeId): void {
    this.#runId[node] = this.#context.rng.u32();
  }

  info(node: NodeId): Info {
    const offset = this.#context.replicationOffset(node);
    return { runId: this.#runId[node]!, primary: this.primary[node]!, offset };
  }

  /** REPLICAOF NO ONE, sent by the leader of failover `epoch`. */
  promote(node: NodeId, epoch: number, isVoted: boolean): void {
    if (this.primary[node] === NONE) return;
    this.primary[node] = NONE;
    this.#context.promote(node, this.#context.nodes[node]!.shard, epoch, isVoted);
    this.#context.log('promoted', node, node);
  }

  /** REPLICAOF. */
  replicate(node: NodeId, primary: NodeId): void {
    const before = this.primary[node]!;
    if (before === primary) return;
    this.primary[node] = primary;
    if (before === NONE) {
      this.#context.demote(node, primary);
      this.#context.log('demoted', node, primary);
    } else {
      this.#context.follow(node, primary);
    }
  }
}
