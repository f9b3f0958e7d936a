/**
 * Redis Cluster's own failover, played as its messages and timers with its constants: gossip failure
 * detection, election by a majority of primaries, config epochs, CLUSTERDOWN, and the old primary's return.
 * Each node is a `Member` with a view of its own; nothing is shared but the messages.
 *
 * Source: Redis Cluster specification; redis src/cluster_legacy.c (7.x; Valkey 8 keeps the constants).
 * Not modelled: resharding, nodes that join or leave for good.
 */
import { z } from 'zod';
import { type ControlPlane, defineFailover, type FailoverContext } from '../../../sim/strategy.ts';
import { duration } from '../../params.ts';
import { Incidents } from '../incidents.ts';
import { type ClusterRules, Member } from './member.ts';
import { HEALTH } from './view.ts';

export const redisCluster = defineFailover({
  axis: 'failover',
  name: 'redis-cluster',
  summary: 'Nodes detect failures by gossip, primaries elect a replica, clients learn of it by redirection.',
  source: 'Redis Cluster specification; redis src/cluster_legacy.c',
  wins: 'No outside referee, at most one primary per slot and epoch, and most writes survive.',
  loses: 'Takes more than cluster-node-timeout, and by default every shard stops while one has no owner.',
  needs: ['replicas'],
  params: z.strictObject({
    nodeTimeout: duration('15s').describe('cluster-node-timeout: silence after which a node is suspected'),
    fullCoverage: z
      .boolean()
      .default(true)
      .describe('cluster-require-full-coverage: all nodes answer CLUSTERDOWN while a slot has no live owner'),
    validityFactor: z
      .number()
      .min(0)
      .default(10)
      .describe('cluster-replica-validity-factor: how old a candidate may be, in node timeouts; 0 for any'),
    replicationPing: duration('10s').describe(
      'repl-ping-replica-period: how long a primary may be silent to its replicas when nothing is wrong',
    ),
    readsWhenDown: z
      .boolean()
      .default(false)
      .describe('cluster-allow-reads-when-down: a node that answers CLUSTERDOWN answers reads all the same'),
    noFailover: z
      .boolean()
      .default(false)
      .describe('cluster-replica-no-failover: replicas take over by hand only'),
    replicaMigration: z
      .boolean()
      .default(true)
      .describe('cluster-allow-replica-migration: a primary without replicas gets one of another shard'),
    migrationBarrier: z
      .number()
      .int()
      .min(0)
      .default(1)
      .describe(
        'cluster-migration-barrier: replicas a primary keeps at least, when one goes to another shard',
      ),
  }),
  create: ({ nodeTimeout, replicationPing, replicaMigration, ...rules }) => ({
    control: (context) =>
      controlPlane(context, {
        ...rules,
        timeoutNs: nodeTimeout,
        replicationPingNs: replicationPing,
        allowMigration: replicaMigration,
      }),
  }),
});

function controlPlane(context: FailoverContext, rules: ClusterRules): ControlPlane {
  const incidents = new Incidents(context);
  const members: Member[] = [];
  for (const { id } of context.nodes) members[id] = new Member(id, context, rules, incidents, members);
  return {
    start: (node) => members[node]!.start(),
    handOver: (_from, to, how) => context.onNode(to, 0, () => members[to]!.handOver(how)),
    shardSeenBy: (node, other) => members[node]!.view.shardOf[other]!,
    primarySeenBy: (node, shard) => members[node]!.view.primaryOf[shard]!,
    failedSeenBy: (node, other) => members[node]!.view.health[other] === HEALTH.fail,
  };
}
