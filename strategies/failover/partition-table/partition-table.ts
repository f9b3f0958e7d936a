/**
 * Data grids whose members hold each other's backups: members send heartbeats to each other, the oldest one removes
 * who is silent and publishes a new partition table, in which the first backup owns what the member owned.
 *
 * Source: Hazelcast reference manual (failure detectors, partition table) and ClusterHeartbeatManager; Couchbase
 * ns_server (auto_failover, auto_failover_logic); Aerospike as/src/fabric/{hb,clustering}.c.
 * Not modelled: backups scattered over all members (a shard's replicas hold them all), the copies made anew after a
 * loss, connections that are reset (Hazelcast suspects a killed process by them in less than a second), a returned
 * member's new identity (one back before it is removed keeps its role), Paxos and orchestrator leases beyond "the
 * oldest in sight", split-brain merges (the greater epoch holds).
 */
import { z } from 'zod';
import { type ControlPlane, defineFailover, type FailoverContext } from '../../../sim/strategy.ts';
import { optionalDuration } from '../../params.ts';
import { Incidents } from '../incidents.ts';
import { Member } from './member.ts';
import { type MembershipRules, SYSTEMS } from './systems.ts';

export const partitionTable = defineFailover({
  axis: 'failover',
  name: 'partition-table',
  summary:
    'The oldest member removes silent ones, and publishes a table in which their backups own their data.',
  source: 'Hazelcast ClusterHeartbeatManager; Couchbase ns_server auto-failover; Aerospike fabric/hb.c',
  wins: 'Backups are promoted by one message without an election, also when most members are gone at once.',
  loses: 'Safe timeouts are long, a minute and more: until then the keys of the silent member fail.',
  needs: ['replicas'],
  params: z.strictObject({
    like: z
      .enum(['hazelcast', 'couchbase', 'aerospike'])
      .default('hazelcast')
      .describe('whose detector and defaults'),
    heartbeat: optionalDuration().describe(
      'period of heartbeats; 5s, 1s, 150ms in hazelcast, couchbase, aerospike',
    ),
    suspectAfter: optionalDuration().describe('silence that makes a member suspect; 60s, 2s, 1500ms'),
    removeAfter: optionalDuration().describe('further time until it is removed; 0s, 120s, 0s'),
    decisionPeriod: optionalDuration().describe('how often the oldest member decides; 5s, 1s, 1810ms'),
  }),
  create: ({ like, heartbeat, suspectAfter, removeAfter, decisionPeriod }) => {
    const system = SYSTEMS[like];
    const rules: MembershipRules = {
      ...system,
      heartbeatNs: heartbeat ?? system.heartbeatNs,
      suspectAfterNs: suspectAfter ?? system.suspectAfterNs,
      removeAfterNs: removeAfter ?? system.removeAfterNs,
      decisionPeriodNs: decisionPeriod ?? system.decisionPeriodNs,
    };
    return { control: (context) => controlPlane(context, rules) };
  },
});

function controlPlane(context: FailoverContext, rules: MembershipRules): ControlPlane {
  const incidents = new Incidents(context);
  const members: Member[] = [];
  for (const { id } of context.nodes) members[id] = new Member(id, context, rules, incidents, members);
  return {
    start: (node) => members[node]!.start(),
    handOver: (from, to) => context.onNode(from, 0, () => members[from]!.leave(to)),
    primarySeenBy: (node, shard) => members[node]!.table.primaries[shard]!,
    failedSeenBy: (node, other) => members[node]!.table.removed.has(other) || members[node]!.suspects(other),
  };
}
