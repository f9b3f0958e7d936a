/** Everything about a scenario that can go wrong before the first run goes wrong here. */
import { basename, relative } from 'node:path';
import { bindSetup, describeScenario } from '../../scenarios/bind.ts';
import { formatProblem } from '../../scenarios/problem.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { Origin, ScenarioInfo } from '../result.ts';
import type { Setup } from '../setup.ts';
import { choices } from '../suggest.ts';
import { usageError } from './failures.ts';
import { loadValid, openRecording, storedOf } from './loading.ts';
import type { Job } from './pool.ts';
import { printNote, wantsColor } from './streams.ts';

export interface RunRequest {
  /** `path=value` */
  readonly overrides: readonly string[];
  /** Absolute. */
  readonly plugins: readonly string[];
  /** Null for all of the scenario. */
  readonly strategies: readonly string[] | null;
  /** Null for the scenario's own. */
  readonly seed: number | null;
  readonly check: boolean;
}

/** A comparison ready to run. */
export interface Prepared {
  readonly scenario: Scenario;
  readonly info: ScenarioInfo;
  readonly reference: string;
  readonly horizonNs: number;
  /** One per strategy, in the order of the scenario. */
  readonly jobs: readonly Job[];
}

/** A comparison with what it was prepared from. */
export interface Bound {
  readonly prepared: Prepared;
  /** Of each job. */
  readonly setups: readonly Setup[];
  /** Hashes of the plug-ins' files. */
  readonly plugins: readonly string[];
}

export async function prepare(path: string, request: RunRequest): Promise<Prepared> {
  return (await prepareBound(path, request, printNote)).prepared;
}

/** @param tell gets problems and warnings, as text */
export async function prepareBound(
  path: string,
  request: RunRequest,
  tell: (text: string) => void,
): Promise<Bound> {
  const { scenario, registry, plugins, source } = await loadValid(path, request, tell);
  const color = wantsColor(process.stderr);
  for (const warning of scenario.warnings) tell(formatProblem(warning, { color }));
  const chosen = chooseStrategies(scenario, request.strategies);
  const recordings = await storedOf(scenario, tell);
  const recording = openRecording(scenario, recordings, request.seed ?? scenario.seed);
  const setups = chosen.map((strategy) => bindSetup(scenario, strategy, registry, recording));
  const info = describeScenario(scenario, recording);
  const pluginNotes = plugins.map((plugin) => `plug-in ${basename(plugin.path)}, sha256 ${plugin.sha256}`);
  const prepared = {
    scenario,
    info: { ...info, notes: [...info.notes, ...pluginNotes], origin: originOf(path, request) },
    reference: chosen.includes(scenario.reference) ? scenario.reference : chosen[0]!,
    horizonNs: Math.max(...setups.map((setup) => setup.durationNs)),
    jobs: chosen.map((strategy) => ({
      source,
      overrides: request.overrides,
      plugins: request.plugins,
      strategy,
      recordings,
      label: strategy,
      seed: request.seed ?? scenario.seed,
      replication: 0,
      check: request.check,
      windows: null,
    })),
  };
  return { prepared, setups, plugins: plugins.map(({ sha256 }) => sha256) };
}

function originOf(file: string, { overrides, plugins, strategies }: RunRequest): Origin {
  return {
    file,
    overrides: [...overrides],
    plugins: plugins.map((plugin) => relative(process.cwd(), plugin)),
    strategies: [...(strategies ?? [])],
  };
}

/** In the order of the scenario, whatever order they are asked for in. */
function chooseStrategies(scenario: Scenario, wanted: readonly string[] | null): string[] {
  const all = scenario.strategies.map((strategy) => strategy.name);
  if (wanted === null) return all;
  const unknown = wanted.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw usageError(
      `--strategy ${unknown}: ${scenario.path} has no strategy of that name; ${choices(unknown, all)}`,
    );
  return all.filter((name) => wanted.includes(name));
}
