/**
 * Redis Cluster's own failover, played as its messages and timers with its constants: gossip failure
 * detection, election by a majority of primaries, config epochs, CLUSTERDOWN, and the old primary's return.
 *
 * Source: Redis Cluster specification; redis src/cluster_legacy.c (7.x, Valkey keeps the constants).
 * Differs: the bus's link resets and replica migration are left out; a replica's data age is judged by the last
 * bus message of its primary.
 */
import { z } from 'zod';
import {
  type ControlPlane,
  defineFailover,
  type FailoverContext,
  type NodeId,
} from '../../../sim/strategy.ts';
import { duration } from '../../params.ts';
import { ClusterState } from './cluster-state.ts';
import { Election } from './election.ts';
import { type Claim, Gossip } from './gossip.ts';
import { HEALTH, Views } from './views.ts';

const MS = 1e6;
const TICK_NS = 100 * MS;
const TICKS_PER_RANDOM_PING = 10;

const params = z.strictObject({
  nodeTimeout: duration('15s').describe('cluster-node-timeout: silence after which a node is suspected'),
  fullCoverage: z
    .boolean()
    .default(true)
    .describe('cluster-require-full-coverage: every node answers CLUSTERDOWN while a slot has no live owner'),
  validityFactor: z
    .number()
    .min(0)
    .default(10)
    .describe('cluster-replica-validity-factor: how stale a candidate may be, in node timeouts; 0 for any'),
});
type Params = z.output<typeof params>;

export const redisCluster = defineFailover({
  axis: 'failover',
  name: 'redis-cluster',
  summary: 'Nodes detect failures by gossip, primaries elect a replica, clients learn of it by redirection.',
  source: 'Redis Cluster specification; redis src/cluster_legacy.c',
  wins: 'No outside referee; at most one primary per slot and epoch; most writes survive.',
  loses: 'Takes more than cluster-node-timeout, and by default every shard stops while one has no owner.',
  needs: ['replicas'],
  params,
  create: (chosen) => ({ control: (context) => new RedisCluster(chosen, context) }),
});

class RedisCluster implements ControlPlane {
  readonly #context: FailoverContext;
  readonly #views: Views;
  readonly #gossip: Gossip;
  readonly #election: Election;
  readonly #state: ClusterState;
  readonly #ticks: Int32Array;

  constructor({ nodeTimeout, fullCoverage, validityFactor }: Params, context: FailoverContext) {
    const views = new Views(context.nodes, context.shardCount);
    this.#context = context;
    this.#views = views;
    this.#ticks = new Int32Array(views.nodeCount);
    this.#state = new ClusterState(context, views, nodeTimeout, fullCoverage);
    this.#gossip = new Gossip(context, views, nodeTimeout, {
      claimOf: (node) => this.#claimOf(node),
      heardFrom: (observer, sender, claim) => this.#heardFrom(observer, sender, claim),
      healthChanged: (observer) => this.#state.update(observer),
      failed: (observer, node) => {
        if (views.ownerOf(observer, views.shardOf[observer]!) === node) this.#election.consider(observer);
      },
    });
    this.#election = new Election(context, views, nodeTimeout, validityFactor, {
      won: (node, shard, epoch) => {
        this.#take(node, shard, node, epoch);
        context.log('promoted', node, node);
        context.promote(node, shard, epoch);
        this.#gossip.broadcast(node);
      },
    });
  }

  start(node: NodeId): void {
    const restarted = this.#context.now() > 0;
    this.#views.forgetHealth(node, this.#context.now());
    this.#election.start(node);
    this.#state.start(node, restarted);
    const phaseNs = this.#context.rng.below(TICK_NS / MS) * MS;
    this.#context.onNode(node, phaseNs, () => {
      if (restarted) this.#gossip.pingEverybody(node);
      this.#tick(node);
    });
  }

  primarySeenBy(node: NodeId, shard: number): NodeId {
    return this.#views.ownerOf(node, shard);
  }

  failedSeenBy(node: NodeId, other: NodeId): boolean {
    return this.#views.healthOf(node, other) === HEALTH.fail;
  }

  #tick(node: NodeId): void {
    const tick = this.#ticks[node]! + 1;
    this.#ticks[node] = tick;
    if (tick % TICKS_PER_RANDOM_PING === 0) this.#gossip.pingOldest(node);
    this.#gossip.checkPeers(node);
    this.#election.consider(node);
    this.#state.update(node);
    this.#context.onNode(node, TICK_NS, () => this.#tick(node));
  }

  #claimOf(node: NodeId): Claim {
    const shard = this.#views.shardOf[node]!;
    return {
      currentEpoch: this.#views.currentEpoch[node]!,
      primary: this.#views.ownerOf(node, shard) === node,
      configEpoch: this.#views.epochOf(node, shard),
    };
  }

  /** A newer claim to a shard is believed; an older one is answered with what is newer (UPDATE). */
  #heardFrom(observer: NodeId, sender: NodeId, claim: Claim): void {
    const views = this.#views;
    views.currentEpoch[observer] = Math.max(views.currentEpoch[observer]!, claim.currentEpoch);
    if (!claim.primary) return;
    const shard = views.shardOf[sender]!;
    const owner = views.ownerOf(observer, shard);
    const epoch = views.epochOf(observer, shard);
    if (claim.configEpoch > epoch) this.#take(observer, shard, sender, claim.configEpoch);
    else if (claim.configEpoch < epoch && owner !== sender)
      this.#context.send(observer, sender, () => {
        if (epoch > views.epochOf(sender, shard)) this.#take(sender, shard, owner, epoch);
      });
  }

  /** The observer believes in a new owner; the shard's own nodes act on it. */
  #take(observer: NodeId, shard: number, owner: NodeId, epoch: number): void {
    const before = this.#views.ownerOf(observer, shard);
    this.#views.setOwner(observer, shard, owner, epoch);
    if (before !== owner && observer !== owner && this.#views.shardOf[observer] === shard) {
      if (before === observer) {
        this.#context.log('demoted', observer, observer);
        this.#context.demote(observer, owner);
      } else {
        this.#context.follow(observer, owner);
      }
    }
    this.#state.update(observer);
  }
}
