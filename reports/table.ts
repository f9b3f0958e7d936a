/** The ranked table as data, the same in terminal, Markdown and HTML: columns in blocks, cells, footnotes. */
import type { Result, RunResult } from '../sim/result.ts';
import { ABSENT, bytes, duration, integer, millis, percent, percentFine } from './format.ts';
import { caveats, crashes, failedShare, hottestNode, rankedRuns, worstFailover } from './ranked.ts';
import {
  bootstrapDoubt,
  countingRuns,
  differenceText,
  meanOver,
  openQuestion,
  referenceOf,
  summaryRow,
  withInterval,
} from './replicated.ts';

export interface Column {
  /** Two lines: what, and its unit or qualifier. */
  head: readonly [string, string];
  /** Of the value, for "best of column"; null where the run has none. Lower is better. */
  value(run: RunResult): number | null;
  cell(run: RunResult): string;
}

export interface Block {
  title: string;
  columns: readonly Column[];
}

export interface RankedRow {
  rank: number;
  run: RunResult;
  /** Footnote numbers, from 1. */
  notes: readonly number[];
}

export interface RankedTable {
  blocks: readonly Block[];
  rows: readonly RankedRow[];
  footnotes: readonly string[];
}

/** A column that knows how to show the mean of several seeds. */
interface Figure extends Column {
  /** In the summary of the result; null where it is not in there, so that it has no interval. */
  metric: string | null;
  show(mean: number): string;
}

const quantile = (head: string, key: 'p50' | 'p99' | 'p999'): Figure => ({
  head: [head, 'ms'],
  metric: `responseTime.${key}`,
  value: (run) => run.responseTime[key],
  cell: (run) => millis(run.responseTime[key]),
  show: millis,
});

const TIMES: readonly Figure[] = [quantile('p50', 'p50'), quantile('p99', 'p99'), quantile('p99.9', 'p999')];

const LOAD: readonly Figure[] = [
  {
    head: ['hottest', 'busy'],
    metric: 'hottest.utilization',
    value: (run) => hottestNode(run).utilization,
    cell: (run) => percent(hottestNode(run).utilization),
    show: percent,
  },
  {
    head: ['node', 'share'],
    metric: null,
    value: (run) => hottestNode(run).share,
    cell: (run) => percentFine(hottestNode(run).share),
    show: percentFine,
  },
  {
    head: ['imbalance', 'max/mean'],
    metric: 'imbalance.maxOverMean',
    value: (run) => run.imbalance.maxOverMean,
    cell: (run) => run.imbalance.maxOverMean.toFixed(2),
    show: (mean) => mean.toFixed(2),
  },
];

const FAILED: Figure = {
  head: ['failed', 'requests'],
  metric: 'failedShare',
  value: (run) => run.requests.failed,
  cell: (run) =>
    run.requests.failed === 0 ? '0' : `${integer(run.requests.failed)} (${percent(failedShare(run))})`,
  show: percent,
};

const FAULT: readonly Figure[] = [
  {
    head: ['unavailable', 'longest'],
    metric: null,
    value: (run) => worstFailover(run)?.unavailableMs ?? null,
    cell: (run) => {
      const worst = worstFailover(run);
      if (worst === null) return ABSENT;
      return `${worst.recoveredMs === null ? '>' : ''}${duration(worst.unavailableMs)}`;
    },
    show: duration,
  },
  FAILED,
  {
    head: ['lost', 'writes'],
    metric: 'lostWrites',
    value: (run) => run.lostWrites,
    cell: (run) => integer(run.lostWrites),
    show: (mean) => String(Number(mean.toFixed(1))),
  },
];

/** What is done about hot keys, and what each cure costs. */
const TREATMENT: readonly Figure[] = [
  {
    head: ['memory', 'overhead'],
    metric: null,
    value: (run) => run.memoryOverhead,
    cell: (run) => bytes(run.memoryOverhead),
    show: bytes,
  },
  {
    head: ['attempts', 'per write'],
    metric: null,
    value: (run) => run.hotKeyTreatment?.writeAmplification ?? null,
    cell: (run) => run.hotKeyTreatment?.writeAmplification?.toFixed(2) ?? ABSENT,
    show: (mean) => mean.toFixed(2),
  },
  {
    // No best: a strategy that asks nodes for everything may be right to.
    head: ['asked no', 'node'],
    metric: null,
    value: () => null,
    cell: ({ hotKeyTreatment: treatment, requests }) =>
      treatment === null ? ABSENT : percent((treatment.localHits + treatment.coalesced) / requests.offered),
    show: percent,
  },
  {
    head: ['stale', 'reads'],
    metric: null,
    value: (run) => run.staleReads,
    cell: (run) => integer(run.staleReads),
    show: integer,
  },
];

/** Fewer stale reads are in the result alone. */
const STALE_SHARE_SHOWN = 1e-4;

/** What reads from copies that lag, or from a primary that is none any more, got. */
const STALE: readonly Figure[] = [
  TREATMENT.at(-1)!,
  {
    head: ['stale for', 'p90'],
    metric: null,
    value: (run) => run.staleFor.p90Ms,
    cell: (run) => duration(run.staleFor.p90Ms),
    show: duration,
  },
  {
    head: ['stale', 'longest'],
    metric: null,
    value: (run) => run.staleFor.maxMs,
    cell: (run) => duration(run.staleFor.maxMs),
    show: duration,
  },
];

/** What partitions that change hands cost. */
const REBALANCE: readonly Figure[] = [
  {
    head: ['partitions', 'moved'],
    metric: null,
    value: (run) => run.rebalance?.partitionsMoved ?? null,
    cell: ({ rebalance }) => (rebalance === null ? ABSENT : integer(rebalance.partitionsMoved)),
    show: integer,
  },
  {
    head: ['bytes', 'moved'],
    metric: null,
    value: (run) => run.rebalance?.bytesMoved ?? null,
    cell: ({ rebalance }) => (rebalance === null ? ABSENT : bytes(rebalance.bytesMoved)),
    show: bytes,
  },
  {
    head: ['blocked', 'for'],
    metric: null,
    value: (run) => run.rebalance?.blockedMs ?? null,
    cell: ({ rebalance }) => (rebalance === null ? ABSENT : duration(rebalance.blockedMs)),
    show: duration,
  },
  {
    head: ['ASK +', 'MOVED'],
    metric: null,
    value: (run) => (run.rebalance === null ? null : run.rebalance.asked + run.rebalance.moved),
    cell: ({ rebalance }) =>
      rebalance === null ? ABSENT : `${integer(rebalance.asked)} + ${integer(rebalance.moved)}`,
    show: integer,
  },
];

/** What a limit on memory does. */
const MEMORY: readonly Figure[] = [
  {
    head: ['hit', 'ratio'],
    metric: null,
    // Lower is better: misses are compared.
    value: ({ cache }) => (cache.hitRatio === null ? null : 1 - cache.hitRatio),
    cell: ({ cache }) => (cache.hitRatio === null ? ABSENT : percentFine(cache.hitRatio)),
    show: (misses) => percentFine(1 - misses),
  },
  {
    head: ['evicted', 'keys'],
    metric: null,
    value: () => null,
    cell: (run) => integer(run.cache.evictions),
    show: integer,
  },
  {
    head: ['expired', 'keys'],
    metric: null,
    value: () => null,
    cell: ({ cache }) => integer(cache.expiredLazily + cache.expiredActively),
    show: integer,
  },
  {
    head: ['fullest', 'node'],
    metric: null,
    value: () => null,
    cell: (run) => bytes(fullest(run)),
    show: bytes,
  },
  {
    head: ['origin', 'peak/s'],
    metric: null,
    value: (run) => run.cache.originPeakPerSec,
    cell: (run) => integer(run.cache.originPeakPerSec),
    show: integer,
  },
];

/** What it takes to have connections, where they are not always there. */
const CONNECTIONS: readonly Figure[] = [
  {
    head: ['connects', 'begun'],
    metric: null,
    value: (run) => run.connections?.connects ?? null,
    cell: ({ connections }) => (connections === null ? ABSENT : integer(connections.connects)),
    show: integer,
  },
  {
    head: ['peak', 'per second'],
    metric: null,
    value: (run) => run.connections?.peakConnectsPerSec ?? null,
    cell: ({ connections }) => (connections === null ? ABSENT : integer(connections.peakConnectsPerSec)),
    show: integer,
  },
  {
    head: ['refused +', 'timed out'],
    metric: null,
    value: ({ connections }) => (connections === null ? null : connections.refused + connections.timedOut),
    cell: ({ connections }) =>
      connections === null ? ABSENT : `${integer(connections.refused)} + ${integer(connections.timedOut)}`,
    show: integer,
  },
  {
    head: ['attempts', 'waited'],
    metric: null,
    value: (run) => run.connections?.waits.count ?? null,
    cell: ({ connections }) => (connections === null ? ABSENT : integer(connections.waits.count)),
    show: integer,
  },
  {
    head: ['wait p99', 'ms'],
    metric: null,
    value: (run) => run.connections?.waits.p99 ?? null,
    cell: (run) => millis(run.connections?.waits.p99 ?? null),
    show: millis,
  },
];

/** What clients' circuit breakers did. */
const BREAKERS: readonly Figure[] = [
  {
    head: ['breakers', 'opened'],
    metric: null,
    // No best: one that never opens may be needed the more.
    value: () => null,
    cell: ({ requests }) => integer(requests.breakersOpened),
    show: integer,
  },
  {
    head: ['attempts', 'not sent'],
    metric: null,
    value: () => null,
    cell: ({ requests }) => integer(requests.failedFast),
    show: integer,
  },
];

/** The most memory a node ever used [bytes]. */
function fullest(run: RunResult): number {
  return Math.max(...run.nodes.map(({ memory }) => memory?.peakBytes ?? 0));
}

/** More are in the result file. */
const TENANTS_SHOWN = 6;

/** What each tenant felt: the strategy that is best for one may not be for another. */
function tenantFigures(runs: readonly RunResult[]): Figure[] {
  const names = runs[0]?.tenants.map((tenant) => tenant.name) ?? [];
  return names.slice(0, TENANTS_SHOWN).map((name) => {
    const p99 = (run: RunResult): number | null =>
      run.tenants.find((tenant) => tenant.name === name)?.p99WithFailures ?? null;
    return {
      head: [name, 'p99 ms'],
      metric: null,
      value: p99,
      cell: (run) => millis(p99(run)),
      show: millis,
    };
  });
}

export function rankedTable(result: Result): RankedTable {
  const footnotes: string[] = [];
  const rows = rankedRuns(result).map((run, i) => ({
    rank: i + 1,
    run,
    notes: notesOf(result, run.strategy).map((text) => {
      if (!footnotes.includes(text)) footnotes.push(text);
      return footnotes.indexOf(text) + 1;
    }),
  }));
  const faults = crashes(result);
  const after =
    faults.length === 1 ? `After ${faults[0]}` : `After ${faults[0]} and ${faults.length - 1} more`;
  const failures =
    faults.length === 0 ? { title: 'Failures', columns: [FAILED] } : { title: after, columns: FAULT };
  // One treated strategy among others is described in the report; several are compared.
  const treatments = rows.filter(({ run }) => run.hotKeyTreatment !== null).length;
  const treated = treatments > 1 ? [{ title: 'Treatment of hot keys', columns: TREATMENT }] : [];
  if (treatments < 2 && rows.some(({ run }) => run.staleReads > STALE_SHARE_SHOWN * run.requests.offered))
    treated.push({ title: 'Stale reads', columns: STALE });
  if (rows.some(({ run }) => run.rebalance !== null))
    treated.push({ title: 'Moved partitions', columns: REBALANCE });
  if (rows.some(({ run }) => run.nodes.some(({ memory }) => memory !== null)))
    treated.unshift({ title: 'Memory', columns: MEMORY });
  if (rows.some(({ run }) => run.requests.breakersOpened > 0))
    treated.unshift({ title: 'Circuit breakers', columns: BREAKERS });
  if (rows.some(({ run }) => run.connections !== null))
    treated.unshift({ title: 'Connections', columns: CONNECTIONS });
  const tenants = tenantFigures(rows.map(({ run }) => run));
  if (tenants.length > 0) treated.unshift({ title: 'Tenants', columns: tenants });
  if (result.replications === null) {
    const load = { title: 'Response time and load', columns: [...TIMES, ...LOAD] };
    return { blocks: [load, ...treated, failures], rows, footnotes };
  }
  const blocks: Block[] = [
    { title: 'Response time', columns: TIMES },
    { title: 'Load', columns: LOAD },
    ...treated,
    failures,
  ].map(({ title, columns }) => ({ title, columns: columns.map((column) => overSeeds(column, result)) }));
  if (referenceOf(result) !== null) blocks.splice(1, 0, differences(result));
  return { blocks, rows, footnotes };
}

function notesOf(result: Result, strategy: string): string[] {
  const found = caveats(result, strategy);
  if (result.replications === null) return found;
  const open = COMPARED.map(({ head, metric }) => {
    const text = openQuestion(summaryRow(result, strategy, metric));
    return text === null ? null : `${head} ~: ${text}`;
  });
  const doubts = COMPARED.map(({ head, metric }) => {
    const text = bootstrapDoubt(summaryRow(result, strategy, metric));
    return text === null ? null : `${head}: ${text}`;
  });
  return [...found, ...[...open, ...doubts].filter((text) => text !== null)];
}

/** The figure of one run as that of the run's strategy. */
function overSeeds({ head, metric, value, show }: Figure, result: Result): Column {
  const meanOf = ({ strategy }: RunResult): number | null =>
    metric === null
      ? meanOver(result, strategy, value)
      : (summaryRow(result, strategy, metric)?.mean ?? null);
  return {
    head,
    value: meanOf,
    cell: (run) => {
      if (metric !== null) return withInterval(summaryRow(result, run.strategy, metric), show);
      const mean = meanOf(run);
      return mean === null ? ABSENT : `${isOpen(result, run, head) ? '>' : ''}${show(mean)}`;
    },
  };
}

/** An outage that outlived the run in one of the seeds was longer than the mean says. */
function isOpen(result: Result, { strategy }: RunResult, head: Column['head']): boolean {
  if (head !== FAULT[0]!.head) return false;
  return countingRuns(result, strategy).some((run) => worstFailover(run)?.recoveredMs === null);
}

const COMPARED = [
  { head: 'p99', metric: 'responseTime.p99' },
  { head: 'p99.9', metric: 'responseTime.p999' },
] as const;

function differences(result: Result): Block {
  const columns = COMPARED.map(({ head, metric }): Column => {
    const rowOf = ({ strategy }: RunResult) => summaryRow(result, strategy, metric);
    return {
      head: [head, 'vs reference'],
      value: () => null,
      cell: (run) => (run.strategy === referenceOf(result) ? 'reference' : differenceText(rowOf(run))),
    };
  });
  return { title: 'Against the reference', columns };
}

/** Whether `run` has the column's lowest value while another has a higher one. Bounds do not compete. */
export function isBest(column: Column, run: RunResult, rows: readonly RankedRow[]): boolean {
  if (run.bound) return false;
  const values = rows.flatMap((row) => (row.run.bound ? [] : (column.value(row.run) ?? [])));
  const own = column.value(run);
  return own === Math.min(...values) && values.some((value) => value > own);
}
