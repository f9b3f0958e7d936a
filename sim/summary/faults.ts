/** What faults did: to clients, to writes, and how replicas got in step again. */
import { conditionResults } from '../conditions/triggers.ts';
import { faultImpacts } from '../metrics/fault-impact.ts';
import type { LostWrites } from '../metrics/lost-writes.ts';
import type { Outage } from '../metrics/outages.ts';
import type { Resynchronisation } from '../replication/resync.ts';
import type {
  ConvergenceResult,
  FailoverResult,
  LostWritesResult,
  ResyncResult,
  RunResult,
  Timeline,
} from '../result.ts';
import type { Fault } from '../setup.ts';
import { keyName } from '../workload/keys.ts';
import type { World } from '../world.ts';
import { finite, LISTED_KEYS, ms, quantilesOf, spreadOf } from './figures.ts';

export function whatFaultsDid(
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

export function failoverResult(world: World, outage: Outage): FailoverResult {
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

export function resyncResult({ infos }: World, one: Resynchronisation): ResyncResult {
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
