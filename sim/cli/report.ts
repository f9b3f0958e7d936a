/** `report`: the table and the HTML report again, from stored results, without running anything. */
import { spawn } from 'node:child_process';
import { dirname, join, resolve } from 'node:path';
import { renderHtml } from '../../reports/html.ts';
import { renderTerminal } from '../../reports/terminal.ts';
import { EXIT } from './exit-codes.ts';
import { usageError } from './failures.ts';
import { writeWhole } from './files.ts';
import { defineCommand, flag, text } from './options.ts';
import { readResult } from './stored-result.ts';
import { isAsciiOnly, printJson, printNote, printResult, wantsColor, widthOf } from './streams.ts';

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
    out: text('out', 'Where to write the report; report.html beside the result without it'),
    open: flag('Open the report in the browser'),
    json: flag('Print the results as JSON instead of the table'),
  },
  examples: [['$0 report out/hot-shard/result.json --open', 'look at a stored result again']],
  async run(args) {
    if (args.out !== undefined && args.result.length > 1)
      throw usageError(`--out names one file, but there are ${args.result.length} results`);
    const stored = args.result.map((path) => ({ path, result: readResult(path) }));
    for (const { path, result } of stored) {
      const target = args.out ?? join(dirname(path), 'report.html');
      writeWhole(target, await renderHtml(result));
      if (!args.json) {
        const style = { color: wantsColor(process.stdout), ascii: isAsciiOnly() };
        printResult(renderTerminal(result, { width: widthOf(process.stdout), ...style }));
      }
      printNote(`wrote ${target}`);
      if (args.open) openInBrowser(resolve(target));
    }
    const results = stored.map(({ result }) => result);
    if (args.json) printJson(results.length === 1 ? results[0] : results);
    return EXIT.ok;
  },
});

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
