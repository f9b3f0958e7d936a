/** What each fault did, strategy by strategy: to the clients of a dead node's keys, and to all requests. */
import type { FailoverResult, FaultImpact, ResyncResult, RunResult, Spread } from '../sim/result.ts';
import type { DataTable } from './charts/chart.ts';
import { ABSENT, bytes, counted, duration, integer, rate } from './format.ts';

/** A fault with what each strategy made of it, in order of rank. */
export interface FaultTables {
  fault: string;
  /** Null where no primary died. */
  clients: DataTable | null;
  /** Null where no write was lost, and no read stale. */
  data: DataTable | null;
  /** Null where its time was not planned. */
  requests: DataTable | null;
}

/** One for each fault, in order of time. @param runs best first */
export function faultTables(runs: readonly RunResult[]): FaultTables[] {
  // A fault drawn by chance is known by whom it struck alone.
  const known = runs.flatMap((run) => [...run.faults, ...run.failover]).sort((a, b) => a.atMs - b.atMs);
  const faults = [...new Set(known.map(({ fault }) => fault))];
  return faults.map((fault) => {
    const felt = runs.flatMap(({ strategy, failover }) =>
      failover.filter((one) => one.fault === fault).map((one) => ({ strategy, one })),
    );
    const impacts = runs.flatMap(({ strategy, faults }) =>
      faults.filter((one) => one.fault === fault).map((one) => ({ strategy, one })),
    );
    return {
      fault,
      clients:
        felt.length === 0
          ? null
          : { head: CLIENTS_HEAD, rows: felt.map(({ strategy, one }) => [strategy, ...clientCells(one)]) },
      data: felt.every(({ one }) => one.lostWrites + one.staleReads + one.splitBrain.ms === 0)
        ? null
        : { head: DATA_HEAD, rows: felt.map(({ strategy, one }) => [strategy, ...dataCells(one)]) },
      requests:
        impacts.length === 0
          ? null
          : {
              head: REQUESTS_HEAD,
              rows: impacts.map(({ strategy, one }) => [strategy, ...requestCells(one)]),
            },
    };
  });
}

const CLIENTS_HEAD = [
  'strategy',
  'detected',
  'decided',
  'promoted',
  'first success p50',
  'p90',
  'last client',
  'longest gap p50',
  'p90',
  'worst client',
  'lost writes',
  'stale reads',
];

function clientCells(one: FailoverResult): string[] {
  const after = (atMs: number | null): string => (atMs === null ? ABSENT : duration(atMs - one.atMs));
  const last =
    one.clientsNever > 0 ? `${counted(one.clientsNever, 'client')} never` : duration(one.firstSuccess.maxMs);
  return [
    after(one.detectedMs),
    after(one.decidedMs ?? one.promotedMs),
    after(one.promotedMs),
    ...quantiles(one.firstSuccess),
    last,
    ...quantiles(one.clientUnavailable),
    duration(one.clientUnavailable.maxMs),
    integer(one.lostWrites),
    integer(one.staleReads),
  ];
}

function quantiles({ p50Ms, p90Ms }: Spread): string[] {
  return [duration(p50Ms), duration(p90Ms)];
}

const DATA_HEAD = [
  'strategy',
  'lost writes',
  'age p50',
  'oldest',
  'split brain',
  'lost by it',
  'stale reads',
  'stale for p50',
  'longest',
  'keys lost',
  'most of',
];
const KEYS_NAMED = 3;

function dataCells({ lostWrites, lost, splitBrain, staleReads, staleFor }: FailoverResult): string[] {
  const most = lost.keys.slice(0, KEYS_NAMED).map(({ key, writes }) => `${key} (${integer(writes)})`);
  return [
    integer(lostWrites),
    duration(lost.age.p50Ms),
    duration(lost.age.maxMs),
    splitBrain.ms === 0 ? ABSENT : duration(splitBrain.ms),
    integer(splitBrain.lostWrites),
    integer(staleReads),
    duration(staleFor.p50Ms),
    duration(staleFor.maxMs),
    integer(lost.keyCount),
    most.length === 0 ? ABSENT : most.join(', '),
  ];
}

/** How replicas got in step again, strategy by strategy; null where none had to. */
export function resyncTable(runs: readonly RunResult[]): DataTable | null {
  const rows = runs
    .filter(({ resyncs }) => resyncs.length > 0)
    .map(({ strategy, resyncs }) => {
      const full = resyncs.filter(({ kind }) => kind === 'full');
      const longest = (of: (one: ResyncResult) => number): number => Math.max(0, ...resyncs.map(of));
      return [
        strategy,
        integer(resyncs.length - full.length),
        integer(full.length),
        integer(full.filter(({ aborted }) => aborted).length),
        bytes(resyncs.reduce((sum, one) => sum + one.bytes, 0)),
        duration(longest(({ durationMs }) => durationMs)),
        duration(longest(({ forkMs }) => forkMs)),
      ];
    });
  return rows.length === 0 ? null : { head: RESYNC_HEAD, rows };
}

const RESYNC_HEAD = ['strategy', 'partial', 'full', 'aborted', 'sent', 'longest', 'longest fork'];

const REQUESTS_HEAD = [
  'strategy',
  'failed',
  'slow',
  'attempts per request',
  'p99 back',
  'hit ratio back',
  'in order',
  'until',
  'retries',
  'redirects',
  'misses',
  'origin peak',
];

function requestCells(one: FaultImpact): string[] {
  const back = (ms: number | null): string =>
    ms === null ? 'not back' : ms === 0 ? 'as before' : duration(ms);
  return [
    integer(one.failedRequests),
    integer(one.slowRequests),
    amplification(one),
    back(one.p99BackAfterMs),
    back(one.hitRatioBackAfterMs),
    back(one.convergedAfterMs),
    duration(one.untilMs),
    integer(one.retries),
    integer(one.redirects),
    integer(one.misses),
    rate(one.originPeakPerSec),
  ];
}

/** `1.00 -> 1.42` */
function amplification({ amplification: now, amplificationBefore: before }: FaultImpact): string {
  const text = (value: number | null): string => value?.toFixed(2) ?? ABSENT;
  return before === null ? text(now) : `${text(before)} → ${text(now)}`;
}
