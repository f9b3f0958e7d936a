/** The shipped scenarios, as short as fingerprints need them: with their whole timeline, faults included, where they can. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindSetup } from '../../scenarios/bind.ts';
import { formatProblem } from '../../scenarios/problem.ts';
import { load, openRecording, storedOf } from '../../sim/cli/loading.ts';
import { run } from '../../sim/run.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios');

/** Every scenario of the cookbook, none left out: new ones at their full length. */
export const COOKBOOK_FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

const SHORTER: Readonly<Record<string, readonly string[]>> = {
  'hot-shard.yaml': ['workload.rate=2k/s'],
  'plugin-example.yaml': ['workload.rate=4k/s'],
  'hot-keys.yaml': ['workload.rate=4k/s', 'duration=4s'],
  'new-shard.yaml': ['workload.rate=4k/s', 'duration=6s'],
  'facebook-etc.yaml': ['duration=1s'],
  'two-tenants.yaml': ['duration=2s'],
  'retry-storm.yaml': ['duration=20s'],
  'cold-cache.yaml': ['duration=16s'],
  'evictions.yaml': ['duration=2s'],
  'five-clients.yaml': ['duration=45s'],
  'stale-reads.yaml': ['workload.rate=8k/s', 'duration=2s'],
};

export interface Recipe {
  /** `scenario/strategy` */
  readonly id: string;
  fingerprint(): string;
}

/** One for each strategy of the scenario. */
export async function recipesOf(file: string): Promise<Recipe[]> {
  const path = join(FOLDER, file);
  const source = { path, text: readFileSync(path, 'utf8') };
  const loaded = await load({ source, overrides: SHORTER[file] ?? [], plugins: [] });
  if ('problems' in loaded)
    throw new Error(loaded.problems.map((p) => formatProblem(p, { color: false })).join('\n'));
  const { scenario, registry } = loaded;
  const recording = openRecording(scenario, await storedOf(scenario, () => {}), scenario.seed);
  return scenario.strategies.map(({ name }) => ({
    id: `${scenario.name}/${name}`,
    fingerprint: () =>
      run(bindSetup(scenario, name, registry, recording), scenario.seed, { check: true }).fingerprint,
  }));
}
