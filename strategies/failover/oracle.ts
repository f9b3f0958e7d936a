/**
 * The best any server side could do: the moment a primary crashes, its replica that has applied most writes is
 * primary, and every node knows. What is left of an outage is the clients' own: their timeouts, their retries and
 * how they learn of the change. A bound, not a competitor.
 *
 * Crashes alone count as failures: a node that hangs, limps or is cut off keeps its role. A shard with no replica up
 * waits for the first of its nodes to return, which takes over with the empty memory it has.
 */
import { z } from 'zod';
import {
  type ControlPlane,
  defineFailover,
  type FailoverContext,
  type NodeId,
  type ShardId,
} from '../../sim/strategy.ts';

export const oracle = defineFailover({
  axis: 'failover',
  name: 'oracle',
  summary: 'A crashed primary is replaced by its best replica at once, and every node knows: a bound.',
  source: 'No system: the lower bound for detection, election and gossip together',
  wins: 'Shows which part of an outage is detection and election, and which the clients make themselves.',
  loses: 'Writes that no replica had are lost all the same: haste cannot bring back what was not copied.',
  needs: ['oracle', 'replicas'],
  params: z.strictObject({}),
  create: () => ({ control: (context) => new OraclePlane(context) }),
});

class OraclePlane implements ControlPlane {
  readonly #context: FailoverContext;
  /** [shard] */
  readonly #primaryOf: NodeId[] = [];
  readonly #up = new Set<NodeId>();
  readonly #crashed = new Set<NodeId>();
  #epoch = 0;

  constructor(context: FailoverContext) {
    this.#context = context;
    for (const { id, shard, primary } of context.nodes) if (primary) this.#primaryOf[shard] = id;
  }

  start(node: NodeId): void {
    this.#up.add(node);
    if (!this.#crashed.delete(node)) return;
    const shard = this.#shardOf(node);
    const primary = this.#primaryOf[shard]!;
    if (primary === node) return;
    if (this.#up.has(primary)) {
      this.#context.demote(node, primary);
      this.#context.log('demoted', node, primary);
    } else {
      this.#promote(node, shard);
    }
  }

  crashed(node: NodeId): void {
    this.#up.delete(node);
    this.#crashed.add(node);
    const shard = this.#shardOf(node);
    if (this.#primaryOf[shard] !== node) return;
    const replicas = this.#replicasUp(shard);
    const best = replicas.toSorted((a, b) => this.#offset(b) - this.#offset(a))[0];
    if (best === undefined) return;
    this.#context.log('detected', node, best);
    this.#promote(best, shard);
  }

  handOver(from: NodeId, to: NodeId): void {
    if (this.#primaryOf[this.#shardOf(from)] !== from) return;
    this.#promote(to, this.#shardOf(from));
    if (!this.#up.has(from)) return;
    this.#context.demote(from, to);
    this.#context.log('demoted', from, to);
  }

  primarySeenBy(_node: NodeId, shard: ShardId): NodeId {
    return this.#primaryOf[shard]!;
  }

  failedSeenBy(_node: NodeId, other: NodeId): boolean {
    return !this.#up.has(other);
  }

  #promote(node: NodeId, shard: ShardId): void {
    this.#context.promote(node, shard, ++this.#epoch);
    this.#primaryOf[shard] = node;
    this.#context.log('promoted', node, node);
    for (const replica of this.#replicasUp(shard)) this.#context.follow(replica, node);
  }

  #replicasUp(shard: ShardId): NodeId[] {
    return this.#context.nodes
      .filter(({ id, shard: its }) => its === shard && id !== this.#primaryOf[shard] && this.#up.has(id))
      .map(({ id }) => id);
  }

  #offset(node: NodeId): number {
    return this.#context.replicationOffset(node);
  }

  #shardOf(node: NodeId): ShardId {
    return this.#context.nodes[node]!.shard;
  }
}
