/** The table of a sweep: a row per cell and strategy, means over seeds, the best of each cell marked. */
import { columnsOf, fitted, padEnd, padStart } from './columns.ts';
import { ABSENT, millis, percent } from './format.ts';
import { plusMinus } from './replicated.ts';
import { visible } from './safe.ts';

/** A mean over seeds with half of its interval, null for one seed; `never` in one of them is never. */
export type SweepFigure = { readonly mean: number; readonly half: number | null } | 'never' | null;

export interface SweepRow {
  /** Of what is varied. */
  readonly values: readonly string[];
  readonly strategy: string;
  readonly best: boolean;
  readonly p50: SweepFigure;
  readonly p99: SweepFigure;
  readonly p999: SweepFigure;
  readonly failed: SweepFigure;
  readonly hottest: SweepFigure;
}

export interface SweepTable {
  /** Paths of what is varied. */
  readonly paths: readonly string[];
  readonly rows: readonly SweepRow[];
  readonly seeds: number;
}

const ROWS_SHOWN = 60;
const VALUE_WIDTH_MAX = 28;
const GAP = '  ';

const FIGURES = [
  ['p50 ms', 'p50', millis],
  ['p99 ms', 'p99', millis],
  ['p99.9 ms', 'p999', millis],
  ['failed', 'failed', percent],
  ['hottest', 'hottest', percent],
] as const;

export function renderSweep({ paths, rows, seeds }: SweepTable, { ascii }: { ascii: boolean }): string {
  const shown = rows.slice(0, ROWS_SHOWN);
  const left = [...paths.map((path) => shortName(path, paths)), 'strategy'];
  const body = shown.map((row) => ({
    left: [...row.values, `${row.strategy}${row.best ? ' *' : ''}`].map(cellText),
    right: FIGURES.map(([, key, show]) => figureText(row[key], show)),
  }));
  const leftWidths = left.map((head, i) => widest([head, ...body.map((row) => row.left[i]!)]));
  const rightWidths = FIGURES.map(([head], i) => widest([head, ...body.map((row) => row.right[i]!)]));
  const line = (begin: readonly string[], end: readonly string[]) =>
    [
      ...begin.map((text, i) => padEnd(text, leftWidths[i]!)),
      ...end.map((text, i) => padStart(text, rightWidths[i]!)),
    ]
      .join(GAP)
      .trimEnd();
  const heads = FIGURES.map(([head]) => head);
  const more = rows.length - shown.length;
  const text = [
    line(left.map(cellText), heads),
    ...body.map((row) => line(row.left, row.right)),
    ...(more > 0 ? [`and ${more} more rows, in the CSV file`] : []),
    '',
    '* lowest mean p99 of its cell, a failed request counted as slower than any',
    ...(seeds > 1 ? [`Means over ${seeds} seeds, ± half of a 95% interval.`] : []),
  ].join('\n');
  return `${ascii ? text.replaceAll('±', '+-').replaceAll('–', '-').replaceAll('…', '~') : text}\n`;
}

/** The last part of a path, where no other path ends alike. */
function shortName(path: string, paths: readonly string[]): string {
  const last = (text: string) => text.split('.').at(-1)!;
  return paths.filter((other) => last(other) === last(path)).length === 1 ? last(path) : path;
}

function cellText(text: string): string {
  return fitted(visible(text), VALUE_WIDTH_MAX);
}

function figureText(figure: SweepFigure, show: (value: number) => string): string {
  if (figure === null) return ABSENT;
  if (figure === 'never') return 'never';
  return plusMinus(figure.mean, figure.half, show);
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map(columnsOf));
}
