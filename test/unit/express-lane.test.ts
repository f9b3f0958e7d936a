/** Unit: a run has the same result with and without the express lane, whatever happens in it. */
import { describe, expect, test, vi } from 'vitest';
import { Flights } from '../../sim/flights.ts';
import type { RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import type { Fault, Setup } from '../../sim/setup.ts';
import type { FailoverModule, HotKeysModule } from '../../sim/strategy.ts';
import { registry } from '../../strategies/index.ts';
import { findModule } from '../../strategies/registry.ts';
import { buildSetup, fewestOf, firstCandidate, type Overrides } from '../setup-builder.ts';

const MS = 1e6;
const SECOND = 1e9;

const redisCluster = findModule(registry, 'failover', 'redis-cluster') as FailoverModule;

const ejectAndRehash = findModule(registry, 'failover', 'eject-and-rehash') as FailoverModule;

const replicate = findModule(registry, 'hotKeys', 'replicate') as HotKeysModule;

const plain: Overrides = {
  ratePerSec: 3000,
  durationNs: 6 * SECOND,
  shards: 5,
  operations: [0.7, 0.2, 0.05, 0.05],
  clients: { count: 4 },
  network: { sameZoneNs: 200_000, crossZoneNs: 400_000, jitterSigma: 0.3 },
};
const crash: Fault = { kind: 'crash', name: 'kill', atNs: 2.5 * SECOND, node: 1, of: 'process' };

const CASES: Readonly<Record<string, Overrides>> = {
  'nothing happens': { ...plain, operations: [1, 0, 0, 0] },
  'everything at one moment': {
    ...plain,
    shape: { kind: 'constant' },
    network: { sameZoneNs: 0, crossZoneNs: 0, jitterSigma: 0 },
  },
  'writes and replicas': { ...plain, replicas: 2 },
  'writes that replicas lack for long': {
    ...plain,
    replicas: 1,
    lagNs: 20 * MS,
    keys: { kind: 'uniform', count: 50 },
    operations: [0.9, 0.1, 0, 0],
  },
  'keys that are missing': { ...plain, start: 'cold' },
  'an origin behind them': {
    ...plain,
    start: 'cold',
    origin: { latencyNs: 3 * MS, latencyShape: { kind: 'exponential' }, concurrency: 5 },
  },
  'two threads': { ...plain, threads: 2 },
  'overload, late answers, retries': {
    ...plain,
    ratePerSec: 6500,
    clients: {
      count: 3,
      timeoutNs: 30 * MS,
      retries: { max: 2, backoffNs: 5 * MS, maxBackoffNs: 50 * MS, jitter: 'full' },
    },
  },
  'full queues': { ...plain, ratePerSec: 5500, queueLimit: 4 },
  'a process that dies and returns': {
    ...plain,
    clients: { count: 4, timeoutNs: 100 * MS },
    faults: [crash, { kind: 'restart', name: 'back', atNs: 4 * SECOND, node: 1 }],
  },
  'a process that dies, and clients who take it out of their rings': {
    ...plain,
    clients: { count: 4, timeoutNs: 100 * MS },
    network: { sameZoneNs: 20 * MS, crossZoneNs: 20 * MS, jitterSigma: 0.3 },
    strategy: {
      failover: { module: ejectAndRehash, params: ejectAndRehash.params.parse({ retryTimeout: '700ms' }) },
    },
    faults: [crash, { kind: 'restart', name: 'back', atNs: 4 * SECOND, node: 1 }],
  },
  'keys of others, written while their shard was out': {
    ...plain,
    ratePerSec: 400,
    durationNs: 4 * SECOND,
    shards: 3,
    operations: [0.6, 0.3, 0.1, 0],
    keys: { kind: 'uniform', count: 6 },
    clients: { count: 2, timeoutNs: 100 * MS },
    strategy: {
      failover: { module: ejectAndRehash, params: ejectAndRehash.params.parse({ retryTimeout: '300ms' }) },
    },
    faults: [
      { ...crash, atNs: 0.5 * SECOND },
      { kind: 'restart', name: 'back', atNs: SECOND, node: 1 },
    ],
  },
  'a long calm, and then a fault': {
    ...plain,
    shards: 60,
    ratePerSec: 30_000,
    durationNs: 0.6 * SECOND,
    operations: [1, 0, 0, 0],
    clients: { count: 4, timeoutNs: 100 * MS },
    faults: [{ ...crash, atNs: 0.3 * SECOND }],
  },
  'copies of hot keys': {
    ...plain,
    operations: [0.9, 0.1, 0, 0],
    strategy: {
      hotKeys: { module: replicate, params: replicate.params.parse({ threshold: 0.01, window: '200ms' }) },
    },
    faults: [crash],
    clients: { count: 4, timeoutNs: 100 * MS },
  },
  // Far apart, so that answers are under way when the roles change.
  'nodes restarted one after the other, their roles handed over first': {
    ...plain,
    replicas: 1,
    clients: { count: 4, timeoutNs: 500 * MS },
    network: { sameZoneNs: 20 * MS, crossZoneNs: 20 * MS, jitterSigma: 0.3 },
    strategy: {
      failover: { module: redisCluster, params: redisCluster.params.parse({ nodeTimeout: '500ms' }) },
    },
    faults: [
      {
        kind: 'rolling-restart',
        name: 'upgrade',
        atNs: SECOND,
        nodes: [0, 1, 5, 6],
        graceful: true,
        downNs: 300 * MS,
        betweenNs: 200 * MS,
      },
    ],
  },
  'a process that hangs': {
    ...plain,
    clients: { count: 4, timeoutNs: 100 * MS },
    faults: [{ kind: 'pause', name: 'hang', atNs: 2 * SECOND, node: 2, forNs: 700 * MS }],
  },
  'a host that dies': {
    ...plain,
    replicas: 1,
    clients: { count: 4, timeoutNs: 100 * MS },
    faults: [{ ...crash, of: 'host' }],
  },
};

const without = (result: RunResult) => ({ ...result, perf: null });

describe.each(Object.entries(CASES))('%s', (_, overrides) => {
  test.each([
    ['to primaries', firstCandidate],
    ['to the better of two, by events', fewestOf(2)],
    ['to the better of two, at which it looks', { ...fewestOf(2), watches: 'candidates' }],
    ['at random', { ...fewestOf(1), watches: 'nothing' }],
  ] as const)('reads %s: the long way and the short way give the same result', (_name, module) => {
    const setup = buildSetup({
      ...overrides,
      strategy: { ...overrides.strategy, selection: { module, params: {} } },
    });
    const taken = vi.spyOn(Flights.prototype, 'take');
    const [short, long] = [true, false].map((express) => run(setup, 7, { check: true, express }));
    const unwatched = run(setup, 7);
    expect(taken.mock.calls.reduce((sum, [, count]) => sum + count, 0)).toBeGreaterThan(1000);
    taken.mockRestore();
    expect(without(short!)).toEqual(without(long!));
    expect(without(unwatched)).toEqual(without(long!));
    expect(short!.perf.events).toBe(long!.perf.events);
  });
});

test('what is due by the end happens, also after the last answer', () => {
  const failover = { module: redisCluster, params: redisCluster.params.parse({}) };
  const setup = buildSetup({
    ratePerSec: 20,
    durationNs: 6 * SECOND,
    replicas: 1,
    operations: [1, 0, 0, 0],
    network: { sameZoneNs: 0, crossZoneNs: 0, jitterSigma: 0 },
    strategy: { failover },
  });
  // Clients ask so often that some do between the last answer and the end.
  const topologyRefresh = { ...setup.clients.topologyRefresh, periodicNs: 20 * MS };
  const refreshing = { ...setup, clients: { ...setup.clients, topologyRefresh } };
  const [short, long] = [true, false].map((express) => run(refreshing, 1, { express }));
  expect(without(short!)).toEqual(without(long!));
  expect(short!.perf.events).toBe(long!.perf.events);
});

function expectTheSame(setup: Setup, seed: number): void {
  const [short, long] = [true, false].map((express) => run(setup, seed, { check: true, express }));
  expect(without(short!)).toEqual(without(long!));
  expect(short!.perf.events).toBe(long!.perf.events);
}

/** Answers are under way for longer than it takes to time out, so clients eject shards and take them back, again and again. */
const hasty = (module: Overrides['strategy'] & {}): Overrides => ({
  ...plain,
  ratePerSec: 1500,
  durationNs: 3 * SECOND,
  shards: 3,
  replicas: 1,
  operations: [0.95, 0.05, 0, 0],
  clients: { count: 2, timeoutNs: 15 * MS },
  network: { sameZoneNs: 3 * MS, crossZoneNs: 6 * MS, jitterSigma: 0.5 },
  strategy: {
    ...module,
    failover: {
      module: ejectAndRehash,
      params: ejectAndRehash.params.parse({ failureLimit: 3, retryTimeout: '300ms' }),
    },
  },
  faults: [{ ...crash, atNs: 0.5 * SECOND }],
});

describe.each([
  ['at random', { ...fewestOf(1), watches: 'nothing' }],
  ['to the better of two, at which it looks', { ...fewestOf(2), watches: 'candidates' }],
] as const)('clients who give up soon, reads %s', (_, module) => {
  test.each([2, 3, 4, 5, 6, 7, 8, 9])(
    'failures while answers are under way that were counted ahead, and requests that were placed otherwise: seed %i',
    (seed) => {
      const setup = buildSetup(hasty({ selection: { module, params: {} } }));
      expectTheSame(setup, seed);
    },
  );
});

test.each([2, 25, 27, 30])(
  'a request comes too late, and what was sent before it waits for a write to reach its replica: seed %i',
  (seed) => {
    const setup = buildSetup({
      ...plain,
      ratePerSec: 1000,
      durationNs: 4 * SECOND,
      shards: 3,
      replicas: 1,
      lagNs: 1000,
      operations: [0.98, 0.02, 0, 0],
      clients: { count: 2, timeoutNs: 20 * MS },
      network: { sameZoneNs: 3 * MS, crossZoneNs: 6 * MS, jitterSigma: 0.8 },
      strategy: { selection: { module: { ...fewestOf(1), watches: 'nothing' }, params: {} } },
    });
    expectTheSame(setup, seed);
  },
);
