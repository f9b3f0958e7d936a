/** Unit: scenarios/stale-reads.yaml: consistent reads are never stale, stale ones are counted and queue less. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { run } from '../../sim/run.ts';
import { registry } from '../../strategies/index.ts';

const path = join(import.meta.dirname, '../../scenarios/stale-reads.yaml');

function resultsWith(...overrides: readonly string[]) {
  const text = readFileSync(path, 'utf8');
  const loaded = loadScenario({ path, text }, { registry, overrides: ['duration=3s', ...overrides] });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
  const { scenario } = loaded;
  return scenario.strategies.map(({ name }) => run(bindSetup(scenario, name, registry, null), 1));
}

test('only consistent reads are never stale; the others wait less; the longer the lag, the more are stale', () => {
  const [consistent, ...others] = resultsWith();
  const lagging = resultsWith('cluster.replication.lag=20ms').slice(1);
  expect(consistent!.strategy).toBe('consistent');
  expect(consistent!.staleReads).toBe(0);
  for (const [i, other] of others.entries()) {
    expect(other.staleReads, other.strategy).toBeGreaterThan(100);
    expect(lagging[i]!.staleReads, other.strategy).toBeGreaterThan(2 * other.staleReads);
    expect(other.waitingTime.mean!, other.strategy).toBeLessThan(consistent!.waitingTime.mean!);
    expect(other.bound).toBe(other.strategy === 'ceiling');
  }
  const waits = others.map((other) => other.waitingTime.mean!);
  expect(Math.min(...waits)).toBe(waits.at(-1));
});
