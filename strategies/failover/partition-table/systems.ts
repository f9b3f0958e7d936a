/** What differs between the systems that publish a partition table, and their defaults. */
import type { Nanos } from '../../../sim/strategy.ts';

const MS = 1e6;
const SECOND = 1e9;

export interface MembershipRules {
  readonly heartbeatNs: Nanos;
  /** Silence after which a member is suspected. */
  readonly suspectAfterNs: Nanos;
  /** Further time of suspicion after which it is removed. */
  readonly removeAfterNs: Nanos;
  /** The one who decides looks this often. */
  readonly decisionPeriodNs: Nanos;
  /** Only with more than half of all members in sight. */
  readonly needsMajority: boolean;
  /** Removals until somebody resets the count. */
  readonly maxRemovals: number;
  /** A removed member that is heard again is taken back as a replica. */
  readonly rejoins: boolean;
}

export const SYSTEMS = {
  /** ClusterHeartbeatManager: deadline detector, hazelcast.heartbeat.interval.seconds, max.no.heartbeat.seconds. */
  hazelcast: {
    heartbeatNs: 5 * SECOND,
    suspectAfterNs: 60 * SECOND,
    removeAfterNs: 0,
    decisionPeriodNs: 5 * SECOND,
    needsMajority: false,
    maxRemovals: Infinity,
    rejoins: true,
  },
  /** ns_server: heartbeats missing for 2 s; then auto_failover_logic counts 120 s by ticks; adding back is manual. */
  couchbase: {
    heartbeatNs: SECOND,
    suspectAfterNs: 2 * SECOND,
    removeAfterNs: 120 * SECOND,
    decisionPeriodNs: SECOND,
    needsMajority: true,
    maxRemovals: 1,
    rejoins: false,
  },
  /** as/src/fabric/hb.c, clustering.c: 10 x 150 ms, then the next quantum of min(5 s, 1500 + 2 x (150 + 5) ms). */
  aerospike: {
    heartbeatNs: 150 * MS,
    suspectAfterNs: 1500 * MS,
    removeAfterNs: 0,
    decisionPeriodNs: 1810 * MS,
    needsMajority: false,
    maxRemovals: Infinity,
    rejoins: true,
  },
} as const satisfies Record<string, MembershipRules>;
