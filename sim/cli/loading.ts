/** A scenario with its plug-ins, from plain data: the same in the main thread and in every worker. */
import { loadScenario, pluginsOf } from '../../scenarios/load.ts';
import type { Problem } from '../../scenarios/problem.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import { registry as builtIn } from '../../strategies/index.ts';
import { stream } from '../rng.ts';
import type { Recording } from '../setup.ts';
import { readRecording } from '../traces/open.ts';
import { withReplayTimes } from '../traces/times.ts';
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
  return { ...loaded, ...loadScenario(source, { overrides, registry: loaded.registry }) };
}

/** What the scenario replays, with times fit for replay; null where its workload is synthetic. */
export async function openRecording(
  { recording, settings }: Scenario,
  seed: number,
): Promise<Recording | null> {
  if (recording === null) return null;
  const { file, format, ...badRows } = recording;
  const recorded = await readRecording(file, { ...badRows, ...(format === null ? {} : { format }) });
  const rate = 'recording' in settings.workload ? settings.workload.recording.rate : undefined;
  return withReplayTimes(recorded, rate ?? null, stream(seed, 'recording'));
}
