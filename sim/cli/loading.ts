/** A scenario with its plug-ins, from plain data: the same in the main thread and in every worker. */
import { type Counts, countsId, readCounts } from '../../scenarios/counts-file.ts';
import { loadScenario, pluginsOf } from '../../scenarios/load.ts';
import type { Problem } from '../../scenarios/problem.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { registry as builtIn } from '../../strategies/index.ts';
import type { Recording } from '../setup.ts';
import { merged } from '../traces/merge.ts';
import { readRecording } from '../traces/open.ts';
import { forReplay } from '../traces/replay.ts';
import { loadPlugins, type WithPlugins } from './plugins.ts';

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
  const counts = new Map<string, Counts>();
  for (const file of first.unread)
    if (!counts.has(countsId(file))) counts.set(countsId(file), await readCounts(file));
  return { ...loaded, ...loadScenario(source, { ...options, counts }) };
}

/** What the scenario replays, with times fit for replay; null where its workload is synthetic. */
export async function openRecording({ recording }: Scenario, seed: number): Promise<Recording | null> {
  if (recording === null) return null;
  const { files, options, knobs, pace, where } = recording;
  const read: Recording[] = [];
  for (const file of files) read.push(await readRecording(file, options));
  const whole = read.length === 1 ? read[0]! : merged(read, where.file);
  return forReplay(whole, knobs, pace, seed, where);
}
