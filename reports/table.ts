/** The ranked table as data, the same in terminal, Markdown and HTML: columns in blocks, cells, footnotes. */
import type { Result, RunResult } from '../sim/result.ts';
import { ABSENT, bytes, duration, integer, millis, percent, percentFine } from './format.ts';
import { caveats, crashes, failedShare, hottestNode, rankedRuns, worstFailover } from './ranked.ts';

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

const quantile = (head: string, key: 'p50' | 'p99' | 'p999'): Column => ({
  head: [head, 'ms'],
  value: (run) => run.responseTime[key],
  cell: (run) => millis(run.responseTime[key]),
});

const LOAD: readonly Column[] = [
  quantile('p50', 'p50'),
  quantile('p99', 'p99'),
  quantile('p99.9', 'p999'),
  {
    head: ['hottest', 'busy'],
    value: (run) => hottestNode(run).utilization,
    cell: (run) => percent(hottestNode(run).utilization),
  },
  {
    head: ['node', 'share'],
    value: (run) => hottestNode(run).share,
    cell: (run) => percentFine(hottestNode(run).share),
  },
  {
    head: ['imbalance', 'max/mean'],
    value: (run) => run.imbalance.maxOverMean,
    cell: (run) => run.imbalance.maxOverMean.toFixed(2),
  },
];

const FAILED: Column = {
  head: ['failed', 'requests'],
  value: (run) => run.requests.failed,
  cell: (run) =>
    run.requests.failed === 0 ? '0' : `${integer(run.requests.failed)} (${percent(failedShare(run))})`,
};

const FAULT: readonly Column[] = [
  {
    head: ['unavailable', 'longest'],
    value: (run) => worstFailover(run)?.unavailableMs ?? null,
    cell: (run) => {
      const worst = worstFailover(run);
      if (worst === null) return ABSENT;
      return `${worst.recoveredMs === null ? '>' : ''}${duration(worst.unavailableMs)}`;
    },
  },
  FAILED,
  {
    head: ['lost', 'writes'],
    value: (run) => run.lostWrites,
    cell: (run) => integer(run.lostWrites),
  },
];

/** What is done about hot keys, and what each cure costs. */
const TREATMENT: readonly Column[] = [
  {
    head: ['memory', 'overhead'],
    value: (run) => run.memoryOverhead,
    cell: (run) => bytes(run.memoryOverhead),
  },
  {
    head: ['attempts', 'per write'],
    value: (run) => run.hotKeyTreatment?.writeAmplification ?? null,
    cell: (run) => run.hotKeyTreatment?.writeAmplification?.toFixed(2) ?? ABSENT,
  },
  {
    head: ['asked no', 'node'],
    value: () => null,
    cell: ({ hotKeyTreatment: treatment, requests }) =>
      treatment === null ? ABSENT : percent((treatment.localHits + treatment.coalesced) / requests.offered),
  },
  {
    head: ['stale', 'reads'],
    value: (run) => run.staleReads,
    cell: (run) => integer(run.staleReads),
  },
];

export function rankedTable(result: Result): RankedTable {
  const footnotes: string[] = [];
  const rows = rankedRuns(result).map((run, i) => ({
    rank: i + 1,
    run,
    notes: caveats(run).map((text) => {
      if (!footnotes.includes(text)) footnotes.push(text);
      return footnotes.indexOf(text) + 1;
    }),
  }));
  const load = { title: 'Response time and load', columns: LOAD };
  // One treated strategy among others is described in the report; several are compared.
  const treatments = rows.filter(({ run }) => run.hotKeyTreatment !== null).length;
  const treated = treatments > 1 ? [{ title: 'Treatment of hot keys', columns: TREATMENT }] : [];
  const faults = crashes(result);
  if (faults.length === 0)
    return { blocks: [load, ...treated, { title: 'Failures', columns: [FAILED] }], rows, footnotes };
  const title =
    faults.length === 1 ? `After ${faults[0]}` : `After ${faults[0]} and ${faults.length - 1} more`;
  return { blocks: [load, ...treated, { title, columns: FAULT }], rows, footnotes };
}

/** Whether `run` has the column's lowest value while another has a higher one. Bounds do not compete. */
export function isBest(column: Column, run: RunResult, rows: readonly RankedRow[]): boolean {
  if (run.bound) return false;
  const values = rows.flatMap((row) => (row.run.bound ? [] : (column.value(row.run) ?? [])));
  const own = column.value(run);
  return own === Math.min(...values) && values.some((value) => value > own);
}
