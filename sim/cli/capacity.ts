/** `capacity`: how few shards, or how high a rate, still meet every objective, strategy by strategy. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { renderCapacityMarkdown } from '../../reports/capacity-markdown.ts';
import type { CapacityPoint, CapacityReport, StrategyCapacity } from '../../reports/capacity-report.ts';
import { breaksFirst, breakText } from '../../reports/capacity-report.ts';
import { renderCapacityText } from '../../reports/capacity-text.ts';
import type { Scenario, ScenarioStrategy } from '../../scenarios/scenario.ts';
import { type Bracket, bracket } from '../experiments/bracket.ts';
import { type Axis, assignmentFor, currentValue, parseAxis } from './capacity-axis.ts';
import { judgePoint, levelOf, type Question, Stopped } from './capacity-judge.ts';
import { checkObjectives, DURING, situationsOf } from './capacity-situations.ts';
import { EXIT, type ExitCode, worstOf } from './exit-codes.ts';
import { usageError } from './failures.ts';
import {
  checkedAssignment,
  defineCommand,
  flag,
  names,
  repeated,
  requiredText,
  share,
  text,
  wholeNumber,
} from './options.ts';
import { type Prepared, prepare } from './prepare.ts';
import { printJson, printNote, printResult } from './streams.ts';

const FIRST_SEEDS = 5;
const MAX_SEEDS = 20;
const RESOLUTION = 0.05;

export const capacityCommand = defineCommand({
  positionals: {
    scenario: { type: 'string', demandOption: true, describe: 'Scenario file (YAML or JSON)' },
  },
  options: {
    slo: repeated('An objective, as a gate: --slo "p99 < 5ms"; all must hold'),
    vary: requiredText(
      'vary',
      'What to vary: cluster.shards, workload.rate, or with its ends: cluster.shards=2..64',
    ),
    during: repeated(`Where the objectives must hold too: ${DURING.join(', ')}`),
    find: text('find', 'fewest or most; most for rates, fewest for everything else without it'),
    resolution: share('resolution', 'Rates are found to this share; 5% without it'),
    strategy: names('strategy', 'Only these strategies of the scenario, separated by commas'),
    seeds: wholeNumber('seeds', `Seeds of the first look at a point; ${FIRST_SEEDS} without it`, 2, 1000),
    'max-seeds': wholeNumber(
      'max-seeds',
      `At most so many for a point that is undecided; ${MAX_SEEDS} without it`,
      2,
      10_000,
    ),
    seed: wholeNumber('seed', "First seed instead of the scenario's", 0, Number.MAX_SAFE_INTEGER),
    set: repeated('Override any value of the scenario: --set duration=20s'),
    json: flag('Print the answer as JSON'),
    markdown: flag('Print the answer as Markdown'),
    quiet: flag('No progress; the answer is still printed'),
    workers: wholeNumber('workers', 'Runs at the same time; all cores without it', 1, 1024),
    plugin: repeated('A TypeScript or JavaScript file with modules of your own'),
  },
  examples: [
    ['$0 capacity mine.yaml --slo "p99 < 5ms" --slo "failed < 0.01%" --vary cluster.shards', 'fewest shards'],
    ['$0 capacity mine.yaml --slo "p99 < 5ms" --vary workload.rate', 'highest rate'],
    [
      '$0 capacity mine.yaml --slo "failed < 2%" --vary cluster.shards --during crash',
      'with a node down, too',
    ],
  ],
  async run(args) {
    if (args.slo.length === 0) throw usageError('capacity needs an objective, as in --slo "p99 < 5ms"');
    if (args.json === true && args.markdown === true)
      throw usageError('--json and --markdown exclude each other');
    const seeds = args.seeds ?? Math.min(FIRST_SEEDS, args['max-seeds'] ?? FIRST_SEEDS);
    const question = {
      file: args.scenario,
      request: {
        overrides: args.set.map(checkedAssignment),
        plugins: args.plugin.map((path) => resolve(path)),
        strategies: args.strategy ?? null,
        seed: args.seed ?? null,
        check: false,
      },
      objectives: args.slo,
      situations: situationsOf(args.during),
      seeds,
      maxSeeds: Math.max(seeds, args['max-seeds'] ?? MAX_SEEDS),
      options: { workers: args.workers ?? availableParallelism(), quiet: args.quiet === true },
    };
    const axisFor = parseAxis(args.vary, findOf(args.find), args.resolution || RESOLUTION);
    const asWritten = question.situations.some(({ name }) => name === 'as written');
    // What is left out need not fit: a fault at 20s where --set says duration=5s.
    const without = asWritten ? ['gates=[]'] : ['gates=[]', 'faults=[]'];
    const overrides = [...question.request.overrides, ...without];
    const prepared = await prepare(args.scenario, { ...question.request, overrides });
    checkObjectives(question.objectives, question.situations, prepared.scenario);
    const { report, code } = await answer(question, prepared, axisFor, args.vary.split('=')[0]!.trim());
    if (args.json) printJson(report);
    else printResult((args.markdown ? renderCapacityMarkdown : renderCapacityText)(report));
    return code;
  },
});

type Asked = Omit<Question, 'strategy'>;

async function answer(
  question: Asked,
  { scenario, jobs, info }: Prepared,
  axisFor: (own: number | null) => Axis,
  path: string,
): Promise<{ report: CapacityReport; code: ExitCode }> {
  const strategies: StrategyCapacity[] = [];
  const chosen = scenario.strategies.filter(({ name }) => jobs.some((job) => job.strategy === name));
  refuseOwnFaults(chosen, question);
  const own = (strategy: ScenarioStrategy) => currentValue(path, strategy);
  const axes = new Map(chosen.map((strategy) => [strategy.name, axisFor(own(strategy))]));
  let code: ExitCode = EXIT.ok;
  for (const strategy of chosen) {
    const searched = await search(
      { ...question, strategy: strategy.name },
      strategy,
      axes.get(strategy.name)!,
      own(strategy),
      scenario,
    );
    strategies.push(searched.found);
    code = worstOf([code, searched.code]);
    if (searched.code !== EXIT.ok) break;
  }
  if (code === EXIT.ok && strategies.every(({ answer: found }) => found === null)) code = EXIT.gateFailed;
  const axis = axes.get(chosen[0]!.name)!;
  const { seeds, maxSeeds } = question;
  const report: CapacityReport = {
    schema: 'evenkeel/capacity@1',
    engine: { version: manifest.version, node: process.versions.node },
    scenario: { name: info.name, file: scenario.path, hash: scenario.hash },
    vary: axis.path,
    find: axis.find,
    range: [...axis.range],
    objectives: [...question.objectives],
    during: question.situations.map(({ name }) => name),
    firstSeed: jobs[0]!.seed,
    seeds,
    maxSeeds,
    level: levelOf(seeds, maxSeeds),
    prices: scenario.prices,
    notes: notesOf(question),
    strategies,
  };
  return { report, code };
}

interface Searched {
  readonly found: StrategyCapacity;
  readonly code: ExitCode;
}

async function search(
  question: Question,
  strategy: ScenarioStrategy,
  axis: Axis,
  own: number | null,
  { prices }: Scenario,
): Promise<Searched> {
  const points = new Map<number, CapacityPoint>();
  let isBound = false;
  let gaveUp = false;
  const holds = async (place: number): Promise<boolean> => {
    const shown = axis.written(place);
    const overrides = [assignmentFor(axis.path, shown, strategy)];
    const { point, bound } = await judgePoint(question, overrides, { value: axis.valueAt(place), shown });
    points.set(place, point);
    isBound ||= bound;
    if (!question.options.quiet) printNote(progressText(question.strategy, axis.path, point));
    return point.verdict === 'pass';
  };
  let found: Bracket | null = null;
  let code: ExitCode = EXIT.ok;
  try {
    found = await bracket(axis.placesFrom(own), holds, (failed) => {
      gaveUp = noCloser(failed.map((place) => points.get(place)!));
      return gaveUp;
    });
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    code = error.code;
  }
  const edge = found?.edge ?? null;
  const answer = edge === null ? null : points.get(edge)!;
  // Where nothing holds, the easiest place that was asked says what stands in the way.
  const nextPlace = edge === null ? Math.max(...points.keys()) : edge - 1;
  return {
    code,
    found: {
      strategy: strategy.name,
      bound: isBound,
      answer,
      next: points.get(nextPlace) ?? null,
      perMonth: answer?.nodes == null || prices === null ? null : answer.nodes * prices.node,
      points: [...points.values()].sort((a, b) => a.value - b.value),
      contradictions: (found?.contradictions ?? []).map(
        ({ holds: good, fails }) =>
          `${axis.written(good)} holds, but ${axis.written(fails)} does not: ${breakText(points.get(fails)!)}`,
      ),
      gaveUp,
      interrupted: code !== EXIT.ok,
    },
  };
}

/** So many steps in a row without getting closer, each twice as long as the one before, and the search ends. */
const PATIENCE = 3;
/** Less is what chance does to a handful of seeds. */
const CLOSER = 0.75;

/** What breaks first is as far beyond its limit as it was: one hot key, say, that no number of shards divides. */
function noCloser(points: readonly CapacityPoint[]): boolean {
  const excess = points.map((point) => breaksFirst(point)?.excess ?? Infinity);
  if (excess.length <= PATIENCE) return false;
  const before = Math.min(...excess.slice(0, -PATIENCE));
  return excess.slice(-PATIENCE).every((value) => !(value < CLOSER * before));
}

/** `redis-cluster: cluster.shards 6 does not hold (5 seeds): p99 < 5ms: 6.1ms, 22% beyond` */
function progressText(strategy: string, path: string, point: CapacityPoint): string {
  const verdict =
    point.verdict === 'pass' ? 'holds' : point.verdict === 'fail' ? 'does not hold' : point.verdict;
  const why = point.verdict === 'pass' ? '' : `: ${breakText(point)}`;
  return `${strategy}: ${path} ${point.shown} ${verdict} (${point.seeds} seeds)${why}`;
}

function findOf(given: string | undefined): 'fewest' | 'most' | null {
  if (given === undefined || given === 'fewest' || given === 'most') return given ?? null;
  throw usageError(`--find ${given}: accepted are fewest and most`);
}

/** They would win over the faults of a situation. */
function refuseOwnFaults(strategies: readonly ScenarioStrategy[], { situations }: Asked): void {
  const own = strategies.find(({ overrides }) => overrides.some((path) => path.startsWith('faults')));
  if (own === undefined) return;
  throw usageError(
    `strategy "${own.name}" has faults of its own, so "${situations[0]!.name}" would not be what it says`,
    'Leave it out with --strategy, or remove faults from its "with".',
  );
}

function notesOf({ situations, seeds, maxSeeds }: Asked): string[] {
  const percent = Number((levelOf(seeds, maxSeeds) * 100).toFixed(1));
  const asWritten = situations.some(({ name }) => name === 'as written');
  return [
    `A point holds when every objective does with ${percent}% confidence, over ${seeds} to ${maxSeeds} seeds.`,
    ...(asWritten ? [] : ['Faults of the scenario are left out; --during scenario has them.']),
  ];
}
