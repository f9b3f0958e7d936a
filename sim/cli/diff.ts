/** `diff`: what moved between two stored results, and whether it matters. */
import { columnsOf, padEnd, wrapped } from '../../reports/columns.ts';
import { differenceText, openQuestion, seedsText } from '../../reports/replicated.ts';
import { visible } from '../../reports/safe.ts';
import { DEFAULT_MARGIN } from '../compare.ts';
import { type Difference, type Differences, differencesBetween } from '../difference.ts';
import { showAmount } from '../gates/amounts.ts';
import { SHORT_NAMES } from '../gates/catalogue.ts';
import type { Result } from '../result.ts';
import { EXIT } from './exit-codes.ts';
import { CliError } from './failures.ts';
import { defineCommand, flag, share } from './options.ts';
import { readResult } from './stored-result.ts';
import { printJson, printResult, widthOf } from './streams.ts';

/** What decides in most comparisons; the others are counted, and told with --all. */
const USUAL = new Set([
  ...Object.values(SHORT_NAMES),
  'p99WithFailures',
  'goodput',
  'hottest.utilization',
  'imbalance.maxOverMean',
  'requests.retries',
  'lostWrites',
  'staleReads',
  'recoveryTime',
  'memoryOverhead',
  'cost.nodes',
]);

export const diffCommand = defineCommand({
  positionals: {
    before: { type: 'string', demandOption: true, describe: 'result.json of an earlier run' },
    after: { type: 'string', demandOption: true, describe: 'result.json to compare with it' },
  },
  options: {
    all: flag('Every metric that moved, not only the usual ones'),
    margin: share('margin', 'Differences up to this share do not matter; 5% without it'),
    json: flag('Print the differences as JSON'),
  },
  examples: [
    ['$0 diff before/result.json after/result.json', 'what moved, over the seeds that both have'],
    ['$0 diff before/result.json after/result.json --all', 'every metric'],
  ],
  async run(args) {
    const [before, after] = [readResult(args.before), readResult(args.after)];
    const differences = differencesBetween(before, after, args.margin ?? DEFAULT_MARGIN);
    refuseNothing(differences, before, after);
    if (args.json) {
      const found = differences.found.map(({ metric, ...rest }) => ({ metric: metric.name, ...rest }));
      printJson({ ...differences, found });
    } else {
      const head = [headLine('before', args.before, before), headLine('after', args.after, after)];
      printResult(
        [...head, ...caveats(before, after, differences), '', ...body(differences, args.all === true)].join(
          '\n',
        ),
      );
    }
    return EXIT.ok;
  },
});

function refuseNothing({ common, seeds }: Differences, before: Result, after: Result): void {
  const names = ({ runs }: Result) => [...new Set(runs.map(({ strategy }) => visible(strategy)))].join(', ');
  if (common.length === 0)
    throw new CliError(
      EXIT.notComparable,
      `the results have no strategy in common: ${names(before)} before, ${names(after)} after`,
    );
  if (seeds.length === 0)
    throw new CliError(
      EXIT.notComparable,
      'the results have no seed in common that every strategy ran with',
      'Run both with the same --seeds.',
    );
}

function headLine(which: string, path: string, { scenario, engine }: Result): string {
  return `${which.padEnd(6)}  ${visible(path)}  (${visible(scenario.name)} ${visible(scenario.hash)}, evenkeel ${visible(engine.version)})`;
}

function caveats(before: Result, after: Result, { gone, added, seeds }: Differences): string[] {
  const lines = [
    `over ${seedsText(seeds)}${seeds.length === 1 ? '; differences of a few percent may be chance' : ', paired'}`,
  ];
  if (before.scenario.hash !== after.scenario.hash)
    lines.push('the scenarios differ, so the setup explains some of it');
  if (gone.length > 0) lines.push(`only before: ${gone.map(visible).join(', ')}`);
  if (added.length > 0) lines.push(`only after: ${added.map(visible).join(', ')}`);
  return lines;
}

function body({ common, found, identical }: Differences, all: boolean): string[] {
  if (identical) return ['nothing moved: every request and event was the same'];
  const shown = found.filter(({ metric }) => all || USUAL.has(metric.name));
  const widest = Math.max(0, ...shown.map(({ metric }) => columnsOf(metric.name)));
  const lines = common.flatMap((strategy) => {
    const own = shown.filter((difference) => difference.strategy === strategy);
    return own.length === 0
      ? [`${visible(strategy)}: nothing of the usual moved`]
      : [visible(strategy), ...own.flatMap((difference) => metricLines(difference, widest))];
  });
  const hidden = found.length - shown.length;
  return hidden === 0
    ? lines
    : [...lines, `and ${hidden} further ${hidden === 1 ? 'metric' : 'metrics'} (--all)`];
}

function metricLines({ metric, was, now, row }: Difference, widest: number): string[] {
  const show = (value: number | null) => (value === null ? 'nothing' : showAmount(value, metric.unit));
  const question = openQuestion(row);
  const judged = row === null ? '' : `  ${differenceText(row)}`;
  const line = `${padEnd(metric.name, widest)}  ${show(was)} -> ${show(now)}${judged}${question === null ? '' : `, ${question}`}`;
  const width = widthOf(process.stdout) - 2;
  return wrapped(line, width, ' '.repeat(widest + 2)).map((text) => `  ${text}`);
}
