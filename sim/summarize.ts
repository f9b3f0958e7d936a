/** From what was recorded to the result: names instead of ids, milliseconds instead of nanoseconds. */
import { longestWaitNs } from './connections.ts';
import { metastabilityOf } from './metastability.ts';
import { partitionMapOf } from './metrics/partition-map.ts';
import type { Recorder } from './metrics/recorder.ts';
import type {
  ConnectionsResult,
  RebalanceResult,
  RequestCounts,
  RunResult,
  TenantResult,
  WaitsResult,
} from './result.ts';
import type { Bound, Setup } from './setup.ts';
import type { HotKeys } from './strategy.ts';
import { failoverResult, resyncResult, whatFaultsDid } from './summary/faults.ts';
import { curveOf, finite, ms, quantilesOf, timeSummary } from './summary/figures.ts';
import { copyBytes, hotspotsOf, topKeys, treatmentOf } from './summary/hot-keys.ts';
import { divergenceOf, imbalanceOf, nodeResult } from './summary/nodes.ts';
import { stationsOf, timelineOf } from './summary/timeline.ts';
import { openRequests, type World } from './world.ts';

export interface RunEnd {
  readonly world: World;
  readonly hotKeys: HotKeys | null;
  /** [key] requests */
  readonly keyCounts: Uint32Array;
  /** End of arrivals. */
  readonly endNs: number;
  readonly partial: boolean;
  readonly replication: number;
}

export function summarize(end: RunEnd): RunResult {
  const { world, endNs } = end;
  const { recorder, setup, seed, membership } = world;
  const { counters } = recorder;
  const nodes = world.infos.map((_, node) => nodeResult(world, node, endNs));
  const treatment = end.hotKeys && treatmentOf(world, end.hotKeys);
  const failover = recorder.outages.all.map((outage) => failoverResult(world, outage));
  const timeline = timelineOf(world);
  const faults = [...setup.faults, ...world.struck].sort((a, b) => a.atNs - b.atNs);
  // Nobody will answer them; when the run was cut short, somebody might have.
  const unanswered = end.partial ? 0 : openRequests(world);
  return {
    strategy: setup.strategy.name,
    composition: compositionOf(world),
    bound: modulesOf(world).some(({ module }) => module.needs?.includes('oracle')),
    seed,
    replication: end.replication,
    fingerprint: recorder.fingerprint.toString(),
    partial: end.partial,
    simulatedMs: ms(endNs),
    requests: requestCounts(world),
    responseTime: timeSummary(recorder.response),
    waitingTime: timeSummary(recorder.waiting),
    serviceTime: timeSummary(recorder.service),
    responseCurve: curveOf(recorder.response),
    responses: recorder.response.nonEmpty(),
    p99WithFailures: finite(recorder.response.quantile(0.99, counters.failed + unanswered)),
    tenants: tenantResults(recorder),
    nodes,
    imbalance: imbalanceOf(nodes.map((node) => node.attempts)),
    hotspots: hotspotsOf(world),
    hotKeys: topKeys(world, end.keyCounts),
    hotKeyTreatment: treatment,
    rebalance: rebalanceOf(world),
    partitions: partitionMapOf(world, end.keyCounts),
    failover,
    resyncs: recorder.resyncs.map((resync) => resyncResult(world, resync)),
    ...whatFaultsDid(world, faults, timeline),
    events: world.events.map(({ atNs, event, node, by }) => ({ atMs: ms(atNs), event, node, by })),
    lostWrites: counters.lostWrites,
    waits: waitsOf(world),
    staleReads: counters.staleReads,
    connections: connectionsOf(world),
    staleFor: quantilesOf(recorder.stale),
    cache: {
      hitRatio: counters.gets > 0 ? 1 - counters.misses / counters.gets : null,
      misses: counters.misses,
      expired: counters.expired,
      expiredLazily: counters.expiredLazily,
      expiredActively: counters.expiredActively,
      evictions: nodes.reduce((sum, { memory }) => sum + (memory?.evictions ?? 0), 0),
      originRequests: world.origin?.requests ?? 0,
      originPeakPerSec: (Math.max(0, ...recorder.steps.origin) * 1e9) / recorder.stepNs,
      originErrors: counters.originErrors,
      leaseWaits: counters.leaseWaits,
      earlyRefreshes: counters.earlyRefreshes,
    },
    movedKeys: membership.movedKeys,
    memoryOverhead: treatment
      ? treatment.detectorBytes + treatment.localBytes + copyBytes(world, treatment)
      : 0,
    cost: { nodes: nodes.length },
    diverged: divergenceOf(world, endNs),
    metastable: metastabilityOf(
      timeline,
      faults,
      failover,
      longestLifeMs(setup),
      stationsOf(world, timeline),
    ),
    timeline,
    perf: { wallSeconds: 0, requestsPerSecond: 0, events: world.queue.scheduled, peakRssMiB: 0 },
  };
}

/** Of a request with all its retries, where clients give up at all. */
function longestLifeMs({ clients: { timeoutNs, deadlineNs, retries, pool }, origin }: Setup): number {
  const fetchNs = origin === null || origin.timeoutNs === Infinity ? 0 : origin.timeoutNs;
  const waitNs = pool === null ? 0 : longestWaitNs(pool);
  if (deadlineNs < Infinity) return ms(deadlineNs + (1 + retries.max) * fetchNs);
  return timeoutNs < Infinity
    ? ms((1 + retries.max) * (timeoutNs + fetchNs + waitNs + retries.maxBackoffNs))
    : 1000;
}

function tenantResults({ tenants }: Recorder): TenantResult[] {
  return (tenants?.all ?? []).map(({ name, offered, completed, failed, response }) => ({
    name,
    offered,
    completed,
    failed,
    responseTime: timeSummary(response),
    p99WithFailures: finite(response.quantile(0.99, failed)),
  }));
}

function waitsOf({ setup, recorder: { counters, waits } }: World): WaitsResult | null {
  if (setup.clients.wait === null) return null;
  return {
    satisfied: counters.waitsSatisfied,
    short: counters.waitsShort,
    lostShortWrites: counters.lostShortWrites,
    time: timeSummary(waits),
  };
}

function requestCounts(world: World): RequestCounts {
  const {
    offered,
    completed,
    failed,
    timedOut,
    rejected,
    refused,
    outOfMemory,
    noReplicas,
    originFailed,
    noConnection,
    deadlineExceeded,
    attempts,
    retries,
    hedges,
    redirects,
    probes,
    failedFast,
  } = world.recorder.counters;
  const open = openRequests(world);
  return {
    offered,
    completed,
    failed,
    timedOut,
    rejected,
    refused,
    outOfMemory,
    noReplicas,
    originFailed,
    noConnection,
    deadlineExceeded,
    open,
    attempts,
    retries,
    hedges,
    redirects,
    probes,
    shed: world.nodes.shed,
    failedFast,
    breakersOpened: world.breaker?.opened ?? 0,
  };
}

function modulesOf({
  setup: { strategy },
}: World): Bound<{ name: string; axis: string; needs?: readonly string[] }>[] {
  return [
    strategy.placement,
    strategy.selection,
    strategy.hotKeys,
    strategy.failover,
    strategy.rebalance,
  ].filter((bound) => bound !== null);
}

function compositionOf(world: World): RunResult['composition'] {
  const { hedge } = world.setup.strategy;
  return {
    ...Object.fromEntries(
      modulesOf(world).map(({ module, params }) => [module.axis, { use: module.name, params }]),
    ),
    ...(hedge === null ? {} : { hedge: { use: 'hedge', params: hedge } }),
  };
}

function connectionsOf({ connections, recorder }: World): ConnectionsResult | null {
  if (connections === null) return null;
  return {
    connects: recorder.counters.connects,
    ...connections.connects,
    peakConnectsPerSec: (Math.max(0, ...recorder.steps.connects) * 1e9) / recorder.stepNs,
    waits: timeSummary(connections.waits),
  };
}

function rebalanceOf({ migration }: World): RebalanceResult | null {
  if (migration === null) return null;
  const { rounds, partitionsMoved, keysMoved, bytesMoved, blockedNs, asked, moved } = migration;
  return {
    rounds,
    partitionsMoved,
    keysMoved,
    bytesMoved: Math.round(bytesMoved),
    blockedMs: ms(blockedNs),
    asked,
    moved,
  };
}
