/**
 * Redis Sentinel: observers beside the servers that ping them, agree that a primary is down, elect a leader among
 * themselves, and let it promote a replica. Played as their messages and timers with their constants.
 *
 * Each sentinel runs beside a node, spread over the zones from the last node (a replica) to the first, and shares the
 * node's fate; clients ask the sentinels alone. A server that is asked for a write while it is a replica names its
 * primary, which stands for READONLY and the client's question to a sentinel.
 * Source: redis src/sentinel.c (7.x); redis.io, "High availability with Redis Sentinel".
 * SENTINEL FAILOVER promotes without asking anybody, the old primary included: what that is sent until a sentinel corrects
 * it, 8 s later and more, is lost (redis issue 6062).
 * Not modelled: connections that are reset (a killed process is noticed by its silence, like a dead host),
 * replica priorities that differ, broken replication links, scripts, SENTINEL RESET,
 * pushes of +switch-master to clients that subscribe.
 */
import { z } from 'zod';
import {
  type ControlPlane,
  defineFailover,
  type FailoverContext,
  NONE,
  type NodeId,
  type NodeInfo,
} from '../../../sim/strategy.ts';
import { duration } from '../../params.ts';
import { Incidents } from '../incidents.ts';
import type { SentinelRules } from './group.ts';
import { Sentinel } from './sentinel.ts';
import { Servers } from './servers.ts';

export const redisSentinel = defineFailover({
  axis: 'failover',
  name: 'redis-sentinel',
  summary: 'Sentinels watch the servers, elect a leader by majority, and it promotes a replica.',
  source: 'redis src/sentinel.c; Redis documentation, High availability with Redis Sentinel',
  wins: 'Each shard fails over by itself: the others serve on, however few shards there are.',
  loses:
    'A primary that returns is primary beside its successor for 10 s and more, until a sentinel corrects it.',
  needs: ['replicas'],
  params: z.strictObject({
    sentinels: z.int().min(1).default(3).describe('how many sentinels there are, at most one per node'),
    quorum: z.int().min(1).default(2).describe('sentinels that must agree that a primary is down'),
    downAfter: duration('30s').describe('down-after-milliseconds: silence after which a server is down'),
    failoverTimeout: duration('180s').describe('failover-timeout: half the pause before another attempt'),
    parallelSyncs: z.int().min(1).default(1).describe('parallel-syncs: replicas reconfigured at a time'),
  }),
  create: ({ sentinels, quorum, downAfter, failoverTimeout, parallelSyncs }) => ({
    control: (context) =>
      controlPlane(context, sentinels, {
        downAfterNs: downAfter,
        quorum,
        failoverTimeoutNs: failoverTimeout,
        parallelSyncs,
      }),
  }),
});

function controlPlane(context: FailoverContext, count: number, rules: SentinelRules): ControlPlane {
  const servers = new Servers(context);
  const hosts = hostsOf(context.nodes, count);
  const sentinels: Sentinel[] = [];
  const shared = { servers, incidents: new Incidents(context), sentinels };
  for (let i = 0; i < hosts.length; i++) sentinels[i] = new Sentinel(i, hosts, context, rules, shared);
  const beside = new Map(sentinels.map((sentinel) => [sentinel.host, sentinel]));
  let asked = 0;
  return {
    informants: hosts,
    start: (node) => {
      servers.start(node);
      beside.get(node)?.start();
    },
    handOver: (from) => {
      // Asked again, the operator turns to the next one.
      const sentinel = sentinels[asked++ % sentinels.length]!;
      context.onNode(sentinel.host, 0, () => sentinel.forceFailover(context.nodes[from]!.shard));
    },
    primarySeenBy: (node, shard) => {
      const announced = beside.get(node)?.groups[shard]?.announced ?? node;
      const follows = servers.primary[node]!;
      const isReplica = context.nodes[node]!.shard === shard && follows !== NONE;
      return announced === node && isReplica ? follows : announced;
    },
    failedSeenBy: (node, other) => {
      const group = beside.get(node)?.groups[context.nodes[other]!.shard];
      return group?.instances.some((instance) => instance.node === other && instance.isDown) ?? false;
    },
  };
}

/** One sentinel per zone in turn, beside the last nodes first. */
function hostsOf(nodes: readonly NodeInfo[], count: number): NodeId[] {
  const hosts: NodeInfo[] = [];
  const inZone = (zone: number): number => hosts.filter((host) => host.zone === zone).length;
  while (hosts.length < Math.min(count, nodes.length)) {
    const free = nodes.filter((node) => !hosts.includes(node)).toReversed();
    hosts.push(free.toSorted((a, b) => inZone(a.zone) - inZone(b.zone))[0]!);
  }
  return hosts.map(({ id }) => id);
}
