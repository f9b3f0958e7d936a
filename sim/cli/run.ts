/** `run`: compares the strategies of scenarios, prints the table, writes result.json and report.html. */
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { percent } from '../../reports/format.ts';
import { renderTerminal } from '../../reports/terminal.ts';
import { DEFAULT_MARGIN } from '../compare.ts';
import { GateError } from '../gates/gate-error.ts';
import { parseUntil, type UntilTarget } from '../gates/until.ts';
import { withThinReplications } from '../replications.ts';
import type { Result } from '../result.ts';
import { STEP_NS } from '../sampling/window.ts';
import { EXIT, type ExitCode, worstOf } from './exit-codes.ts';
import { usageError } from './failures.ts';
import { fileNameFor, prepareFolder, writeWhole } from './files.ts';
import { Laps } from './laps.ts';
import {
  checkedAssignment,
  defineCommand,
  flag,
  names,
  repeated,
  share,
  text,
  time,
  wholeNumber,
} from './options.ts';
import { type Prepared, prepare, type RunRequest } from './prepare.ts';
import { runSampled } from './sample.ts';
import { parseSeeds } from './seed-list.ts';
import { FIRST_BATCH, runSeeds, runUntil } from './seeds.ts';
import { isAsciiOnly, printJson, printNote, printResult, wantsColor, widthOf } from './streams.ts';

export const runCommand = defineCommand({
  positionals: {
    scenario: { type: 'string', array: true, demandOption: true, describe: 'Scenario files (YAML or JSON)' },
  },
  options: {
    strategy: names('strategy', 'Only these strategies of the scenario, separated by commas'),
    seed: wholeNumber(
      'seed',
      "Seed of all random numbers instead of the scenario's",
      0,
      Number.MAX_SAFE_INTEGER,
    ),
    seeds: text(
      'seeds',
      'Replications: how many seeds, or which ones (20, 5..9, 1,2,7); the same for every strategy',
    ),
    until: text('until', 'Add seeds until a metric is known so well: p99=2% (of the paired differences)'),
    'max-seeds': wholeNumber(
      'max-seeds',
      'With --until: at most so many seeds; 100 without it',
      FIRST_BATCH,
      10_000,
    ),
    margin: share('margin', 'With several seeds: differences up to this share do not matter; 5% without it'),
    set: repeated('Override any value of the scenario: --set cluster.shards=12'),
    out: text('out', 'Folder for result.json and report.html; out/<name of the scenario> without it'),
    json: flag('Print the result as JSON instead of the table'),
    report: text('report', 'Write the HTML report to this file instead'),
    check: flag('Check the laws of the engine all along the run, not only at its end'),
    quiet: flag('No progress; the table is still printed'),
    timing: flag('Tell at the end where the time went'),
    sample: wholeNumber(
      'sample',
      'Simulate only so many windows, drawn at random by load, and the time around faults; estimate the rest',
      6,
      10_000,
    ),
    window: time('window', 'With --sample: length of a window; 5s without it'),
    around: time('around', 'With --sample: how long a fault and its end are followed; 60s without it'),
    lead: time('lead', 'With --sample: requests of so long fill the nodes before each window'),
    workers: wholeNumber('workers', 'Strategies run at the same time; all cores without it', 1, 1024),
    plugin: repeated('A TypeScript or JavaScript file with modules of your own'),
  },
  examples: [
    ['$0 run scenarios/hot-shard.yaml', 'the table, out/hot-shard/result.json and report.html'],
    ['$0 run mine.yaml --strategy redis,ring --set cluster.shards=12', 'two of them, on a larger cluster'],
    ['$0 run mine.yaml --seeds 20 --margin 2%', 'over twenty seeds, with intervals and verdicts'],
    ['$0 run mine.yaml --json --quiet | jq .ranking', 'for scripts'],
  ],
  async run(args) {
    const request = {
      overrides: args.set.map(checkedAssignment),
      plugins: args.plugin.map((path) => resolve(path)),
      strategies: args.strategy ?? null,
      seed: args.seed ?? null,
      check: args.check === true,
    };
    if (args.sample !== undefined) return sampled(args, request);
    const laps = new Laps();
    laps.end('start');
    const target = targetOf(args);
    // Every mistake is found before the first run begins.
    const prepared: Prepared[] = [];
    for (const path of args.scenario) prepared.push(await prepare(path, request));
    const folders = prepared.map(({ info }) => outputFolder(info.name, args.out, prepared.length > 1));
    const seeds = prepared.map(({ scenario }) => seedsOf(args.seeds, args.seed ?? scenario.seed));
    refuseCollisions(prepared, folders, args.report);
    for (const folder of folders) prepareFolder(folder);

    laps.end('scenarios');

    const maxSeeds = args['max-seeds'] ?? 100;
    const options = {
      workers: args.workers ?? availableParallelism(),
      quiet: args.quiet === true,
      margin: args.margin ?? DEFAULT_MARGIN,
    };
    const codes: ExitCode[] = [];
    const results: Result[] = [];
    let simulatedMs = 0;
    for (const [i, each] of prepared.entries()) {
      const { result: full, code } =
        target === null
          ? await runSeeds(each, seeds[i]!, options)
          : await runUntil(each, { target, firstSeed: seeds[i]![0]!, maxSeeds }, options);
      codes.push(code);
      laps.end('runs');
      if (full !== null) {
        simulatedMs += full.runs.reduce((sum, { perf }) => sum + 1000 * perf.wallSeconds, 0);
        const result = withThinReplications(full);
        results.push(result);
        if (!args.json) printTable(result);
        laps.end('table');
        await write(result, folders[i]!, args.report, laps);
      }
      if (code === EXIT.interrupted) break;
    }
    if (args.json && results.length > 0) printJson(prepared.length === 1 ? results[0] : results);
    laps.end('JSON');
    if (args.timing) {
      const busy = simulatedMs / (laps.ms('runs') * options.workers);
      printNote(`${laps}; the engine had ${percent(busy)} of the threads' time while they ran`);
    }
    return worstOf(codes);
  },
});

interface SampleArguments {
  readonly scenario: readonly string[];
  readonly sample?: number | undefined;
  readonly window?: number | undefined;
  readonly around?: number | undefined;
  readonly lead?: number | undefined;
  readonly seeds?: string | undefined;
  readonly until?: string | undefined;
  readonly out?: string | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly workers?: number | undefined;
}

function sampled(args: SampleArguments, request: RunRequest): Promise<ExitCode> {
  const [path, another] = args.scenario;
  if (another !== undefined) throw usageError('--sample takes one scenario at a time');
  if (args.seeds !== undefined || args.until !== undefined)
    throw usageError('--sample draws its own seeds; leave --seeds and --until out');
  return runSampled(path!, request, {
    sampling: {
      windows: args.sample!,
      forNs: onSteps(args.window ?? 5e9),
      aroundNs: onSteps(args.around ?? 60e9),
      leadNs: args.lead ?? 0,
    },
    workers: args.workers ?? availableParallelism(),
    quiet: args.quiet === true,
    json: args.json === true,
    out: args.out,
  });
}

/** Whole steps, one at least. */
function onSteps(ns: number): number {
  return Math.max(1, Math.ceil(ns / STEP_NS)) * STEP_NS;
}

function targetOf(args: Readonly<Record<string, unknown>>): UntilTarget | null {
  const source = args['until'];
  if (typeof source !== 'string') {
    if (args['max-seeds'] !== undefined)
      throw usageError('--max-seeds bounds --until; without it, use --seeds');
    return null;
  }
  if (args['seeds'] !== undefined) throw usageError('--until finds the number of seeds; leave --seeds out');
  try {
    return parseUntil(source);
  } catch (error) {
    if (error instanceof GateError) throw usageError(`--until ${source}: ${error.message}`);
    throw error;
  }
}

function seedsOf(wanted: string | undefined, first: number): number[] {
  return wanted === undefined ? [first] : parseSeeds(wanted, first);
}

function outputFolder(name: string, out: string | undefined, several: boolean): string {
  if (out === undefined) return join('out', fileNameFor(name));
  return several ? join(out, fileNameFor(name)) : out;
}

function refuseCollisions(
  prepared: readonly Prepared[],
  folders: readonly string[],
  report: string | undefined,
): void {
  if (report !== undefined && prepared.length > 1)
    throw usageError(`--report names one file, but there are ${prepared.length} scenarios`);
  const twice = folders.find((folder, at) => folders.indexOf(folder) !== at);
  if (twice !== undefined)
    throw usageError(
      `two scenarios would write to ${twice}; give them different names, or run them one by one`,
    );
}

function printTable(result: Result): void {
  const style = { color: wantsColor(process.stdout), ascii: isAsciiOnly() };
  printResult(renderTerminal(result, { width: widthOf(process.stdout), ...style }));
}

async function write(result: Result, folder: string, report: string | undefined, laps: Laps): Promise<void> {
  const resultPath = join(folder, 'result.json');
  const reportPath = report ?? join(folder, 'report.html');
  writeWhole(resultPath, `${JSON.stringify(result, null, 2)}\n`);
  laps.end('JSON');
  // Charts take as long to load as all else: only now.
  const { renderHtml } = await import('../../reports/html.ts');
  laps.end('loading charts');
  writeWhole(reportPath, await renderHtml(result));
  laps.end('report');
  printNote(`wrote ${resultPath} and ${reportPath}`);
}
