/**
 * Golden: fingerprints of the shipped scenarios. They may be wrong, but they must not change silently: a change
 * that moves one says so in CHANGELOG.md under Behaviour, and writes the new ones with
 * `UPDATE_GOLDEN=1 npx vitest run test/golden`. The Node major is pinned, since Math.exp and Math.log may
 * differ in their last bit between V8 versions.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { formatProblem } from '../../scenarios/problem.ts';
import { load, openRecording, storedOf } from '../../sim/cli/loading.ts';
import { run } from '../../sim/run.ts';

const GOLDEN = join(import.meta.dirname, 'fingerprints.json');
const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Record<string, string>;

/** A twentieth of the rate keeps the full timeline, faults included, and the test short. */
const SCENARIOS = [
  { file: 'hot-shard.yaml', overrides: ['workload.rate=2k/s'] },
  { file: 'recorded-flash-crowd.yaml', overrides: [] },
  { file: 'plugin-example.yaml', overrides: ['workload.rate=4k/s'] },
  { file: 'hot-keys.yaml', overrides: ['workload.rate=4k/s', 'duration=4s'] },
  { file: 'new-shard.yaml', overrides: ['workload.rate=4k/s', 'duration=6s'] },
  { file: 'facebook-etc.yaml', overrides: ['duration=1s'] },
  { file: 'two-tenants.yaml', overrides: ['duration=2s'] },
  { file: 'retry-storm.yaml', overrides: ['duration=20s'] },
  { file: 'cold-cache.yaml', overrides: ['duration=16s'] },
  { file: 'evictions.yaml', overrides: ['duration=2s'] },
];

describe.each(SCENARIOS)('$file', async ({ file, overrides }) => {
  const path = join(import.meta.dirname, '../../scenarios', file);
  const request = { source: { path, text: readFileSync(path, 'utf8') }, overrides, plugins: [] };
  const loaded = await load(request);
  if ('problems' in loaded)
    throw new Error(loaded.problems.map((p) => formatProblem(p, { color: false })).join('\n'));
  const { scenario, registry } = loaded;
  const recording = openRecording(scenario, await storedOf(scenario, () => {}), scenario.seed);

  test.each(scenario.strategies.map(({ name }) => name))('%s', (name) => {
    const result = run(bindSetup(scenario, name, registry, recording), scenario.seed, { check: true });
    const id = `${scenario.name}/${name}`;
    if (process.env['UPDATE_GOLDEN'] === '1') {
      golden[id] = result.fingerprint;
      writeFileSync(GOLDEN, `${JSON.stringify(golden, null, 2)}\n`);
    }
    expect(result.fingerprint).toBe(golden[id]);
  });
});
