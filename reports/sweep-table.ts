/** The table of a sweep: a row per cell and strategy, means over seeds, the best of each cell marked; one sentence. */
import type { DataTable } from './charts/chart.ts';
import { columnsOf, fitted, padEnd, padStart, wrapped } from './columns.ts';
import { ABSENT, counted, listed, millis, percent } from './format.ts';
import { inProse } from './ranked.ts';
import { plusMinus } from './replicated.ts';
import { markdownClipped, markdownText, visible } from './safe.ts';

/** A mean over seeds with half of its interval, null for one seed; `never` in one of them is never. */
export type SweepFigure = { readonly mean: number; readonly half: number | null } | 'never' | null;

export interface SweepRow {
  /** Of what is varied. */
  readonly values: readonly string[];
  readonly strategy: string;
  readonly best: boolean;
  /** p99 against the first strategy, paired by seed, as `-36.4% [-38.0, -34.8] better`; empty where nothing is known. */
  readonly versus: string;
  readonly p50: SweepFigure;
  readonly p99: SweepFigure;
  readonly p999: SweepFigure;
  readonly failed: SweepFigure;
  readonly hottest: SweepFigure;
  readonly nodes: SweepFigure;
}

export interface SweepTable {
  /** Paths of what is varied. */
  readonly paths: readonly string[];
  readonly rows: readonly SweepRow[];
  readonly seeds: number;
  /** The strategy that the others are compared with; null for one seed or one strategy. */
  readonly reference: string | null;
  /** Differences up to this share do not matter. */
  readonly margin: number;
}

const ROWS_SHOWN = 60;
/** A comment on GitHub holds 65,536 characters; a row is some 120. */
const MARKDOWN_ROWS = 400;
/** Named after the first. */
const WINNERS = 3;
const VALUE_WIDTH_MAX = 36;
const GAP = '  ';

/** `leaves`: which goes first where not all fit; null stays. */
const FIGURES = [
  { head: 'p50 ms', key: 'p50', show: millis, leaves: 1 },
  { head: 'p99 ms', key: 'p99', show: millis, leaves: null },
  { head: 'p99.9 ms', key: 'p999', show: millis, leaves: 2 },
  { head: 'failed', key: 'failed', show: percent, leaves: null },
  { head: 'hottest', key: 'hottest', show: percent, leaves: 3 },
] as const;
type Figure = (typeof FIGURES)[number];

export function renderSweep(table: SweepTable, { ascii, width }: { ascii: boolean; width: number }): string {
  const { paths, rows } = table;
  const shown = rows.slice(0, ROWS_SHOWN);
  const left: Column[] = [
    ...paths.map((path, i) =>
      columnOf(
        shortName(path, paths),
        shown.map((row) => row.values[i]!),
      ),
    ),
    columnOf(
      'strategy',
      shown.map(({ strategy, best }) => `${strategy}${best ? ' *' : ''}`),
    ),
  ];
  const right = figuresOf(table).map(({ head, leaves, text }) => ({
    leaves,
    ...columnOf(head, shown.map(text)),
  }));
  while (lineWidth([...left, ...right]) > width) {
    const out = right.filter(({ leaves }) => leaves !== null).sort((a, b) => a.leaves! - b.leaves!)[0];
    if (out === undefined) break;
    right.splice(right.indexOf(out), 1);
  }
  const line = (of: (column: Column) => string) =>
    [
      ...left.map((column) => padEnd(of(column), column.width)),
      ...right.map((column) => padStart(of(column), column.width)),
    ]
      .join(GAP)
      .trimEnd();
  const more = rows.length - shown.length;
  const text = [
    line(({ head }) => head),
    ...shown.map((_, i) => line(({ cells }) => cells[i]!)),
    ...(more > 0 ? [`and ${more} more rows, in the CSV file`] : []),
    '',
    ...sweepRemarks(table).flatMap((remark) => wrapped(remark, width)),
    ...wrapped(sweepSentence(table), width),
  ].join('\n');
  return `${ascii ? text.replaceAll('±', '+-').replaceAll('–', '-').replaceAll('…', '~') : text}\n`;
}

export function renderSweepMarkdown(name: string, table: SweepTable): string {
  const { paths, rows } = table;
  const figures = figuresOf(table);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const shown = rows.slice(0, MARKDOWN_ROWS);
  return [
    `### ${markdownClipped(name)}`,
    '',
    line([...paths.map(markdownClipped), 'strategy', ...figures.map(({ head }) => markdownClipped(head))]),
    line([...paths.map(() => ':--'), ':--', ...figures.map(() => '--:')]),
    ...shown.map((row) => {
      const strategy = markdownClipped(row.strategy);
      const cells = figures.map(({ text }) => markdownClipped(text(row)));
      return line([
        ...row.values.map(markdownClipped),
        row.best ? `**${strategy}** \\*` : strategy,
        ...cells,
      ]);
    }),
    '',
    ...(rows.length > shown.length ? [`and ${rows.length - shown.length} more rows, in the CSV file  `] : []),
    ...sweepRemarks(table).map((remark) => `${markdownText(remark)}  `),
    '',
    markdownText(sweepSentence(table)),
    '',
  ].join('\n');
}

/** Every row as texts. */
export function sweepCells(table: SweepTable): DataTable {
  const { paths, rows } = table;
  const figures = figuresOf(table);
  return {
    head: [...paths, 'strategy', ...figures.map(({ head }) => head)],
    rows: rows.map((row) => [
      ...row.values,
      `${row.strategy}${row.best ? ' *' : ''}`,
      ...figures.map(({ text }) => text(row)),
    ]),
  };
}

/** Who has the lowest p99 where: what a sweep was made for. */
export function sweepSentence({ paths, rows }: SweepTable): string {
  const cells = Map.groupBy(rows, ({ values }) => JSON.stringify(values)).size;
  const where = `${counted(cells, 'cell')} of ${listed(paths.map((path) => inProse(path)))}`;
  const strategies = new Set(rows.map(({ strategy }) => strategy)).size;
  if (strategies < 2) return `${inProse(rows[0]!.strategy)} ran in ${where}; nothing was compared.`;
  const wins = [
    ...Map.groupBy(
      rows.filter(({ best }) => best),
      ({ strategy }) => strategy,
    ),
  ]
    .map(([strategy, own]) => ({ strategy, count: own.length }))
    .sort((a, b) => b.count - a.count);
  const [first, ...others] = wins;
  if (first === undefined) return `In none of the ${where} has any strategy a p99: too many requests fail.`;
  if (others.length === 0 && first.count === cells)
    return `${inProse(first.strategy)} has the lowest p99 in all ${where}.`;
  const tied = wins.reduce((sum, { count }) => sum + count, 0) > cells;
  const rest = listed(
    others.slice(0, WINNERS).map(({ strategy, count }) => `${inProse(strategy)} in ${count}`),
  );
  return `${inProse(first.strategy)} has the lowest p99 in ${first.count} of ${where}${rest === '' ? '' : `; ${rest}`}${tied ? ' (equals count for each)' : ''}.`;
}

interface Shown {
  readonly head: string;
  readonly leaves: number | null;
  text(row: SweepRow): string;
}

/** What stands in the columns behind the strategy. */
function figuresOf({ reference }: SweepTable): Shown[] {
  const figures = FIGURES.map(
    (figure): Shown => ({
      head: figure.head,
      leaves: figure.leaves,
      text: (row) => figureText(row, figure),
    }),
  );
  if (reference === null) return figures;
  return [...figures, { head: `p99 vs ${reference}`, leaves: null, text: (row) => row.versus }];
}

interface Column {
  readonly head: string;
  readonly cells: readonly string[];
  readonly width: number;
}

function columnOf(name: string, values: readonly string[]): Column {
  const head = cellText(name);
  const cells = values.map(cellText);
  return { head, cells, width: Math.max(...[head, ...cells].map(columnsOf)) };
}

function lineWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, { width }) => sum + width, 0) + GAP.length * (columns.length - 1);
}

export function sweepRemarks({ seeds, reference, margin }: SweepTable): string[] {
  const material = `${Number((margin * 100).toPrecision(3))}%`;
  return [
    '* lowest mean p99 of its cell, a failed request counted as slower than any',
    ...(seeds > 1 ? [`Means over ${seeds} seeds, ± half of a 95% interval.`] : []),
    ...(reference === null
      ? []
      : [
          `Differences are from ${inProse(reference)}, paired by seed. Better, worse: over ${material} and shown at 95%, ` +
            `corrected for all cells together (Holm). Equivalent: surely within ${material}. ~: neither is shown.`,
        ]),
  ];
}

/** The last part of a path, where no other path ends alike. */
function shortName(path: string, paths: readonly string[]): string {
  const last = (text: string) => text.split('.').at(-1)!;
  return paths.filter((other) => last(other) === last(path)).length === 1 ? last(path) : path;
}

function cellText(text: string): string {
  return fitted(visible(text), VALUE_WIDTH_MAX);
}

function figureText(row: SweepRow, { key, show }: Figure): string {
  const figure = row[key];
  if (figure === null) return ABSENT;
  if (figure === 'never') return 'never';
  return plusMinus(figure.mean, figure.half, show);
}
