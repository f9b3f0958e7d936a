/** `report`: tables, pages and drawings again, from stored results, without running anything. */
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { renderHtml } from '../../reports/html.ts';
import { renderMarkdown } from '../../reports/markdown.ts';
import { renderSeveralHtml, severalSentence } from '../../reports/several-html.ts';
import { renderTerminal } from '../../reports/terminal.ts';
import type { Result } from '../result.ts';
import { choices } from '../suggest.ts';
import { writeDrawings } from './drawings.ts';
import { EXIT } from './exit-codes.ts';
import { usageError } from './failures.ts';
import { writeWhole } from './files.ts';
import { defineCommand, flag, names, text } from './options.ts';
import { readResult } from './stored-result.ts';
import { isAsciiOnly, printJson, printNote, printResult, wantsColor, widthOf } from './streams.ts';

const FORMATS = ['html', 'markdown', 'svg', 'png'] as const;

export const reportCommand = defineCommand({
  positionals: {
    result: {
      type: 'string',
      array: true,
      demandOption: true,
      describe: 'result.json files of earlier runs',
    },
  },
  options: {
    out: text(
      'out',
      'Where to write: a file, or a folder for several drawings; beside the result without it',
    ),
    format: text('format', `${FORMATS.join(', ')}; html without it`),
    chart: names('chart', 'With svg or png: only these charts, separated by commas'),
    dark: flag('With svg or png: on a dark ground'),
    open: flag('Open the report in the browser'),
    json: flag('Print the results as JSON instead of the table'),
  },
  examples: [
    ['$0 report out/hot-shard/result.json --open', 'look at a stored result again'],
    ['$0 report a/result.json b/result.json --out both.html', 'who wins where, on one page'],
    ['$0 report out/mine/result.json --format svg --chart percentiles --out p99.svg', 'a chart for a README'],
  ],
  async run(args) {
    const format = formatOf(args.format);
    const drawn = format === 'svg' || format === 'png';
    if (!drawn && (args.chart !== undefined || args.dark === true))
      throw usageError('--chart and --dark are for drawings: add --format svg or png');
    const stored = args.result.map((path) => ({ path, result: readResult(path) }));
    const results = stored.map(({ result }) => result);
    if (args.json) printJson(results.length === 1 ? results[0] : results);
    if (drawn) {
      if (stored.length > 1) throw usageError('drawings are of one result; give one file');
      const { path, result } = stored[0]!;
      const theme = args.dark === true ? ('dark' as const) : ('light' as const);
      const drawing = { format, theme, charts: args.chart ?? null, out: args.out ?? dirname(path) };
      for (const file of await writeDrawings(result, drawing)) printNote(`wrote ${file}`);
      return EXIT.ok;
    }
    if (args.out !== undefined && stored.length > 1) {
      const pages =
        format === 'html' ? await renderSeveralHtml(results) : results.map(renderMarkdown).join('\n');
      if (!args.json) printResult(`${severalSentence(results)}\n`);
      finish(args.out, pages, args.open === true);
      return EXIT.ok;
    }
    for (const { path, result } of stored) {
      const page = format === 'html' ? await renderHtml(result) : renderMarkdown(result);
      if (!args.json) printTable(result);
      finish(
        args.out ?? join(dirname(path), `report.${format === 'html' ? 'html' : 'md'}`),
        page,
        args.open === true,
      );
    }
    return EXIT.ok;
  },
});

function formatOf(given: string | undefined): (typeof FORMATS)[number] {
  const format = FORMATS.find((one) => one === (given ?? 'html'));
  if (format === undefined)
    throw usageError(`--format ${given}: there is no such format; ${choices(given!, FORMATS)}`);
  return format;
}

function printTable(result: Result): void {
  const style = { color: wantsColor(process.stdout), ascii: isAsciiOnly() };
  printResult(renderTerminal(result, { width: widthOf(process.stdout), ...style }));
}

function finish(target: string, page: string, open: boolean): void {
  writeWhole(target, page);
  printNote(`wrote ${target}`);
  if (open) openInBrowser(resolve(target));
}

function openInBrowser(path: string): void {
  const [command, ...before] =
    process.platform === 'darwin'
      ? ['open']
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '']
        : ['xdg-open'];
  const opener = spawn(command!, [...before, path], { stdio: 'ignore', detached: true });
  opener.on('error', () => printNote(`there is no ${command} here; open ${path} yourself`));
  opener.unref();
}
