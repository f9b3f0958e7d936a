/** Unit: scenarios/hot-keys.yaml: every treatment of hot keys is in it, and what each is said to cost shows. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rankedTable } from '../../reports/table.ts';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { run } from '../../sim/run.ts';
import { registry } from '../../strategies/index.ts';
import { namesOf } from '../../strategies/registry.ts';
import { sampleResult } from '../sample-result.ts';

const path = join(import.meta.dirname, '../../scenarios/hot-keys.yaml');
const loaded = loadScenario(
  { path, text: readFileSync(path, 'utf8') },
  { registry, overrides: ['duration=5s'] },
);
if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems));
const { scenario } = loaded;
const runs = new Map(
  scenario.strategies.map(({ name }) => [name, run(bindSetup(scenario, name, registry, null), 1)]),
);
const of = (name: string) => runs.get(name)!;
const busiest = (name: string): number => Math.max(...of(name).nodes.map((node) => node.utilization));
const amplification = (name: string): number => of(name).hotKeyTreatment!.writeAmplification!;

describe('hot-keys.yaml', () => {
  test('every hot-key module is compared', () => {
    const used = [...runs.values()].flatMap((result) => result.composition['hotKeys']?.use ?? []);
    expect([...new Set(used)].toSorted()).toEqual(namesOf(registry, 'hotKeys').toSorted());
  });

  test('all see the same requests, and every cure takes load off the hottest node', () => {
    for (const name of runs.keys()) {
      expect(of(name).requests.offered).toBe(of('nothing').requests.offered);
      if (name !== 'nothing') expect(busiest(name)).toBeLessThan(busiest('nothing'));
    }
  });

  test('copies cost writes, and what clients hold costs none', () => {
    // Hot keys above 0.5 % are the 13 first of Zipf 0.99: 6.5 % x (1 + 1/2^0.99 + ...) = 21 % of writes, three times.
    expect(amplification('replicate')).toBeGreaterThan(1.4);
    expect(amplification('replicate')).toBeLessThan(1.7);
    expect(amplification('distcache')).toBeLessThan(amplification('replicate'));
    for (const name of ['near-cache', 'near-cache-ttl', 'front-cache', 'coalescing'])
      expect(amplification(name)).toBe(1);
  });

  test('being told of writes makes stale reads rare; a time to live of a second makes them common', () => {
    expect(of('nothing').staleReads).toBe(0);
    expect(of('near-cache').staleReads).toBeGreaterThan(0);
    expect(of('near-cache-ttl').staleReads).toBeGreaterThan(50 * of('near-cache').staleReads);
  });

  test('one cache in front holds a hundredth of what a cache in each client holds, and does more', () => {
    const near = of('near-cache').hotKeyTreatment!;
    const front = of('front-cache').hotKeyTreatment!;
    expect(front.localBytes).toBeLessThan(near.localBytes / 100);
    expect(front.localHits).toBeGreaterThan(near.localHits);
  });
});

test('the table shows what treatments cost where there are several, and says when many reads are stale', () => {
  const table = (names: readonly string[]) =>
    rankedTable({ ...sampleResult(), runs: names.map(of), ranking: [...names] });
  const titles = (names: readonly string[]) => table(names).blocks.map(({ title }) => title);
  expect(titles(['nothing', 'replicate'])).not.toContain('Treatment of hot keys');
  expect(titles(['nothing', 'replicate', 'split'])).toContain('Treatment of hot keys');
  const { rows, footnotes } = table(['near-cache', 'near-cache-ttl']);
  expect(rows.map(({ notes }) => notes)).toEqual([[], [1]]);
  expect(footnotes).toEqual(['stale: over 1% of requests got a value older than a write executed before']);
});
