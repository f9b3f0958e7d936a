/** `baseline`: keeps what scenarios measure now, as what `check` compares with later. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { type BehaviourChange, changeText } from '../../reports/check-report.ts';
import { visible } from '../../reports/safe.ts';
import { choices } from '../suggest.ts';
import {
  BASELINES,
  type Baseline,
  baselineOf,
  baselinePath,
  baselineText,
  incomparable,
  measurementsOf,
  readBaseline,
} from './baseline-file.ts';
import { changesBetween } from './behaviour.ts';
import { scenarioFiles } from './check-files.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { CliError, usageError } from './failures.ts';
import { writeWhole } from './files.ts';
import { checkedAssignment, defineCommand, flag, repeated, text, wholeNumber } from './options.ts';
import { type Prepared, prepare } from './prepare.ts';
import { runSeeds } from './seeds.ts';
import { printJson, printNote, printResult } from './streams.ts';

const ACTIONS = ['save', 'update', 'show', 'diff'];
/** Few enough to be quick, enough for an interval of a difference. */
const SEEDS = 5;

interface Subject {
  readonly scenarioFile: string;
  readonly file: string;
  readonly prepared: Prepared;
  readonly kept: Baseline | null;
}

export const baselineCommand = defineCommand({
  positionals: {
    action: { type: 'string', demandOption: true, describe: 'save, update, show or diff' },
    path: { type: 'string', array: true, demandOption: true, describe: 'Scenario files, or folders of them' },
  },
  options: {
    reason: text('reason', 'Why it is as it is; kept in the file, asked for by update'),
    seeds: wholeNumber('seeds', `How many; the kept ones, or ${SEEDS}, without it`, 1, 10_000),
    baselines: text('baselines', `Folder of baselines; ${BASELINES} without it`),
    set: repeated('Override any value of the scenarios: --set cluster.shards=12'),
    plugin: repeated('A TypeScript or JavaScript file with modules of your own'),
    json: flag('Print what show and diff find as JSON'),
    quiet: flag('No progress'),
    workers: wholeNumber('workers', 'Runs at the same time; all cores without it', 1, 1024),
  },
  examples: [
    ['$0 baseline save mine.yaml', `baselines/mine.json, over ${SEEDS} seeds`],
    ['$0 baseline update mine.yaml --reason "retries halved on purpose"', 'accept what changed'],
    ['$0 baseline diff mine.yaml', 'what would change'],
  ],
  async run(args) {
    const { action } = args;
    if (!ACTIONS.includes(action))
      throw usageError(`baseline has no action "${action}"; ${choices(action, ACTIONS)}`);
    if (action === 'update' && args.reason === undefined)
      throw usageError('update needs --reason "...": whoever reads the change wants to know why');
    const request = {
      overrides: args.set.map(checkedAssignment),
      plugins: args.plugin.map((path) => resolve(path)),
      strategies: null,
      seed: null,
      check: false,
    };
    const subjects: Subject[] = [];
    for (const { path } of scenarioFiles(args.path)) {
      const prepared = await prepare(path, request);
      const file = baselinePath(args.baselines ?? BASELINES, prepared.scenario.name);
      const subject = { scenarioFile: path, file, prepared, kept: readBaseline(file) };
      refuse(action, subject);
      subjects.push(subject);
    }
    if (action === 'show') return show(subjects, args.json === true);
    const options = { workers: args.workers ?? availableParallelism(), quiet: args.quiet === true };
    for (const subject of subjects) {
      const seeds = seedsOf(subject, args.seeds ?? null);
      const { result, code } = await runSeeds(subject.prepared, seeds, options);
      if (result === null || code !== EXIT.ok) return code;
      const now = baselineOf(subject.prepared.scenario, result, args.reason ?? 'first');
      const changes = subject.kept && changesBetween(measurementsOf(subject.kept), measurementsOf(now));
      if (changes !== null) tell(subject, changes, args.json === true);
      if (action === 'diff') continue;
      writeWhole(subject.file, baselineText(now));
      printNote(`wrote ${subject.file}`);
    }
    return EXIT.ok;
  },
});

/** Before anything runs. */
function refuse(action: string, { scenarioFile, file, prepared, kept }: Subject): void {
  if (action === 'save') {
    if (kept === null) return;
    throw usageError(
      `${file} exists`,
      `To replace it: evenkeel baseline update ${scenarioFile} --reason "..."`,
    );
  }
  if (kept === null)
    throw new CliError(
      EXIT.notComparable,
      `there is no baseline ${file}`,
      `To keep one: evenkeel baseline save ${scenarioFile}`,
    );
  const why = action === 'diff' ? incomparable(kept, prepared.scenario) : null;
  if (why !== null) throw new CliError(EXIT.notComparable, `${file}: ${why}`);
}

function seedsOf({ kept, prepared }: Subject, wanted: number | null): number[] {
  if (wanted === null && kept !== null) return kept.seeds;
  return Array.from({ length: wanted ?? SEEDS }, (_, i) => prepared.scenario.seed + i);
}

function show(subjects: readonly Subject[], json: boolean): ExitCode {
  const kept = subjects.map(({ file, kept: baseline }) => ({ file, ...baseline! }));
  if (json) {
    printJson(kept);
    return EXIT.ok;
  }
  for (const { file, scenario, engine, reason, seeds, strategies } of kept) {
    const metrics = Object.values(strategies).flatMap((strategy) => Object.keys(strategy.metrics));
    const lines = [
      `${visible(scenario.name)} (${file})`,
      `  reason      ${visible(reason)}`,
      `  scenario    ${visible(scenario.hash)}`,
      `  engine      evenkeel ${visible(engine.version)} on Node ${visible(engine.node)}`,
      `  seeds       ${seeds.join(', ')}`,
      `  strategies  ${Object.keys(strategies).map(visible).join(', ')}`,
      `  metrics     ${new Set(metrics).size}`,
    ];
    printResult(lines.join('\n'));
  }
  return EXIT.ok;
}

function tell({ file }: Subject, changes: readonly BehaviourChange[], json: boolean): void {
  if (json) {
    printJson({ file, changes });
    return;
  }
  const lines = changes.map(
    (change) => `  ${visible(change.strategy)}: ${visible(change.metric)} ${changeText(change)}`,
  );
  printResult([`${file}: ${changes.length === 0 ? 'nothing changed' : 'changed'}`, ...lines].join('\n'));
}
