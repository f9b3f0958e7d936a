/**
 * One scenario of a check: run over its seeds, judged by its gates, held against its baseline. A baseline without
 * gates of its own is still a promise: what people feel must not get worse by more than a margin and by more than
 * chance explains.
 */
import type { ScenarioCheck } from '../../reports/check-report.ts';
import type { ScenarioGate } from '../../scenarios/scenario.ts';
import { checkGate, scopeOf } from '../gates/check.ts';
import type { Result } from '../result.ts';
import { type Baseline, baselineOf, incomparable, measurementsOf, pastOf } from './baseline-file.ts';
import { changesBetween } from './behaviour.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { judge } from './judge.ts';
import type { Prepared } from './prepare.ts';
import { runSeeds } from './seeds.ts';

interface Subject {
  readonly file: string;
  readonly prepared: Prepared;
  readonly baseline: Baseline | null;
  readonly baselineFile: string;
  /** Null: the baseline's, or one. */
  readonly seeds: number | null;
}

/** What is judged where a scenario has a baseline but no gate against it. */
const NOT_WORSE: readonly (readonly [metric: string, gate: string])[] = [
  ['responseTime.p99', 'p99 <= baseline + 5%'],
  ['failedShare', 'failed <= baseline + 0.1pp'],
  ['lostWrites', 'lostWrites <= baseline'],
  ['unavailableTime', 'unavailability <= baseline + 10%'],
];

export async function checkScenario(
  { file, prepared, baseline, baselineFile, seeds: wanted }: Subject,
  options: { readonly workers: number; readonly quiet: boolean },
): Promise<{ check: ScenarioCheck; code: ExitCode; result: Result | null }> {
  const { scenario } = prepared;
  const nothing = { name: scenario.name, file, seeds: [], gates: [], baseline: null };
  if (baseline === null && scenario.gates.length === 0) {
    const problem = `nothing to compare: it has no gates, and there is no ${baselineFile}`;
    const advice = `add gates: [ "p99 < 5ms" ], or keep a baseline: evenkeel baseline save ${file}`;
    return { check: { ...nothing, problems: [`${problem}\n${advice}`] }, code: EXIT.ok, result: null };
  }
  const problems = baselineProblems(file, prepared, baseline, baselineFile);
  const usable = problems.length === 0 ? baseline : null;
  // Without anything left to judge by, running it would only cost time.
  if (usable === null && scenario.gates.every(({ gate }) => gate.limit.kind === 'baseline'))
    return { check: { ...nothing, problems }, code: EXIT.ok, result: null };

  const seeds =
    wanted === null && usable !== null
      ? usable.seeds
      : Array.from({ length: wanted ?? 1 }, (_, i) => scenario.seed + i);
  const { result, code } = await runSeeds(prepared, seeds, options);
  if (result === null || code !== EXIT.ok)
    return {
      check: { ...nothing, seeds, problems: ['it did not run to its end; see above'] },
      code,
      result: null,
    };
  const gates = usable === null ? scenario.gates : [...scenario.gates, ...notWorse(prepared, usable, result)];
  const past = usable && pastOf(usable);
  const check = {
    ...nothing,
    seeds,
    problems,
    gates: judge(gates, { file, result, past }),
    baseline: usable && comparison(usable, baselineFile, prepared, result),
  };
  return { check, code, result };
}

function baselineProblems(
  file: string,
  { scenario }: Prepared,
  baseline: Baseline | null,
  baselineFile: string,
): string[] {
  if (baseline === null) {
    if (!scenario.gates.some(({ gate }) => gate.limit.kind === 'baseline')) return [];
    return [`there is no baseline ${baselineFile}\nkeep one: evenkeel baseline save ${file}`];
  }
  const why = incomparable(baseline, scenario);
  if (why === null) return [];
  return [`${baselineFile}: ${why}\nif that is meant: evenkeel baseline update ${file} --reason "..."`];
}

/** Per strategy, where the baseline has values; none where the scenario says itself what worse means. */
function notWorse({ scenario }: Prepared, baseline: Baseline, result: Result): ScenarioGate[] {
  if (scenario.gates.some(({ gate }) => gate.limit.kind === 'baseline')) return [];
  const scope = scopeOf(result);
  const place = { where: scenario.path, position: null };
  return Object.entries(baseline.strategies).flatMap(([strategy, { metrics }]) => {
    if (result.runs.some((run) => run.strategy === strategy && run.bound)) return [];
    return NOT_WORSE.filter(([metric]) => metrics[metric]?.every((value) => typeof value === 'number')).map(
      ([, source]) => ({
        gate: checkGate(`${source} for "${strategy}"`, scope),
        severity: 'error' as const,
        place,
      }),
    );
  });
}

function comparison(
  baseline: Baseline,
  file: string,
  { scenario }: Prepared,
  result: Result,
): ScenarioCheck['baseline'] {
  const now = baselineOf(scenario, result, '');
  return {
    file,
    reason: baseline.reason,
    engine: baseline.engine.version,
    changes: changesBetween(measurementsOf(baseline), measurementsOf(now)),
  };
}
