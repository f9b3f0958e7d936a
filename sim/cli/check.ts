/** `check`: runs scenarios, judges them by their gates and baselines, and says so by its exit code. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import type { CheckReport, GateCheck, ScenarioCheck } from '../../reports/check-report.ts';
import { withThinReplications } from '../replications.ts';
import type { Result } from '../result.ts';
import { BASELINES, baselinePath, readBaseline } from './baseline-file.ts';
import { scenarioFiles } from './check-files.ts';
import { FORMAT_NAMES, outputsOf, writeOutputs } from './check-formats.ts';
import { checkScenario } from './check-scenario.ts';
import { EXIT, type ExitCode, worstOf } from './exit-codes.ts';
import { checkedAssignment, defineCommand, flag, repeated, text, wholeNumber } from './options.ts';
import { type Prepared, prepare } from './prepare.ts';

const MAX_SEEDS = 10_000;

export const checkCommand = defineCommand({
  positionals: {
    path: { type: 'string', array: true, demandOption: true, describe: 'Scenario files, or folders of them' },
  },
  options: {
    seeds: wholeNumber(
      'seeds',
      "How many, from the scenario's on; the baseline's, or one, without it",
      1,
      MAX_SEEDS,
    ),
    baselines: text('baselines', `Folder of baselines; ${BASELINES} without it`),
    format: repeated(
      `${FORMAT_NAMES.join(', ')}; NAME=FILE writes to a file, and several are written at once`,
    ),
    strict: flag('Inconclusive gates end with exit code 7 instead of 0'),
    set: repeated('Override any value of the scenarios: --set cluster.shards=12'),
    plugin: repeated('A TypeScript or JavaScript file with modules of your own'),
    quiet: flag('No progress; the verdict is still printed'),
    workers: wholeNumber('workers', 'Runs at the same time; all cores without it', 1, 1024),
  },
  examples: [
    ['$0 check scenarios', 'every scenario with gates in a folder'],
    ['$0 check mine.yaml --seeds 10 --strict', 'over ten seeds; undecided is not good enough'],
    ['$0 check mine.yaml --format text --format junit=out/check.xml', 'for people and for the CI server'],
  ],
  async run(args) {
    const request = {
      overrides: args.set.map(checkedAssignment),
      plugins: args.plugin.map((path) => resolve(path)),
      strategies: null,
      seed: null,
      check: false,
    };
    const outputs = outputsOf(args.format);
    // Every mistake is found before the first run begins.
    const files = scenarioFiles(args.path);
    const prepared: { path: string; fromFolder: boolean; prepared: Prepared }[] = [];
    for (const file of files) prepared.push({ ...file, prepared: await prepare(file.path, request) });

    const options = { workers: args.workers ?? availableParallelism(), quiet: args.quiet === true };
    const folder = args.baselines ?? BASELINES;
    const scenarios: ScenarioCheck[] = [];
    const skipped: string[] = [];
    const codes: ExitCode[] = [];
    const results = new Map<string, Result>();
    for (const { path, fromFolder, prepared: each } of prepared) {
      const baselineFile = baselinePath(folder, each.scenario.name);
      const baseline = readBaseline(baselineFile);
      if (fromFolder && baseline === null && each.scenario.gates.length === 0) {
        skipped.push(path);
        continue;
      }
      const subject = {
        file: path,
        prepared: each,
        baseline,
        baselineFile,
        seeds: args.seeds ?? null,
      };
      const { check, code, result } = await checkScenario(subject, options);
      scenarios.push(check);
      codes.push(code);
      if (result !== null) results.set(path, withThinReplications(result));
      if (code === EXIT.interrupted) break;
    }
    const strict = args.strict === true;
    const failed = worstOf(codes);
    const exitCode = failed === EXIT.ok ? verdictOf(scenarios, strict) : failed;
    const engine = { version: manifest.version, node: process.versions.node };
    const report: CheckReport = { schema: 'evenkeel/check@1', engine, strict, exitCode, scenarios, skipped };
    await writeOutputs(outputs, report, results);
    return exitCode;
  },
});

/** A broken gate is known to be wrong; what could not be judged may be; what is undecided may be by chance. */
function verdictOf(scenarios: readonly ScenarioCheck[], strict: boolean): ExitCode {
  const gates = scenarios.flatMap((scenario) => scenario.gates).filter(({ level }) => level === 'error');
  const any = (status: GateCheck['status']) => gates.some((gate) => gate.status === status);
  if (any('fail')) return EXIT.gateFailed;
  if (scenarios.length === 0 || any('error') || scenarios.some(({ problems }) => problems.length > 0))
    return EXIT.notComparable;
  return strict && any('inconclusive') ? EXIT.inconclusive : EXIT.ok;
}
