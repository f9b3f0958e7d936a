/** A scenario of the benchmark, bound as the command binds it: the engine through its public API. */
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import type { Setup } from '../../sim/setup.ts';
import { registry } from '../../strategies/index.ts';

export function benchSetup(text: string, strategy = 'model', overrides: readonly string[] = []): Setup {
  const loaded = loadScenario({ path: 'bench.yaml', text }, { overrides, registry });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems, null, 2));
  return bindSetup(loaded.scenario, strategy, registry, null);
}
