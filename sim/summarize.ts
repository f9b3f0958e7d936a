/** From what was recorded to the result: names instead of ids, milliseconds instead of nanoseconds. */

import { conditionResults } from './conditions/triggers.ts';
import { longestWaitNs } from './connections.ts';
import type { Memory } from './memory/memory.ts';
import { metastabilityOf, type Station } from './metastability.ts';
import { faultImpacts } from './metrics/fault-impact.ts';
import type { Histogram } from './metrics/histogram.ts';
import type { LostWrites } from './metrics/lost-writes.ts';
import type { Outage } from './metrics/outages.ts';
import { partitionMapOf } from './metrics/partition-map.ts';
import type { Recorder } from './metrics/recorder.ts';
import { responseTimesOf } from './metrics/response-times.ts';
import { NODE_STATE } from './nodes.ts';
import type { Resynchronisation } from './replication/resync.ts';
import type {
  ConnectionsResult,
  ConvergenceResult,
  Divergence,
  FailoverResult,
  HotKeyTreatment,
  Hotspot,
  Imbalance,
  KeyShare,
  LostWritesResult,
  NodeMemoryResult,
  NodeResult,
  QuantileCurve,
  RebalanceResult,
  RequestCounts,
  ResyncResult,
  RunResult,
  Spread,
  TenantResult,
  Timeline,
  TimeSummary,
  WaitsResult,
} from './result.ts';
import type { Bound, Fault, Setup } from './setup.ts';
import type { HotKeys } from './strategy.ts';
import { keyName } from './workload/keys.ts';
import { meanValueBytes } from './workload/mean-value.ts';
import { openRequests, type World } from './world.ts';

/** Hot keys listed, of the run and of each hotspot. */
const LISTED_KEYS = 10;

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

/** To the microsecond: finer digits are noise to a reader and bytes in a file. */
function ms(ns: number): number {
  return Math.round(ns / 1e3) / 1e3;
}

function finite(ns: number): number | null {
  return Number.isFinite(ns) ? ms(ns) : null;
}

/** Six significant decimals of a share. */
function ratio(value: number): number {
  return Math.round(value * 1e6) / 1e6;
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

function timeSummary(histogram: Histogram): TimeSummary {
  const at = (q: number): number | null => finite(histogram.quantile(q));
  return {
    unit: 'ms',
    count: histogram.count,
    mean: finite(histogram.mean),
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    p9999: at(0.9999),
    max: histogram.count > 0 ? ms(histogram.max) : null,
  };
}

/** Evenly spaced on the axis log10(1 / (1 - q)) from 0 to 4: 20 points per decade. */
function curveOf(histogram: Histogram): QuantileCurve {
  const curve: QuantileCurve = { q: [], ms: [] };
  if (histogram.count === 0) return curve;
  for (let i = 0; i <= 80; i++) {
    const q = 1 - 10 ** (-i / 20);
    curve.q.push(Math.round(q * 1e7) / 1e7);
    curve.ms.push(ms(histogram.quantile(q)));
  }
  return curve;
}

function whatFaultsDid(
  world: World,
  faults: readonly Fault[],
  timeline: Timeline,
): Pick<RunResult, 'faults' | 'conditions' | 'idleFaults' | 'convergence'> {
  const { recorder, convergence, conditions, idleFaults } = world;
  return {
    faults: faultImpacts(faults, timeline, finite(recorder.slowAboveNs), convergence),
    conditions: conditionResults(conditions),
    idleFaults: idleFaults.map(({ fault, atNs, why }) => ({ fault, atMs: ms(atNs), why })),
    convergence: convergenceOf(world),
  };
}

function convergenceOf({ convergence }: World): ConvergenceResult | null {
  if (convergence === null) return null;
  const { sinceNs, off } = convergence;
  return { convergedMs: sinceNs === null ? null : ms(sinceNs), off: [...off] };
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

function nodeResult(world: World, node: number, endNs: number): NodeResult {
  const { infos, nodes, recorder, setup, contents } = world;
  const info = infos[node]!;
  const total = nodes.attempts.reduce((sum, attempts) => sum + attempts, 0);
  return {
    id: info.name,
    shard: nodes.shard[node]!,
    role: nodes.primary[node] === 1 ? 'primary' : 'replica',
    state: nodes.state[node] === NODE_STATE.up ? 'up' : 'crashed',
    zone: setup.cluster.zones[info.zone]!,
    attempts: nodes.attempts[node]!,
    share: total > 0 ? ratio(nodes.attempts[node]! / total) : 0,
    utilization: endNs > 0 ? ratio(recorder.busy.total(node) / (endNs * nodes.threads)) : 0,
    maxQueue: nodes.maxQueue[node]!,
    responseTime: timeSummary(recorder.nodeResponse[node]!),
    memory: contents.memory && memoryResult(contents.memory, node),
  };
}

function memoryResult(memory: Memory, node: number): NodeMemoryResult {
  const { limitBytes } = memory.setup;
  return {
    limitBytes: limitBytes === Infinity ? null : limitBytes,
    usedBytes: memory.usedBytes(node),
    peakBytes: memory.peakBytes[node]!,
    entries: memory.count(node),
    evictions: memory.evictions[node]!,
  };
}

/** Jain's index is (sum x)^2 / (n sum x^2); Gini is the mean absolute difference over twice the mean. */
function imbalanceOf(loads: readonly number[]): Imbalance {
  const n = loads.length;
  const sum = loads.reduce((total, load) => total + load, 0);
  if (sum === 0) return { maxOverMean: 1, cov: 0, jain: 1, gini: 0 };
  const mean = sum / n;
  const squares = loads.reduce((total, load) => total + load * load, 0);
  const ascending = [...loads].sort((a, b) => a - b);
  const ranked = ascending.reduce((total, load, i) => total + (2 * (i + 1) - n - 1) * load, 0);
  return {
    maxOverMean: ratio(Math.max(...loads) / mean),
    cov: ratio(Math.sqrt(Math.max(0, squares / n - mean * mean)) / mean),
    jain: ratio((sum * sum) / (n * squares)),
    gini: ratio(ranked / (n * sum)),
  };
}

function hotspotsOf(world: World): Hotspot[] {
  const { recorder, infos, keys } = world;
  return recorder.hotspots.finish().map((episode) => ({
    node: infos[episode.node]!.name,
    fromMs: ms(episode.fromStep * recorder.stepNs),
    toMs: ms(episode.toStep * recorder.stepNs),
    peakUtilization: ratio(episode.peakUtilization),
    peakShare: ratio(episode.peakShare),
    keys: [...episode.keys]
      .sort((a, b) => b[1] - a[1] || a[0] - b[0])
      .slice(0, LISTED_KEYS)
      .map(([key, count]) => ({ key: keyName(keys, key), share: ratio(count / episode.attempts) })),
  }));
}

function topKeys(world: World, keyCounts: Uint32Array): KeyShare[] {
  const top: number[] = [];
  let floor = 0;
  for (let key = 0; key < keyCounts.length; key++) {
    if (keyCounts[key]! <= floor) continue;
    top.push(key);
    if (top.length < 8 * LISTED_KEYS) continue;
    top.sort((a, b) => keyCounts[b]! - keyCounts[a]! || a - b);
    top.length = LISTED_KEYS;
    floor = keyCounts[top[LISTED_KEYS - 1]!]!;
  }
  top.sort((a, b) => keyCounts[b]! - keyCounts[a]! || a - b);
  let asked = 0;
  for (let key = 0; key < keyCounts.length; key++) asked += keyCounts[key]!;
  return top
    .slice(0, LISTED_KEYS)
    .map((key) => ({ key: keyName(world.keys, key), share: ratio(keyCounts[key]! / asked) }));
}

function treatmentOf(world: World, hotKeys: HotKeys): HotKeyTreatment {
  const report = hotKeys.report();
  const { counters } = world.recorder;
  return {
    detector: report.detector,
    detectorBytes: report.detectorBytes,
    copies: report.promoted.map(({ key, atNs, untilNs, shards }) => ({
      key: keyName(world.keys, key),
      fromMs: ms(atNs),
      toMs: untilNs === null ? null : ms(untilNs),
      shards: [...shards],
    })),
    copyWrites: counters.copyWrites,
    writeAmplification:
      counters.treatedWrites > 0 ? ratio(1 + counters.copyWrites / counters.treatedWrites) : null,
    localHits: counters.localHits,
    staleLocalHits: counters.staleLocalHits,
    coalesced: counters.coalesced,
    invalidations: world.tracking?.invalidations ?? 0,
    localBytes: report.localBytes ?? 0,
  };
}

/** Copies alive at the end, each on every node of its shard [bytes]. */
function copyBytes({ setup }: World, treatment: HotKeyTreatment): number {
  const shards = treatment.copies
    .filter((copy) => copy.toMs === null)
    .reduce((sum, copy) => sum + copy.shards.length, 0);
  return Math.round(shards * meanValueBytes(setup.workload) * (1 + setup.cluster.replicas));
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

function failoverResult(world: World, outage: Outage): FailoverResult {
  const { infos } = world;
  const { reads, writes } = outage;
  const longer = reads.longestNs >= writes.longestNs ? reads : writes;
  return {
    fault: outage.fault,
    node: infos[outage.node]!.name,
    atMs: ms(outage.atNs),
    detectedMs: outage.detectedNs === null ? null : ms(outage.detectedNs),
    decidedMs: outage.decidedNs === null ? null : ms(outage.decidedNs),
    promotedMs: outage.promotedNs === null ? null : ms(outage.promotedNs),
    recoveredMs: longer.endNs === null ? null : ms(longer.endNs),
    unavailableMs: ms(longer.longestNs),
    unavailableReadMs: ms(reads.longestNs),
    unavailableWriteMs: ms(writes.longestNs),
    failedRequests: outage.failedRequests,
    lostWrites: outage.lost.count,
    lost: lostResult(world, outage.lost),
    staleReads: outage.stale?.count ?? 0,
    staleFor: quantilesOf(outage.stale),
    splitBrain: { ms: ms(outage.splitNs), lostWrites: outage.splitWrites },
    firstSuccess: spreadOf(outage.clients.firstSuccessesNs()),
    clientsNever: outage.clients.never,
    clientUnavailable: spreadOf(outage.clients.longestNs()),
  };
}

function resyncResult({ infos }: World, one: Resynchronisation): ResyncResult {
  return {
    node: infos[one.node]!.name,
    primary: infos[one.primary]!.name,
    atMs: ms(one.atNs),
    kind: one.isFull ? 'full' : 'partial',
    bytes: Math.round(one.bytes),
    durationMs: ms(one.durationNs),
    forkMs: ms(one.forkNs),
    aborted: one.aborted,
  };
}

function lostResult({ keys }: World, lost: LostWrites): LostWritesResult {
  const byKey = lost.byKey();
  return {
    keyCount: byKey.length,
    keys: byKey.slice(0, LISTED_KEYS).map(([key, writes]) => ({ key: keyName(keys, key), writes })),
    age: spreadOf(lost.agesAscendingNs()),
  };
}

function quantilesOf(histogram: Histogram | null): Spread {
  if (histogram === null || histogram.count === 0) return { p50Ms: null, p90Ms: null, maxMs: null };
  return {
    p50Ms: ms(histogram.quantile(0.5)),
    p90Ms: ms(histogram.quantile(0.9)),
    maxMs: ms(histogram.max),
  };
}

/** @param ascendingNs of so few that a value stands for each quantile */
function spreadOf(ascendingNs: readonly number[]): Spread {
  const at = (q: number): number | null => {
    const value = ascendingNs[Math.max(0, Math.ceil(q * ascendingNs.length) - 1)];
    return value === undefined ? null : ms(value);
  };
  return { p50Ms: at(0.5), p90Ms: at(0.9), maxMs: at(1) };
}

/** Nodes to which more work was sent than they could do: their queues have no steady state. */
function divergenceOf({ nodes, infos }: World, endNs: number): Divergence[] {
  return infos
    .map((info) => ({
      node: info.name,
      offeredLoad: endNs > 0 ? ratio(nodes.offeredNs[info.id]! / (endNs * nodes.threads)) : 0,
    }))
    .filter(({ offeredLoad }) => offeredLoad > 1);
}

function stationsOf({ infos }: World, { utilization, originUtilization }: Timeline): Station[] {
  const nodes = infos.map(({ id, name }) => ({ name, utilization: utilization[id]! }));
  return originUtilization.length === 0
    ? nodes
    : [...nodes, { name: 'origin', utilization: originUtilization }];
}

function timelineOf({ recorder, infos, connections, setup: { origin } }: World): Timeline {
  const { steps, stepNs } = recorder;
  return {
    stepMs: ms(stepNs),
    offered: steps.offered,
    completed: steps.completed,
    failed: steps.failed,
    p50: steps.p50Ns.map(finite),
    p99: steps.p99Ns.map(finite),
    responseTimes: responseTimesOf(steps.responses),
    gets: steps.gets,
    misses: steps.misses,
    originRequests: origin === null ? [] : steps.origin,
    originUtilization:
      origin === null
        ? []
        : steps.offered.map((_, step) =>
            ratio(recorder.originBusy.at(0, step) / (stepNs * origin.concurrency)),
          ),
    sent: steps.sent,
    retries: steps.retries,
    redirects: steps.redirects,
    connects: connections === null ? [] : steps.connects,
    slow: steps.slow,
    utilization: infos.map((info) =>
      steps.offered.map((_, step) => ratio(recorder.utilization(info.id, step))),
    ),
    attempts: steps.attempts,
  };
}
