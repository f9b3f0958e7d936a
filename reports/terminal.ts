/** The ranked table for a terminal: one block where the width allows it, two stacked ones otherwise. */
import { styleText } from 'node:util';
import type { Result, RunResult } from '../sim/result.ts';
import type { DataTable } from './charts/chart.ts';
import { aligned, columnsOf, columnsWithin, fitted, padEnd, padStart, wrapped } from './columns.ts';
import { conditionTable } from './condition-table.ts';
import { faultTables } from './fault-tables.ts';
import { rankedRuns } from './ranked.ts';
import { visible } from './safe.ts';
import { type Block, type Column, isBest, type RankedRow, type RankedTable, rankedTable } from './table.ts';
import { remarks, verdict } from './verdict.ts';

export interface TerminalOptions {
  /** Columns of the terminal. */
  width: number;
  color: boolean;
  /** ASCII only: no superscripts, dashes or ellipses of our own. */
  ascii: boolean;
}

type Format = Parameters<typeof styleText>[0];
type Style = (format: Format, text: string) => string;

const GAP = '  ';
const NAME_WIDTH_MIN = 14;
const NAME_WIDTH_MAX = 32;
const WIDTH_MIN = 40;
/** More than that is somebody's 10 KB name. */
const PARAGRAPH_LINES_MAX = 8;

export function renderTerminal(result: Result, { width, color, ascii }: TerminalOptions): string {
  const style: Style = (format, text) => (color ? styleText(format, text, { validateStream: false }) : text);
  const columns = Math.max(WIDTH_MIN, width);
  const paragraph = (text: string, format: Format, indent = '') =>
    wrapped(fitted(visible(text), PARAGRAPH_LINES_MAX * columns), columns, indent).map((line) =>
      style(format, line),
    );
  const table = ascii ? inAscii(rankedTable(result)) : rankedTable(result);
  const { name, question, workload, cluster } = result.scenario;

  const lines = [
    ...paragraph(question === '' ? name : `${name}: ${question}`, 'bold'),
    ...paragraph(workload, 'dim'),
    ...paragraph(cluster, 'dim'),
  ];
  for (const block of blocksFor(table, columns, ascii))
    lines.push('', ...blockLines(block, table, { width: columns, style, ascii }));
  if (table.footnotes.length > 0) lines.push('');
  for (const [i, text] of table.footnotes.entries())
    lines.push(...paragraph(`${mark(i + 1, ascii)} ${text}`, 'reset', '  '));
  lines.push(...faultLines(rankedRuns(result), { width: columns, style, ascii }));
  lines.push('', ...remarks(result).flatMap((text) => paragraph(text, 'dim')));
  lines.push('', ...paragraph(verdict(result).join(' ').trimEnd(), 'bold'));
  const text = `${lines.join('\n')}\n`;
  return ascii ? text.replaceAll('–', '-').replaceAll('…', '~').replaceAll('±', '+-') : text;
}

/** Of the first fault, and all conditions; the page has all of them. */
function faultLines(runs: readonly RunResult[], { width, style, ascii }: Layout): string[] {
  const [first] = faultTables(runs);
  const title = (text: string): string => style('bold', fitted(visible(text), width));
  const shown = [
    { title: `Clients after ${first?.fault}`, table: first?.clients ?? null },
    { title: `Writes and values after ${first?.fault}`, table: first?.data ?? null },
    { title: `All requests after ${first?.fault}`, table: first?.requests ?? null },
    { title: 'Faults under a condition', table: conditionTable(runs) },
  ];
  return shown.flatMap(({ title: text, table }) =>
    table === null ? [] : ['', title(text), ...plainTable(table, width, ascii)],
  );
}

/** As many columns as fit. */
function plainTable({ head, rows }: DataTable, width: number, ascii: boolean): string[] {
  const shown = [head, ...rows].map((row) =>
    row.map((cell, i) => {
      const text = ascii ? cell.replaceAll('→', '->') : cell;
      return i === 0 ? fitted(visible(text), NAME_WIDTH_MAX) : visible(text);
    }),
  );
  return aligned(columnsWithin(shown, width));
}

/** Before anything is measured: `±` becomes wider. */
function inAscii(table: RankedTable): RankedTable {
  const blocks = table.blocks.map((block) => ({
    ...block,
    columns: block.columns.map((column) => ({
      ...column,
      cell: (run: RunResult) => column.cell(run).replaceAll('±', '+-'),
    })),
  }));
  return { ...table, blocks };
}

interface Layout {
  width: number;
  style: Style;
  ascii: boolean;
}

/** One wide block if names still fit beside all columns, else the table's own blocks, stacked. */
function blocksFor(table: RankedTable, width: number, ascii: boolean): readonly Block[] {
  const whole = { title: '', columns: table.blocks.flatMap((block) => block.columns) };
  return nameWidth(table, ascii) + columnsWidth(whole, table) <= width ? [whole] : table.blocks;
}

function blockLines(block: Block, table: RankedTable, { width, style, ascii }: Layout): string[] {
  const { columns } = block;
  const rankWidth = rankDigits(table);
  const names = Math.max(
    NAME_WIDTH_MIN,
    Math.min(nameWidth(table, ascii), width - columnsWidth(block, table)),
  );
  const widths = columns.map((column) => columnWidth(column, table));
  const line = (rank: string, name: string, cells: readonly string[]) =>
    [padStart(rank, rankWidth), padEnd(name, names), ...cells].join(GAP).trimEnd();
  const head = (row: 0 | 1, rank: string, name: string) =>
    style(
      'dim',
      line(
        rank,
        name,
        columns.map((column, i) => padStart(column.head[row], widths[i]!)),
      ),
    );
  const rows = table.rows.map((row) => {
    const marks = marksOf(row, ascii);
    const strategy = fitted(visible(row.run.strategy), names - columnsOf(marks)) + marks;
    const cells = columns.map((column, i) => {
      const text = padStart(column.cell(row.run), widths[i]!);
      return isBest(column, row.run, table.rows) ? style('green', text) : text;
    });
    return line(String(row.rank), strategy, cells);
  });
  const title = block.title === '' ? [] : [style('bold', fitted(visible(block.title), width))];
  return [...title, head(0, '', ''), head(1, '#', 'strategy'), ...rows];
}

function rankDigits(table: RankedTable): number {
  return String(table.rows.length).length;
}

/** Columns that the longest name with its marks asks for. */
function nameWidth(table: RankedTable, ascii: boolean): number {
  const own = (row: RankedRow) => columnsOf(visible(row.run.strategy)) + columnsOf(marksOf(row, ascii));
  return Math.min(NAME_WIDTH_MAX, Math.max(NAME_WIDTH_MIN, ...table.rows.map(own)));
}

/** Columns of everything but the name. */
function columnsWidth(block: Block, table: RankedTable): number {
  const cells = block.columns.reduce((sum, column) => sum + GAP.length + columnWidth(column, table), 0);
  return rankDigits(table) + GAP.length + cells;
}

function columnWidth(column: Column, table: RankedTable): number {
  return Math.max(...[...column.head, ...table.rows.map((row) => column.cell(row.run))].map(columnsOf));
}

function marksOf({ notes }: RankedRow, ascii: boolean): string {
  return notes.map((note) => mark(note, ascii)).join(ascii ? '' : '·');
}

function mark(note: number, ascii: boolean): string {
  return ascii ? `[${note}]` : String(note).replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]!);
}
