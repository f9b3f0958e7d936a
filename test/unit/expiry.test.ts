/** Unit: keys whose time is over: when they go, what that costs, and what it frees. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { run } from '../../sim/run.ts';
import type { ActiveExpirySetup, Setup } from '../../sim/setup.ts';
import { registry } from '../../strategies/index.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

const REDIS: ActiveExpirySetup = { perSec: 10, keysPerLoop: 20, acceptableStale: 0.1, timeShare: 0.25 };

/** Nodes that serve a command in 10 us. */
function quick(overrides: Overrides, activeExpiry: ActiveExpirySetup | null): Setup {
  const memory = { limitBytes: Infinity, eviction: 'noeviction', samples: 5, overheadBytes: 80 } as const;
  const setup = buildSetup({ ...overrides, memory: { ...memory, activeExpiry } });
  const node = { ...setup.cluster.node, serviceNs: [10_000, 10_000, 10_000, 10_000] };
  return { ...setup, cluster: { ...setup.cluster, node } };
}

/** 50,000 keys that are never asked for: all have a second to live at most, but for the one that is written. */
const forgotten: Overrides = {
  ratePerSec: 10,
  durationNs: 10e9,
  replicas: 1,
  keys: { kind: 'hot-set', count: 50_000, hotCount: 1, hotShare: 1 },
  operations: [0, 1, 0, 0],
  ttl: { share: 1, meanNs: 1e9, shape: { kind: 'constant' } },
};

describe('keys that nobody asks for', () => {
  test('stay for ever where keys expire on access alone', () => {
    const { nodes, cache } = run(quick(forgotten, null), 1, { check: true });
    expect(nodes[0]!.memory!.entries).toBe(50_000);
    expect(cache.expiredActively).toBe(0);
  });

  test('go where the node looks for them, on replicas too, but for a tenth', () => {
    const { nodes, cache } = run(quick(forgotten, REDIS), 1, { check: true });
    const [primary, replica] = nodes.map(({ memory }) => memory!);
    expect(cache.expiredActively).toBe(50_000 - primary!.entries);
    // A cycle ends when no more than 2 of 20 drawn are stale. All are, until few are left.
    expect(primary!.entries).toBeLessThan(100);
    expect(replica!.entries).toBe(primary!.entries);
    expect(primary!.usedBytes).toBeLessThan(0.01 * primary!.peakBytes);
  });

  test('take a quarter of the thread at most, as long as there are many', () => {
    const slow = { ...REDIS, timeShare: 0.02 };
    const { timeline } = run(
      { ...quick(forgotten, slow), metrics: { ...quick(forgotten, slow).metrics, stepNs: 1e9 } },
      1,
    );
    const second = timeline.utilization[0]![2]!;
    // 2 % of 100 ms, ten times a second; a loop of 20 deletions at 10 us x 180/1540 is 0.02 ms too much, at most.
    expect(second).toBeGreaterThan(0.0199);
    expect(second).toBeLessThan(0.0205);
  });
});

/** P(X <= 2), X binomial of 20 draws with this chance. */
function calm(chance: number): number {
  const miss = 1 - chance;
  return miss ** 20 + 20 * chance * miss ** 19 + 190 * chance ** 2 * miss ** 18;
}

test('theory: of keys that end steadily, so many stay that a cycle finds as many as have ended since the last', () => {
  // 2,000 writes a second, each of a key of its own that lives for 5 s: 10,000 live keys, 200 end between two cycles.
  const { nodes } = run(
    quick(
      {
        ratePerSec: 2000,
        durationNs: 40e9,
        start: 'cold',
        keys: { kind: 'uniform', count: 1_000_000 },
        operations: [0, 1, 0, 0],
        ttl: { share: 1, meanNs: 5e9, shape: { kind: 'constant' } },
      },
      REDIS,
    ),
    1,
    { check: true },
  );
  // A loop deletes 20 s of a stale share s, and is the last with chance q = P(2 or fewer): a cycle deletes 20 s / q (Wald).
  let stale = 0;
  while ((20 * stale) / calm(stale) < 200) stale += 0.0001;
  const entries = 10_000 / (1 - stale);
  // What a cycle deletes is geometric: its deviation is its mean, 200. It rises by k = 0.21 for each stale key more, which
  // pulls the number back: an autoregression of variance 200^2 / 2k. Four deviations.
  const deviation = 200 / Math.sqrt(2 * 0.21);
  expect(Math.abs(nodes[0]!.memory!.entries - entries)).toBeLessThan(4 * deviation);
  expect(stale).toBeGreaterThan(0.1);
});

test('theory: the hit ratio of keys that live for T is p T / (1 + p T) each (c.ttl.T1)', () => {
  const setup = quick(
    {
      ratePerSec: 1000,
      durationNs: 40e9,
      start: 'cold',
      keys: { kind: 'zipf', count: 10_000, exponent: 0.99 },
      ttl: { share: 1, meanNs: 1e9, shape: { kind: 'constant' } },
      origin: { latencyNs: 1, latencyShape: { kind: 'constant' }, concurrency: 1000 },
    },
    null,
  );
  const node = { ...setup.cluster.node, serviceNs: [1, 1, 1, 1] };
  const { timeline } = run(
    { ...setup, cluster: { ...setup.cluster, node }, metrics: { ...setup.metrics, stepNs: 1e9 } },
    2,
  );
  const after = (column: number[]): number => column.slice(3).reduce((sum, count) => sum + count, 0);
  // Value and tolerance (four standard deviations of such a run) of the suite's case c.ttl.T1, not renewed.
  expect(Math.abs(1 - after(timeline.misses) / after(timeline.gets) - 0.5208476577)).toBeLessThan(0.01053);
});

describe('a scenario', () => {
  const loadedWith = (node: string, ttl = '') => {
    const text = `cluster: { node: ${node} }
workload: { rate: 1k/s, keys: { count: 10, popularity: uniform }, operations: { get: 100% }${ttl} }
strategies: { a: redis-cluster }
`;
    return loadScenario({ path: 'x.yaml', text }, { overrides: [], registry });
  };
  const words = (problems: readonly { readonly message: string }[]): string =>
    problems.map(({ message }) => message).join();

  test('with activeExpiry, but without any time to live, is refused', () => {
    const loaded = loadedWith('{ activeExpiry: {} }');
    expect('problems' in loaded && words(loaded.problems)).toContain('no key has a time to live');
    expect('problems' in loadedWith('{ activeExpiry: {} }', ', ttl: 1s')).toBe(false);
  });

  test('is warned of a policy that has nothing to evict', () => {
    const warned = (node: string, ttl = ''): string => {
      const loaded = loadedWith(node, ttl);
      if ('problems' in loaded) throw new Error(words(loaded.problems));
      return words(loaded.scenario.warnings);
    };
    expect(warned('{ eviction: allkeys-lru }')).toContain('without a limit');
    expect(warned('{ maxMemory: 1MiB, eviction: volatile-lru }')).toContain('no key has a time to live');
    expect(warned('{ maxMemory: 1MiB, eviction: volatile-lru }', ', ttl: 1s')).toBe('');
    expect(warned('{ maxMemory: 1MiB, eviction: allkeys-lru }')).toBe('');
  });
});

test('evictions.yaml: policies rank as their papers say', () => {
  const path = join(import.meta.dirname, '../../scenarios/evictions.yaml');
  const loaded = loadScenario(
    { path, text: readFileSync(path, 'utf8') },
    { overrides: ['duration=6s'], registry },
  );
  if ('problems' in loaded) throw new Error('the scenario does not load');
  const ratios = loaded.scenario.strategies.map(
    ({ name }) => [name, run(bindSetup(loaded.scenario, name, registry, null), 1).cache.hitRatio!] as const,
  );
  // On the same 60,000 requests; exact and sampled LRU are level.
  const ranked = ratios.filter(([name]) => name !== 'allkeys-lru').sort((a, b) => b[1] - a[1]);
  expect(ranked.map(([name]) => name)).toEqual([
    'noeviction',
    'allkeys-lfu',
    'sieve',
    's3-fifo',
    'exact-lru',
    'allkeys-random',
  ]);
});
