/** The ranked table in GitHub's Markdown, for pull requests and READMEs. */
import type { Result } from '../sim/result.ts';
import type { DataTable } from './charts/chart.ts';
import { type FaultTables, faultTables } from './fault-tables.ts';
import { markdownTable } from './markdown-table.ts';
import { rankedRuns } from './ranked.ts';
import { markdownClipped, markdownText } from './safe.ts';
import { isBest, rankedTable } from './table.ts';
import { remarks, verdict } from './verdict.ts';

export function renderMarkdown(result: Result): string {
  const { blocks, rows, footnotes } = rankedTable(result);
  const columns = blocks.flatMap((block) => block.columns);
  const heads = columns.map((column) => `${column.head[0]}<br>${column.head[1]}`);
  const body = rows.map((row) => {
    const marks = row.notes.length === 0 ? '' : `<sup>${row.notes.join(', ')}</sup>`;
    const cells = columns.map((column) => {
      const text = column.cell(row.run);
      return isBest(column, row.run, rows) ? `**${text}**` : text;
    });
    return [String(row.rank), markdownClipped(row.run.strategy) + marks, ...cells];
  });
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    `### ${markdownClipped(result.scenario.name)}`,
    '',
    markdownText(verdict(result).join(' ').trimEnd()),
    '',
    line(['#', 'strategy', ...heads]),
    line(['--:', ':--', ...columns.map(() => '--:')]),
    ...body.map(line),
    '',
    ...faultTables(rankedRuns(result)).slice(0, 1).flatMap(faultLines),
    ...footnotes.map((text, i) => `<sup>${i + 1}</sup> ${markdownText(text)}  `),
    ...remarks(result).map((text) => `${markdownText(text)}  `),
    '',
  ].join('\n');
}

/** Of the first fault; the page has all of them. */
function faultLines({ fault, clients, data, requests }: FaultTables): string[] {
  const shown: [string, DataTable | null][] = [
    ['Clients', clients],
    ['Writes and values', data],
    ['All requests', requests],
  ];
  return shown.flatMap(([who, table]) =>
    table === null ? [] : [`${who} after ${markdownClipped(fault)}:`, '', ...markdownTable(table), ''],
  );
}
