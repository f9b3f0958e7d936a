/** A scenario with its plug-ins, from plain data: the same in the main thread and in every worker. */
import { loadScenario, pluginsOf } from '../../scenarios/load.ts';
import type { FileContent } from '../../scenarios/named-file.ts';
import { formatProblem, type Problem } from '../../scenarios/problem.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { registry as builtIn } from '../../strategies/index.ts';
import { LIMITS } from '../limits.ts';
import type { Replay } from '../setup.ts';
import { merged } from '../traces/merge.ts';
import { forReplay } from '../traces/replay.ts';
import { EXIT } from './exit-codes.ts';
import { CliError } from './failures.ts';
import { readInput } from './files.ts';
import { loadPlugins, type WithPlugins } from './plugins.ts';
import { replayStored, type StoredRecording, storeRecordings } from './stored-recordings.ts';
import { wantsColor } from './streams.ts';

/** Plain data: a worker can be given it. */
export interface ScenarioRequest {
  readonly source: { readonly path: string; readonly text: string };
  /** `path=value` */
  readonly overrides: readonly string[];
  /** From the command line; absolute. */
  readonly plugins: readonly string[];
}

export async function load(
  request: ScenarioRequest,
): Promise<WithPlugins & ({ readonly scenario: Scenario } | { readonly problems: Problem[] })> {
  const { source, overrides } = request;
  const loaded = await loadPlugins([...pluginsOf(source), ...request.plugins], builtIn);
  const options = { overrides, registry: loaded.registry };
  const first = loadScenario(source, options);
  if ('scenario' in first || first.unread.length === 0) return { ...loaded, ...first };
  const files = new Map<string, FileContent>();
  for (const { id, read } of first.unread) if (!files.has(id)) files.set(id, await read());
  return { ...loaded, ...loadScenario(source, { ...options, files }) };
}

/** As `load`, from a file; its problems are told, and refuse it. */
export async function loadValid(
  path: string,
  { overrides, plugins }: Omit<ScenarioRequest, 'source'>,
  tell: (text: string) => void,
): Promise<WithPlugins & { readonly scenario: Scenario; readonly source: ScenarioRequest['source'] }> {
  const source = { path, text: readInput(path, LIMITS.scenarioBytes) };
  const loaded = await load({ source, overrides, plugins });
  if (!('problems' in loaded)) return { ...loaded, source };
  const color = wantsColor(process.stderr);
  for (const problem of loaded.problems) tell(formatProblem(problem, { color }));
  const count = loaded.problems.length;
  throw new CliError(EXIT.invalidInput, `${path} has ${count === 1 ? 'a problem' : `${count} problems`}`);
}

/** The recordings of the scenario, stored for all of its runs; null where its workload is synthetic. */
export async function storedOf(
  { recording }: Scenario,
  tell: (text: string) => void,
): Promise<readonly StoredRecording[] | null> {
  return recording && storeRecordings(recording, tell);
}

/** What the scenario replays, with times fit for replay; null where its workload is synthetic. */
export function openRecording(
  { recording }: Scenario,
  stored: readonly StoredRecording[] | null,
  seed: number,
): Replay | null {
  if (recording === null || stored === null) return null;
  const { knobs, pace, where } = recording;
  const replays = stored.map(replayStored);
  const whole = replays.length === 1 ? replays[0]! : merged(replays, where.file);
  return forReplay(whole, knobs, pace, seed, where);
}
