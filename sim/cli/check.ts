/** `check`: runs scenarios, judges them by their gates, and says so by its exit code. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import type { CheckReport, GateCheck, ScenarioCheck } from '../../reports/check-report.ts';
import { renderCheckText } from '../../reports/check-text.ts';
import { scenarioFiles } from './check-files.ts';
import { EXIT, type ExitCode, worstOf } from './exit-codes.ts';
import { judge } from './judge.ts';
import { checkedAssignment, defineCommand, flag, repeated, wholeNumber } from './options.ts';
import { type Prepared, prepare } from './prepare.ts';
import { runSeeds } from './seeds.ts';
import { isAsciiOnly, printResult, wantsColor } from './streams.ts';

const MAX_SEEDS = 10_000;

export const checkCommand = defineCommand({
  positionals: {
    path: { type: 'string', array: true, demandOption: true, describe: 'Scenario files, or folders of them' },
  },
  options: {
    seeds: wholeNumber('seeds', "How many seeds, from the scenario's on; one without it", 1, MAX_SEEDS),
    strict: flag('Inconclusive gates end with exit code 7 instead of 0'),
    set: repeated('Override any value of the scenarios: --set cluster.shards=12'),
    plugin: repeated('A TypeScript or JavaScript file with modules of your own'),
    quiet: flag('No progress; the verdict is still printed'),
    workers: wholeNumber('workers', 'Runs at the same time; all cores without it', 1, 1024),
  },
  examples: [
    ['$0 check scenarios', 'every scenario with gates in a folder'],
    ['$0 check mine.yaml --seeds 10 --strict', 'over ten seeds; undecided is not good enough'],
  ],
  async run(args) {
    const request = {
      overrides: args.set.map(checkedAssignment),
      plugins: args.plugin.map((path) => resolve(path)),
      strategies: null,
      seed: null,
      check: false,
    };
    // Every mistake is found before the first run begins.
    const files = scenarioFiles(args.path);
    const prepared: { path: string; fromFolder: boolean; prepared: Prepared }[] = [];
    for (const file of files) prepared.push({ ...file, prepared: await prepare(file.path, request) });

    const extra = [
      ...args.set.flatMap((set) => ['--set', set]),
      ...args.plugin.flatMap((file) => ['--plugin', file]),
    ];
    const workers = args.workers ?? availableParallelism();
    const scenarios: ScenarioCheck[] = [];
    const skipped: string[] = [];
    const codes: ExitCode[] = [];
    for (const { path, fromFolder, prepared: each } of prepared) {
      const { scenario } = each;
      const common = { name: scenario.name, file: path, baseline: null };
      if (scenario.gates.length === 0) {
        if (fromFolder) skipped.push(path);
        else scenarios.push({ ...common, seeds: [], gates: [], problems: [NOTHING] });
        continue;
      }
      const seeds = Array.from({ length: args.seeds ?? 1 }, (_, i) => scenario.seed + i);
      const { result, code } = await runSeeds(each, seeds, { workers, quiet: args.quiet === true });
      codes.push(code);
      if (code === EXIT.interrupted) break;
      const gates = result === null ? [] : judge(scenario.gates, { file: path, result, past: null, extra });
      const problems = result === null ? ['it did not run to its end; see above'] : [];
      scenarios.push({ ...common, seeds, gates, problems });
    }
    const strict = args.strict === true;
    const failed = worstOf(codes);
    const exitCode = failed === EXIT.ok ? verdictOf(scenarios, strict) : failed;
    const engine = { version: manifest.version, node: process.versions.node };
    const report: CheckReport = { schema: 'evenkeel/check@1', engine, strict, exitCode, scenarios, skipped };
    const style = { color: wantsColor(process.stdout), ascii: isAsciiOnly() };
    printResult(renderCheckText(report, style));
    return exitCode;
  },
});

const NOTHING = 'nothing to compare: it has no gates; add for example\ngates: [ "p99 < 5ms" ]';

/** A broken gate is known to be wrong; what could not be judged may be; what is undecided may be by chance. */
function verdictOf(scenarios: readonly ScenarioCheck[], strict: boolean): ExitCode {
  const gates = scenarios.flatMap((scenario) => scenario.gates).filter(({ level }) => level === 'error');
  const any = (status: GateCheck['status']) => gates.some((gate) => gate.status === status);
  if (any('fail')) return EXIT.gateFailed;
  if (scenarios.length === 0 || any('error') || scenarios.some(({ problems }) => problems.length > 0))
    return EXIT.notComparable;
  return strict && any('inconclusive') ? EXIT.inconclusive : EXIT.ok;
}
