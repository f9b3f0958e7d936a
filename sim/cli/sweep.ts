/** `sweep`: a scenario over many values of its parameters; what is already known is not run again. */
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { type Matrix, matrixCells } from '../experiments/matrix.ts';
import { latinCells, randomCells } from '../experiments/sample.ts';
import { type Cell, gridOf, parseVary, VaryError } from '../experiments/vary.ts';
import { thinned } from '../replications.ts';
import { stream } from '../rng.ts';
import { type RunOptions, runJobs } from './comparison.ts';
import { EXIT, type ExitCode, worstOf } from './exit-codes.ts';
import { usageError } from './failures.ts';
import { fileNameFor, prepareFolder } from './files.ts';
import { loadValid } from './loading.ts';
import { checkedAssignment, defineCommand, flag, names, repeated, text, wholeNumber } from './options.ts';
import type { Lane } from './pool.ts';
import type { RunRequest } from './prepare.ts';
import { parseSeeds } from './seed-list.ts';
import { printNote } from './streams.ts';
import { type SweepFiles, sweepFiles, writeSweep } from './sweep-output.ts';
import { cellText, type Plan, type Planned, planSweep } from './sweep-plan.ts';
import { measured, readLines, type Stored, type SweepLine, SweepLog, sweepLine } from './sweep-store.ts';

const MAX_POINTS = 100_000;
/** Hours of work on most machines: worth a word before it begins. */
const MANY_RUNS = 5_000;

export const sweepCommand = defineCommand({
  positionals: {
    scenario: { type: 'string', demandOption: true, describe: 'Scenario file (YAML or JSON)' },
  },
  options: {
    vary: repeated(
      'What to vary: path=4,8,16, path=4..16:2 or path=1k..64k:log7; several make a grid; the matrix of the scenario without it',
    ),
    random: wholeNumber('random', 'So many points at random instead of the grid', 1, MAX_POINTS),
    latin: wholeNumber('latin', 'So many points as a Latin hypercube instead of the grid', 1, MAX_POINTS),
    seeds: text('seeds', 'How many seeds for each cell, or which ones (20, 5..9, 1,2,7); one without it'),
    seed: wholeNumber('seed', "First seed instead of the scenario's", 0, Number.MAX_SAFE_INTEGER),
    strategy: names('strategy', 'Only these strategies of the scenario, separated by commas'),
    set: repeated('Override any value of the scenario in every cell: --set duration=10s'),
    shard: text('shard', 'Only every n-th run, from the i-th on: 1/4; merge puts the parts together'),
    out: text('out', 'Folder for sweep.jsonl and sweep.csv; out/<name of the scenario>-sweep without it'),
    quiet: flag('No progress; the table is still printed'),
    workers: wholeNumber('workers', 'Runs at the same time; all cores without it', 1, 1024),
    plugin: repeated('A TypeScript or JavaScript file with modules of your own'),
  },
  examples: [
    [
      '$0 sweep mine.yaml --vary cluster.shards=4..16:2 --vary workload.keys.popularity.zipf=0.6,0.9',
      'a grid',
    ],
    ['$0 sweep mine.yaml --vary workload.rate=1k/s..64k/s:log7 --seeds 5', 'by logarithms, five seeds each'],
    ['$0 sweep mine.yaml --vary cluster.shards=4..64:4 --shard 1/3', 'a third of it; see merge'],
  ],
  async run(args) {
    const shard = args.shard === undefined ? null : shardOf(args.shard);
    const request = {
      overrides: args.set.map(checkedAssignment),
      plugins: args.plugin.map((path) => resolve(path)),
      strategies: args.strategy ?? null,
      seed: args.seed ?? null,
      check: false,
    };
    const cells = cellsOf(args, await matrixOf(args.scenario, args.vary, request));
    const plan = await planSweep(args.scenario, cells, request, (own) => {
      const first = args.seed ?? own;
      return args.seeds === undefined ? [first] : parseSeeds(args.seeds, first);
    });
    const folder = args.out ?? join('out', `${fileNameFor(plan.name)}-sweep`);
    prepareFolder(folder);
    const files = sweepFiles(folder, shard && `${shard.part}-of-${shard.parts}`);
    const runs =
      shard === null ? plan.runs : plan.runs.filter(({ place }) => place.at % shard.parts === shard.part - 1);
    if (runs.length > MANY_RUNS)
      printNote(
        `${runs.length} runs are many: --latin 200 samples the same ranges, --shard 1/4 shares them out`,
      );
    const options = { workers: args.workers ?? availableParallelism(), quiet: args.quiet === true };
    return runSweep({ ...plan, runs }, files, options);
  },
});

async function runSweep(plan: Plan, files: SweepFiles, options: RunOptions): Promise<ExitCode> {
  const stored = readLines(files.lines);
  if (stored.dropped > 0) printNote(`${files.lines}: ${stored.dropped} cut or foreign lines are left out`);
  const known = new Map(stored.lines.map((line) => [line.key, line]));
  const reused = plan.runs.filter(({ key }) => known.has(key)).length;
  // Cells may come to the same setup: 1s and 1000ms, or a path that a strategy overrides.
  const missing = [...new Map(plan.runs.map((run) => [run.key, run])).values()].filter(
    ({ key }) => !known.has(key),
  );
  const code = await compute(plan, missing, { files, stored, known, options });
  const lines = plan.runs.flatMap((run) => {
    const line = known.get(run.key);
    return line === undefined ? [] : [placed(line, run)];
  });
  const keys = new Set(plan.runs.map(({ key }) => key));
  await writeSweep(
    plan.name,
    files,
    lines,
    [...known.values()].filter(({ key }) => !keys.has(key)),
  );
  const failed = plan.runs.length - lines.length;
  const counts = `${plan.runs.length} runs: ${reused} reused, ${lines.length - reused} computed, ${failed} not done`;
  printNote(counts);
  for (const cell of plan.invalid) printNote(`not run, the scenario refuses it: ${cellText(cell)}`);
  if (code === EXIT.interrupted) printNote('the same command goes on where this one stopped');
  return worstOf([code, plan.invalid.length > 0 ? EXIT.invalidInput : EXIT.ok]);
}

interface Store {
  readonly files: SweepFiles;
  readonly stored: Stored;
  /** By key; what is computed is added. */
  readonly known: Map<string, SweepLine>;
  readonly options: RunOptions;
}

async function compute(
  plan: Plan,
  missing: readonly Planned[],
  { files, stored, known, options }: Store,
): Promise<ExitCode> {
  if (missing.length === 0) return EXIT.ok;
  const planned = new Map(missing.map((run) => [run.job, run]));
  const log = new SweepLog(files.lines, stored);
  const keep = (lane: Lane): void => {
    if (lane.outcome === null || !('runs' in lane.outcome)) return;
    const run = lane.outcome.runs[0]!;
    const of = planned.get(lane.job)!;
    if (!run.partial) {
      const line = lineOf(of, measured(run), run.fingerprint);
      known.set(of.key, line);
      log.append(line);
    }
    // Ten thousand timelines would not fit into memory.
    lane.outcome = { runs: [thinned(run)] };
  };
  const threads = Math.min(options.workers, missing.length);
  const headline = `${plan.name}: ${missing.length} of ${plan.runs.length} runs to do, on ${threads} threads`;
  try {
    const jobs = missing.map(({ job }) => job);
    return (await runJobs({ jobs, horizonNs: plan.horizonNs, headline }, options, keep)).code;
  } finally {
    log.close();
  }
}

function lineOf(run: Planned, metrics: SweepLine['metrics'], fingerprint: string): SweepLine {
  const { key, job } = run;
  const line = {
    key,
    metrics,
    fingerprint,
    strategy: job.strategy,
    seed: job.seed,
    engine: manifest.version,
  };
  return placed(sweepLine({ ...line, place: null, vary: {} }), run);
}

/** The same run may have another place in another sweep. */
function placed(line: SweepLine, { place, cell }: Planned): SweepLine {
  return { ...line, place, vary: Object.fromEntries(cell.map(({ path, value }) => [path, value])) };
}

interface Sampling {
  readonly vary: readonly string[];
  readonly random: number | undefined;
  readonly latin: number | undefined;
  readonly seed: number | undefined;
}

/** The scenario's own, where the command line does not say what to vary. */
async function matrixOf(path: string, vary: readonly string[], request: RunRequest): Promise<Matrix | null> {
  if (vary.length > 0) return null;
  const { matrix } = (await loadValid(path, request, printNote)).scenario;
  if (matrix !== null) return matrix;
  throw usageError(
    'there is nothing to vary',
    'Give --vary cluster.shards=4..16:2, or a matrix: { vary: { cluster.shards: 4..16:2 } } in the scenario.',
  );
}

function cellsOf({ vary, random, latin, seed }: Sampling, matrix: Matrix | null): Cell[] {
  if (random !== undefined && latin !== undefined)
    throw usageError('--random and --latin exclude each other');
  try {
    const dimensions = matrix?.vary ?? vary.map(parseVary);
    const rng = stream(seed ?? 1, 'sweep');
    if (random !== undefined) return randomCells(dimensions, random, rng);
    if (latin !== undefined) return latinCells(dimensions, latin, rng);
    return matrix === null ? gridOf(dimensions) : matrixCells(matrix);
  } catch (error) {
    if (error instanceof VaryError) throw usageError(error.message);
    throw error;
  }
}

function shardOf(given: string): { part: number; parts: number } {
  const [, part, parts] = /^(\d+)\/(\d+)$/.exec(given) ?? [];
  const shard = { part: Number(part), parts: Number(parts) };
  if (part === undefined || shard.part < 1 || shard.part > shard.parts)
    throw usageError(`--shard ${given}: needs i/n with i from 1 to n, as in 1/4`);
  return shard;
}
