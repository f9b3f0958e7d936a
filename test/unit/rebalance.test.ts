/**
 * Unit: partitions on the move in the engine, and each rebalance module where it wins and where it loses. Law: no
 * key is lost on the way (checked by `run` itself where nothing dies).
 */
import { expect, test } from 'vitest';
import { loadScenario } from '../../scenarios/load.ts';
import { run } from '../../sim/run.ts';
import type { SyntheticWorkload } from '../../sim/setup.ts';
import { registry } from '../../strategies/index.ts';
import { redisSlots } from '../../strategies/placement/redis-slots.ts';
import { findModule } from '../../strategies/registry.ts';
import { FakeCluster, ranges } from '../contract/rebalance.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

const moduleOf = (name: string) => findModule(registry, 'rebalance', name)!;

function rebalanced(name: string | null, params: object = {}, overrides: Partial<Overrides> = {}, empty = 1) {
  const module = name === null ? null : moduleOf(name);
  const setup = buildSetup({
    ratePerSec: 1500,
    durationNs: 20e9,
    shards: 4,
    operations: [0.9, 0.1, 0, 0],
    keys: { kind: 'uniform', count: 50_000 },
    network: { sameZoneNs: 100_000, crossZoneNs: 100_000, jitterSigma: 0 },
    ...overrides,
    clients: { count: 5, ...overrides.clients },
    strategy: {
      placement: { module: redisSlots, params: { emptyShards: empty } },
      rebalance: module && { module, params: module.params.parse(params) },
      ...overrides.strategy,
    },
  });
  return run(setup, 1, { check: true });
}

test('a shard that joins empty gets its part of the slots, while every request is answered', () => {
  const result = rebalanced('redis-cli', { every: '1s' });
  const { partitionsMoved, keysMoved, bytesMoved, asked, moved, rounds } = result.rebalance!;
  expect(partitionsMoved).toBe(4096);
  expect(rounds).toBe(1);
  // A quarter of the keys, in slots chosen by number: binomial.
  expect(Math.abs(keysMoved - 12_500)).toBeLessThan(4 * Math.sqrt(50_000 * 0.25 * 0.75));
  expect(bytesMoved).toBe(keysMoved * 132);
  // Each client learns of each slot once, and no more: a read in flight may be told a second time.
  expect(moved).toBeGreaterThan(0);
  expect(moved).toBeLessThan(1.1 * 5 * 4096);
  expect(result.requests.failed).toBe(0);
  expect(result.cache.misses).toBe(0);
  expect(result.requests.redirects).toBe(asked + moved);
});

test('a moved entry has whole bytes, where the mean of sizes has not', () => {
  const memory = {
    limitBytes: 2e6,
    eviction: 'allkeys-lru',
    samples: 5,
    overheadBytes: 80,
    activeExpiry: null,
  } as const;
  const setup = buildSetup({
    ratePerSec: 500,
    durationNs: 3e9,
    shards: 3,
    memory,
    strategy: {
      placement: { module: redisSlots, params: { emptyShards: 1 } },
      rebalance: {
        module: moduleOf('redis-cli'),
        params: moduleOf('redis-cli').params.parse({ every: '1s' }),
      } as never,
    },
  });
  const valueBytes = { kind: 'discrete', bytes: [100, 101], weights: [0.1, 0.9] } as const;
  const workload = { ...(setup.workload as SyntheticWorkload), valueBytes };
  // The law of memory compares the sum with the entries.
  const result = run({ ...setup, workload }, 1, { check: true });
  expect(result.rebalance!.keysMoved).toBeGreaterThan(100);
});

test('a moving partition is asked for where its keys are by then: ASK, without a change of belief', () => {
  const hazelcast = findModule(registry, 'placement', 'hazelcast')!;
  const result = rebalanced(
    'redis-cli',
    { every: '1s', weights: [0, 1, 1, 1] },
    { strategy: { placement: { module: hazelcast, params: hazelcast.params.parse({}) } } },
  );
  expect(result.rebalance!.partitionsMoved).toBe(68);
  expect(result.rebalance!.asked).toBeGreaterThan(0);
  expect(result.requests.redirects).toBe(result.rebalance!.asked + result.rebalance!.moved);
  expect(result.requests.failed).toBe(0);
  expect(result.cache.misses).toBe(0);
});

test('moving costs the source time: requests wait behind MIGRATE, a round trip each', () => {
  const network = { sameZoneNs: 5e6, crossZoneNs: 5e6, jitterSigma: 0 };
  const moving = rebalanced('redis-cli', { every: '1s' }, { ratePerSec: 300, network });
  const still = rebalanced(null, {}, { ratePerSec: 300, network });
  const { blockedMs, partitionsMoved } = moving.rebalance!;
  expect(partitionsMoved).toBeGreaterThan(100);
  expect(blockedMs).toBeGreaterThan(9 * partitionsMoved);
  // Twelve times a second one of three sources stands still for 10 ms: for 4 % of all requests.
  expect(moving.waitingTime.p99!).toBeGreaterThan(1.5 * still.waitingTime.p99!);
});

test('replicas follow: after the move a replica of the new owner holds the keys', () => {
  const result = rebalanced(
    'redis-cli',
    { every: '1s' },
    {
      replicas: 1,
      faults: [{ kind: 'crash', name: 'crash', atNs: 15e9, node: 3, of: 'process' }],
      clients: { timeoutNs: 1e9 },
    },
  );
  expect(result.rebalance!.partitionsMoved).toBe(4096);
});

test('a move waits for a target that is down', () => {
  const result = rebalanced(
    'redis-cli',
    { every: '1s' },
    {
      faults: [
        { kind: 'crash', name: 'crash', atNs: 0.5e9, node: 3, of: 'process' },
        { kind: 'restart', name: 'back', atNs: 5e9, node: 3 },
      ],
    },
  );
  const joined = result.timeline.attempts[3]!;
  expect(joined.slice(0, 14).reduce((sum, count) => sum + count, 0)).toBe(0);
  expect(result.rebalance!.partitionsMoved).toBe(4096);
});

test('redis-cli moves what a published run of it moved: 1,046 and 1,004 slots', () => {
  // 4,416, 4,457 and 7,511 slots at --cluster-threshold 1, then 5,462, 5,461 and 5,461.
  const owner = Int32Array.from({ length: 16_384 }, (_, slot) => (slot < 4416 ? 0 : slot < 8873 ? 1 : 2));
  const cluster = new FakeCluster(
    moduleOf('redis-cli'),
    { threshold: '1%' },
    owner,
    new Float64Array(16_384),
    3,
  );
  const moves = cluster.round();
  expect(moves.filter(({ to }) => to === 0)).toHaveLength(1046);
  expect(moves.filter(({ to }) => to === 1)).toHaveLength(1004);
  expect(moves.slice(0, 2)).toEqual([
    { partition: 8873, to: 0 },
    { partition: 8874, to: 0 },
  ]);
  expect(cluster.counts()).toEqual([5462, 5461, 5461]);
});

test('redis-cli: weights, a drained shard, and slots within the threshold', () => {
  const idle = new Float64Array(16_384);
  const weighted = new FakeCluster(
    moduleOf('redis-cli'),
    { weights: [2, 1, 1, 0] },
    ranges(16_384, 4),
    idle,
    4,
  );
  weighted.round();
  expect(weighted.counts()).toEqual([8192, 4096, 4096, 0]);
  const nearly = ranges(16_384, 4).fill(1, 4076, 4096);
  expect(new FakeCluster(moduleOf('redis-cli'), {}, nearly, idle, 4).round()).toEqual([]);
});

test('redis-cli wins when a shard joins and loses when even slots are unevenly hot; load-aware the reverse', () => {
  const warm = Float64Array.from({ length: 120 }, (_, i) => (i < 6 ? 10 : 1));
  const cli = new FakeCluster(moduleOf('redis-cli'), {}, ranges(), warm);
  expect(cli.rounds(10)).toEqual([]);
  const aware = new FakeCluster(moduleOf('load-aware'), {}, ranges(), warm);
  const before = Math.max(...aware.loads());
  const moves = aware.rounds(10);
  // 84 and thrice 30, 43.5 on average. Three hot slots leave, one to each; a fourth would only change the victim, so
  // seven cold ones bring 54 down to 47, less than 1.1 of the average.
  expect(before).toBe(84);
  expect(Math.max(...aware.loads())).toBe(47);
  expect(moves).toHaveLength(10);
});

test('load-aware keeps its budget per round, and lets a slot rest', () => {
  const warm = Float64Array.from({ length: 120 }, (_, i) => (i < 30 ? 10 : 1));
  const cluster = new FakeCluster(moduleOf('load-aware'), { slotsPerRound: 3 }, ranges(), warm);
  for (let round = 0; round < 10; round++) expect(cluster.round().length).toBeLessThanOrEqual(3);
  const resting = new FakeCluster(moduleOf('load-aware'), { rest: '1h' }, ranges(), warm);
  const moves = resting.rounds(50);
  expect(new Set(moves.map(({ partition }) => partition)).size).toBe(moves.length);
});

test('load-aware loses to one slot that is hotter than the rest of its shard; isolate wins', () => {
  const owner = ranges(8, 4);
  const hot = Float64Array.from([100, 20, 10, 10, 10, 10, 10, 10]);
  const aware = new FakeCluster(moduleOf('load-aware'), {}, owner, hot);
  aware.rounds(5);
  const alone = new FakeCluster(moduleOf('isolate'), {}, owner, hot);
  alone.rounds(5);
  expect(alone.loads()[alone.owner[0]!]).toBe(100);
  expect(alone.counts()[alone.owner[0]!]).toBe(1);
  expect(Math.max(...aware.loads())).toBeGreaterThanOrEqual(100);
});

test('slicer wins where much has to move: a tenth of the keys a round, until the busiest is near the mean', () => {
  // A shard in four has all the load, evenly: three quarters of its partitions must leave.
  const warm = Float64Array.from({ length: 1200 }, (_, i) => (i < 300 ? 1 : 0));
  const cluster = new FakeCluster(moduleOf('slicer'), {}, ranges(1200), warm);
  for (let round = 0; round < 5; round++) expect(cluster.round().length).toBeLessThanOrEqual(0.1 * 1200);
  expect(Math.max(...cluster.loads())).toBeLessThanOrEqual(1.05 * 75 + 1);
});

test('slicer loses where hot slots lie among cold ones: it moves the whole slice, load-aware the slots alone', () => {
  const owner = ranges(1200);
  const hot = Float64Array.from({ length: 1200 }, (_, i) => (i >= 3 && i < 7 ? 100 : 1));
  const slices = new FakeCluster(moduleOf('slicer'), { minSlices: 10 }, owner, hot);
  const slots = new FakeCluster(moduleOf('load-aware'), { stop: 1.25, start: 1.25 }, owner, hot);
  expect(slices.round().length).toBeGreaterThan(20);
  // 696 and thrice 300: two of the hot slots leave, and 496 is below 1.25 of the mean.
  expect(slots.round()).toHaveLength(2);
});

test('dynamodb wins on a range of many warm keys: it is split where its load is halved', () => {
  // 6,000 requests a second on the first 20 of 300 slots.
  const warm = Float64Array.from({ length: 1200 }, (_, i) => (i < 20 ? 3e6 : 0));
  const cluster = new FakeCluster(moduleOf('dynamodb'), {}, ranges(1200), warm);
  expect(cluster.rounds(2)).toEqual([]);
  const moves = cluster.round();
  expect(moves.map(({ partition }) => partition)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(Math.max(...cluster.loads())).toBe(3e7);
  expect(cluster.rounds(10)).toEqual([]);
});

test('dynamodb loses to a single hot item: it ends alone in its range, is not split, and stays above the limit', () => {
  const hot = Float64Array.from({ length: 1200 }, (_, i) => (i === 7 ? 5e7 : 1e4));
  const cluster = new FakeCluster(moduleOf('dynamodb'), {}, ranges(1200), hot);
  cluster.rounds(30);
  expect(cluster.rounds(30)).toEqual([]);
  expect(Math.max(...cluster.loads())).toBeGreaterThanOrEqual(5e7);
});

test('isolate takes an empty shard where there is one: one move', () => {
  const hot = Float64Array.from({ length: 9 }, (_, i) => (i === 4 ? 50 : 10));
  const cluster = new FakeCluster(moduleOf('isolate'), {}, ranges(9, 3), hot, 4);
  expect(cluster.rounds(5)).toEqual([{ partition: 4, to: 3 }]);
});

test('isolate in the engine: the neighbours of the hot slot wait no more, no request fails', () => {
  const keys = { kind: 'hot-set', count: 5000, hotCount: 1, hotShare: 0.25 } as const;
  const overrides = { keys, ratePerSec: 2000, shards: 4, durationNs: 60e9 };
  const still = rebalanced(null, {}, overrides, 0);
  const isolated = rebalanced('isolate', { slotsPerRound: 1000 }, overrides, 0);
  expect(isolated.rebalance!.partitionsMoved).toBeGreaterThan(3000);
  expect(isolated.requests.failed).toBe(0);
  const last = ({ timeline }: typeof still): number =>
    Math.max(...timeline.p99.slice(-10).map((p) => p ?? 0));
  expect(last(isolated)).toBeLessThan(last(still));
});

function scenario(strategy: string): string {
  return `
duration: 1s
cluster: { shards: 3, replicas: 1 }
workload: { rate: 1k/s, keys: { count: 100 } }
strategies:
  mine: ${strategy}
`;
}

test('compositions that would decide twice where a key goes are refused, with the reason', () => {
  const refusal = (strategy: string): string => {
    const loaded = loadScenario({ path: 'x.yaml', text: scenario(strategy) }, { registry });
    return 'problems' in loaded ? loaded.problems.map(({ message }) => message).join() : 'accepted';
  };
  expect(refusal('{ placement: modulo, selection: primary, rebalance: redis-cli }')).toContain(
    'compute who owns',
  );
  expect(
    refusal('{ placement: redis-slots, selection: primary, hotKeys: replicate, rebalance: load-aware }'),
  ).toContain('keeps copies');
  expect(
    refusal('{ placement: redis-slots, selection: primary, failover: eject-and-rehash, rebalance: isolate }'),
  ).toContain('rehashes');
  expect(refusal('{ placement: redis-slots, selection: primary, rebalance: none }')).toBe('accepted');
});
