/** A small registry of modules that do nothing: loading a scenario looks at what modules say, not at what they do. */
import { z } from 'zod';
import { loadScenario } from '../../scenarios/load.ts';
import type { Problem } from '../../scenarios/problem.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import {
  defineFailover,
  defineHotKeys,
  definePlacement,
  defineSelection,
  type PlacementModule,
  type SelectionModule,
} from '../../sim/strategy.ts';
import type { Registry } from '../../strategies/registry.ts';

const prose = { summary: 'a module of the tests', source: 'none', wins: 'nothing', loses: 'nothing' };
const noParams = z.strictObject({});

const placement = (name: string, depth: number): PlacementModule<Record<string, never>> =>
  definePlacement({
    ...prose,
    axis: 'placement',
    name,
    params: noParams,
    create: () => ({
      build: (shards) => ({
        partitionCount: 1,
        depth,
        owners: new Int32Array(shards.length),
        partitionOf: () => 0,
      }),
    }),
  });

const selection = (
  name: string,
  rest: Pick<SelectionModule, 'candidates' | 'needs'>,
): SelectionModule<Record<string, never>> =>
  defineSelection({
    ...prose,
    ...rest,
    axis: 'selection',
    name,
    params: noParams,
    create: () => ({ select: (candidates) => candidates[0]! }),
  });

const replicate = defineHotKeys({
  ...prose,
  axis: 'hotKeys',
  name: 'replicate',
  needs: ['shards'],
  params: z.strictObject({ copies: z.int().min(1).default(3), threshold: z.number().default(0.01) }),
  create: () => {
    throw new Error('not run here');
  },
});
const cluster = defineFailover({
  ...prose,
  axis: 'failover',
  name: 'redis-cluster',
  params: z.strictObject({ nodeTimeoutMs: z.number().min(1).default(15_000) }),
  create: () => ({}),
});

export const registry: Registry = {
  modules: [
    placement('slots', 1),
    placement('ring', 3),
    selection('primary', { candidates: 'primary' }),
    selection('two-choices', { candidates: 'shard', needs: ['replicas'] }),
    selection('bounded-load', { candidates: 'preference', needs: ['preference-order'] }),
    replicate,
    cluster,
  ],
  presets: [
    {
      name: 'redis',
      summary: '',
      models: '',
      placement: 'slots',
      selection: 'primary',
      failover: 'redis-cluster',
    },
    { name: 'ketama', summary: '', models: '', placement: 'ring', selection: 'primary' },
  ],
};

export const MINIMAL = 'workload: { rate: 1k/s }\nstrategies: { a: redis }\n';

export function load(text: string, overrides: readonly string[] = []): Scenario {
  const loaded = loadScenario({ path: 'dir/test.yaml', text }, { registry, overrides });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems, null, 1));
  return loaded.scenario;
}

export function problemsOf(text: string, overrides: readonly string[] = []): Problem[] {
  const loaded = loadScenario({ path: 'test.yaml', text }, { registry, overrides });
  return 'problems' in loaded ? loaded.problems : [];
}
