/** Hit ratios: a node of limited memory under independent requests, filled on a miss, through the whole engine. */
import { run } from '../../run.ts';
import type { EvictionName, PopularitySetup, Setup } from '../../setup.ts';
import { type Player, seedOf, type TheoryCase } from './case.ts';
import { groundSetup, UNIT_NS } from './ground.ts';

/** A name of twelve bytes, as long as the longest, and a value of one. */
const NAME_BYTES = 12;
const ENTRY_BYTES = NAME_BYTES + 1;

function popularityOf({ popularity, keys, theta }: TheoryCase['model']): PopularitySetup {
  if (popularity === undefined) return { kind: 'zipf', count: keys, exponent: theta };
  return { kind: 'histogram', bucketKeys: popularity.map(() => 1), bucketWeights: popularity };
}

/** A request a microsecond; what it misses is there a few nanoseconds later. */
const GAP_NS = 1000;

function cacheSetup(keys: PopularitySetup, requests: number, step: number): Setup {
  const plain = groundSetup({ rate: 1, units: (requests * GAP_NS) / UNIT_NS, warmUpUnits: 0 });
  const { workload, cluster } = plain;
  if (workload.kind !== 'synthetic') throw new Error('the ground is synthetic');
  return {
    ...plain,
    cluster: {
      ...cluster,
      start: 'cold',
      node: { ...cluster.node, serviceNs: [1, 1, 1, 1], serviceShape: { kind: 'constant' } },
    },
    origin: {
      latencyNs: 1,
      latencyShape: { kind: 'constant' },
      concurrency: 1,
      queueLimit: Infinity,
      timeoutNs: Infinity,
      failures: 0,
      leases: null,
      earlyRefresh: 0,
    },
    workload: {
      ...workload,
      arrivals: { kind: 'deterministic', ratePerSec: 1e9 / GAP_NS },
      keys,
      keyBytes: { kind: 'constant', bytes: NAME_BYTES },
    },
    metrics: { ...plain.metrics, stepNs: step * GAP_NS },
  };
}

const POLICIES: Readonly<Record<string, EvictionName>> = {
  LRU: 'lru',
  FIFO: 'fifo',
  RANDOM: 'allkeys-random',
};

export const playCache: Player = (theory, effort) => {
  const stated = theory.run as { readonly requests: number; readonly warmup_requests: number };
  const warmUp = stated.warmup_requests;
  const steps = Math.ceil((effort.share * (stated.requests - warmUp)) / warmUp);
  const readings: Record<string, number> = {};
  for (const { metric } of theory.expected) {
    const eviction = POLICIES[/^hit_ratio_([A-Z]+)$/.exec(metric)?.[1] ?? ''];
    if (eviction === undefined) continue;
    const plain = cacheSetup(popularityOf(theory.model), (steps + 1) * warmUp, warmUp);
    const limitBytes = theory.model.cache_size * ENTRY_BYTES;
    const memory = { limitBytes, eviction, samples: 5, overheadBytes: 0, activeExpiry: null };
    const node = { ...plain.cluster.node, memory };
    const { timeline } = run({ ...plain, cluster: { ...plain.cluster, node } }, seedOf(theory, effort));
    const sum = (of: readonly number[]) => of.slice(1).reduce((total, one) => total + one, 0);
    readings[metric] = 1 - sum(timeline.misses) / sum(timeline.gets);
  }
  return {
    readings,
    n: steps * warmUp,
    share: (steps * warmUp) / (stated.requests - warmUp),
    missing: {
      che_characteristic_time_requests: "Che's characteristic time is solved for by no part of the tool",
      requests_until_cache_first_full: 'a run reports memory by steps, not the moment it is full',
      hit_ratio_perfect_LFU: 'no policy holds the most popular keys from the start',
    },
  };
};

/** A cache without limit that starts empty: distinct keys are the misses. */
export const playColdStart: Player = (theory, effort) => {
  const readings: Record<string, number> = {};
  for (const requests of [1e3, 1e4, 1e5, 1e6]) {
    const keys: PopularitySetup = {
      kind: 'zipf',
      count: theory.model.keys,
      exponent: theory.model.theta ?? 0.99,
    };
    const { timeline } = run(cacheSetup(keys, requests, requests / 10), seedOf(theory, effort) + requests);
    const last = timeline.gets.length - 1;
    readings[`distinct_after_${requests}`] = timeline.misses.reduce((total, one) => total + one, 0);
    readings[`hit_ratio_last_tenth_before_${requests}`] = 1 - timeline.misses[last]! / timeline.gets[last]!;
  }
  return { readings, n: 1e6, share: 1 };
};
