/** A loaded scenario: plain data, checked, every default and quantity resolved; modules are still names. */

import type { ConditionScope } from '../sim/conditions/parse.ts';
import type { Matrix } from '../sim/experiments/matrix.ts';
import type { Gate } from '../sim/gates/check.ts';
import type { Severity } from '../sim/gates/evaluate.ts';
import { nodesOf } from '../sim/layout.ts';
import type { ClusterSetup } from '../sim/setup.ts';
import type { RecordingOptions } from '../sim/traces/open.ts';
import type { Pace, ReplayKnobs } from '../sim/traces/replay.ts';
import { memoryOf } from './memory-schema.ts';
import type { Place, Problem } from './problem.ts';
import type { Settings, StrategyInput } from './schema.ts';

export const DEFAULT_DURATION_NS = 60e9;

export interface ScenarioStrategy {
  readonly name: string;
  readonly input: StrategyInput;
  /** The scenario's settings with this strategy's `with` laid over them. */
  readonly settings: Settings;
  /** `with`, as written: `cluster.shards 12`. */
  readonly overrides: readonly string[];
}

export interface ScenarioGate {
  readonly gate: Gate;
  readonly severity: Severity;
  readonly place: Place;
}

export interface ScenarioRecording {
  /** Absolute paths; several are merged by time. */
  readonly files: readonly string[];
  readonly options: RecordingOptions;
  readonly knobs: ReplayKnobs;
  readonly pace: Pace;
  /** Where the scenario says it, for messages: `file:line:column`. */
  readonly where: Readonly<Record<'file' | 'rate' | keyof ReplayKnobs, string>>;
}

export interface Scenario {
  /** Of the file, as given. */
  readonly path: string;
  readonly name: string;
  readonly question: string;
  /** First 16 hex digits of a SHA-256 over everything that decides what is simulated, but the seed. */
  readonly hash: string;
  /** The same of each section and strategy, 8 digits: tells what differs where `hash` does. */
  readonly parts: Readonly<Record<string, string>>;
  readonly seed: number;
  readonly settings: Settings;
  /** In the order of the file; never empty. */
  readonly strategies: readonly ScenarioStrategy[];
  /** Name of the strategy the others are compared with. */
  readonly reference: string;
  /** What must be read to run it; null where the workload is synthetic. */
  readonly recording: ScenarioRecording | null;
  /** Absolute paths. */
  readonly plugins: readonly string[];
  /** What `check` judges; no part of the hash. */
  readonly gates: readonly ScenarioGate[];
  /** What a sweep of it varies; no part of the hash. */
  readonly matrix: Matrix | null;
  /** Per month; no part of the hash. */
  readonly prices: { readonly node: number; readonly currency: string } | null;
  readonly warnings: readonly Problem[];
}

/** What a condition of this cluster can be about. */
export function conditionScopeOf(cluster: Settings['cluster']): ConditionScope {
  const setup = clusterOf(cluster);
  const { memory, queueLimit } = setup.node;
  const memoryIsLimited = memory !== null && memory.limitBytes < Infinity;
  return { nodes: nodesOf(setup), zones: cluster.zones, memoryIsLimited, queueLimit };
}

export function clusterOf({ node, replication, nodeNames, ...cluster }: Settings['cluster']): ClusterSetup {
  const { get, set, delete: remove, incr, perKiB, shape } = node.serviceTime;
  return {
    shards: cluster.shards,
    replicas: cluster.replicas,
    zones: cluster.zones,
    zoneAware: cluster.zoneAware,
    nodeNames: nodeNames ?? null,
    node: {
      threads: node.threads,
      queueLimit: node.queueLimit,
      serviceNs: [get, set, remove, incr],
      servicePerKiBNs: perKiB,
      serviceShape: shape,
      shedding: node.shedding && { targetNs: node.shedding.target, intervalNs: node.shedding.interval },
      memory: memoryOf(node),
    },
    start: cluster.start,
    replication: {
      lagNs: replication.lag,
      lagShape: replication.lagShape,
      resyncBytesPerSec: replication.resyncRate,
      minReplicas:
        replication.minReplicasToWrite === 0
          ? null
          : { toWrite: replication.minReplicasToWrite, maxLagNs: replication.minReplicasMaxLag },
      resync: {
        backlogBytes: replication.backlog,
        timeoutNs: replication.timeout,
        delayNs: replication.syncDelay,
        forkPerGiBNs: replication.forkTime,
        loadBytesPerSec: replication.loadRate,
        outputBuffer: {
          hardBytes: replication.outputBuffer.hard,
          softBytes: replication.outputBuffer.soft,
          softNs: replication.outputBuffer.softFor,
        },
      },
    },
  };
}
