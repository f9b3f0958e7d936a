/** Unit: every preset composes, takes its parameters, and answers requests in a small run. */
import { describe, expect, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { run } from '../../sim/run.ts';
import { registry } from '../../strategies/index.ts';

describe('presets', () => {
  test.each(registry.presets.map(({ name }) => name))('%s runs', (name) => {
    const text = [
      'duration: 2s',
      'warmUp: 0s',
      'cluster: { shards: 6, replicas: 1 }',
      'workload: { rate: 1k/s, keys: { count: 1k } }',
      `strategies: { a: ${name} }`,
    ].join('\n');
    const loaded = loadScenario({ path: 'presets.yaml', text }, { registry, overrides: [] });
    if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
    const { requests } = run(bindSetup(loaded.scenario, 'a', registry, null), 7);
    expect(requests.failed).toBe(0);
    expect(requests.completed).toBeGreaterThan(1500);
  });
});
