/** What a sweep leaves behind: its runs as JSON lines and CSV, and the table of their means, on the terminal, in Markdown and on a page. */
import { join } from 'node:path';
import { differenceText } from '../../reports/replicated.ts';
import { renderSweepHtml } from '../../reports/sweep-html.ts';
import {
  renderSweep,
  renderSweepMarkdown,
  type SweepFigure,
  type SweepRow,
  type SweepTable,
} from '../../reports/sweep-table.ts';
import { DEFAULT_MARGIN } from '../compare.ts';
import { versusOf } from '../paired.ts';
import { estimateMean, intervalOf } from '../statistics/estimate.ts';
import { writeWhole } from './files.ts';
import { isAsciiOnly, printNote, printResult, widthOf } from './streams.ts';
import { type SweepLine, writeCsv, writeLines } from './sweep-store.ts';

export interface SweepFiles {
  readonly lines: string;
  readonly csv: string;
  readonly markdown: string;
  readonly report: string;
}

/** @param part `1-of-4` for one share of a sweep, null for a whole one */
export function sweepFiles(folder: string, part: string | null): SweepFiles {
  const name = part === null ? 'sweep' : `sweep.${part}`;
  const file = (type: string) => join(folder, `${name}.${type}`);
  return { lines: file('jsonl'), csv: file('csv'), markdown: file('md'), report: file('html') };
}

/**
 * @param name of the sweep, for its readers
 * @param others runs of earlier sweeps that the file keeps, to be used again
 */
export async function writeSweep(
  name: string,
  files: SweepFiles,
  lines: readonly SweepLine[],
  others: readonly SweepLine[],
): Promise<void> {
  writeLines(files.lines, [...lines, ...others.map((line) => ({ ...line, place: null }))]);
  await writeCsv(files.csv, lines);
  const table = tableOf(lines);
  if (lines.length > 0) {
    writeWhole(files.markdown, renderSweepMarkdown(name, table));
    writeWhole(files.report, await renderSweepHtml(name, table));
    printResult(renderSweep(table, { ascii: isAsciiOnly(), width: widthOf(process.stdout) }));
  }
  printNote(`wrote ${Object.values(files).join(', ')}`);
}

function tableOf(lines: readonly SweepLine[]): SweepTable {
  const paths = [...new Set(lines.flatMap(({ vary }) => Object.keys(vary)))];
  const byCell = Map.groupBy(lines, ({ vary }) => JSON.stringify(vary));
  const cells = [...byCell.values()].map((cell) => [...Map.groupBy(cell, ({ strategy }) => strategy)]);
  const differences = differencesOf(cells.map((cell) => cell.map(([, own]) => own)));
  const rows = cells.flatMap((strategies) => {
    const p99s = strategies.map(([, own]) => meanOrNever(figureOf(own, P99)));
    const best = Math.min(...p99s);
    return strategies.map(
      ([strategy, own], i): SweepRow => ({
        values: paths.map((path) => own[0]!.vary[path] ?? ''),
        strategy,
        versus: differences.get(own) ?? '',
        best: strategies.length > 1 && p99s[i] === best && best < Infinity,
        p50: figureOf(own, 'responseTime.p50'),
        p99: figureOf(own, 'responseTime.p99'),
        p999: figureOf(own, 'responseTime.p999'),
        failed: figureOf(own, 'failedShare'),
        hottest: figureOf(own, 'hottest.utilization'),
        nodes: figureOf(own, 'cost.nodes'),
      }),
    );
  });
  const seeds = new Set(lines.map(({ seed }) => seed)).size;
  const reference = differences.size === 0 ? null : lines[0]!.strategy;
  return { paths, rows, seeds, reference, margin: DEFAULT_MARGIN };
}

/**
 * By the lines of a strategy in a cell: its p99 against that of the first strategy there, over the seeds that both have.
 * All cells are one family.
 */
function differencesOf(cells: readonly (readonly SweepLine[][])[]): Map<SweepLine[], string> {
  const compared = cells.flatMap(([base, ...others]) =>
    others.flatMap((own) => {
      const [was, now] = [p99sBySeed(base!), p99sBySeed(own)];
      const seeds = [...was.keys()].filter((seed) => now.has(seed));
      if (seeds.length < 2) return [];
      return [
        {
          strategyLines: own,
          base: seeds.map((seed) => was.get(seed)!),
          own: seeds.map((seed) => now.get(seed)!),
        },
      ];
    }),
  );
  const versus = versusOf(
    compared.map(({ base, own }) => ({ base, own, direction: 'lower is better' })),
    '',
    DEFAULT_MARGIN,
  );
  return new Map(
    compared.map(({ strategyLines, own }, i) => {
      const row = { strategy: '', metric: P99, mean: estimateMean(own).mean, ci95: null, versus: versus[i]! };
      return [strategyLines, differenceText(row)];
    }),
  );
}

const P99 = 'p99WithFailures';

/** Where over 1 % failed there is no value to compare. */
function p99sBySeed(lines: readonly SweepLine[]): Map<number, number> {
  const known = lines.map(({ seed, metrics }) => [seed, metrics[P99]] as const);
  return new Map(known.filter((entry): entry is [number, number] => typeof entry[1] === 'number'));
}

function figureOf(lines: readonly SweepLine[], metric: string): SweepFigure {
  const values = lines.map(({ metrics }) => metrics[metric]);
  if (values.includes('never')) return 'never';
  const numbers = values.filter((value) => typeof value === 'number');
  if (numbers.length < lines.length) return null;
  const estimate = estimateMean(numbers);
  const interval = intervalOf(estimate);
  return { mean: estimate.mean, half: interval && (interval[1] - interval[0]) / 2 };
}

function meanOrNever(figure: SweepFigure): number {
  return figure === null || figure === 'never' ? Infinity : figure.mean;
}
