/** Storms: random clusters, workloads, compositions and faults, as plain data that can be printed and kept. */
import fc from 'fast-check';
import {
  EVICTIONS,
  type HedgeSetup,
  type MetricsSetup,
  REFRESH_TRIGGERS,
  type ResyncSetup,
  type Shape,
} from '../../sim/setup.ts';
import type { Axis, StrategyModule } from '../../sim/strategy.ts';
import { registry } from '../../strategies/index.ts';
import { breakers, pools } from './connection-storms.ts';
import { conditional, faultStorm } from './fault-storms.ts';
import { workloads } from './workload-storms.ts';

const MS = 1e6;

/** A module by name, as scenarios have it. */
export interface Choice {
  readonly use: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** Or null, in half of all cases. fast-check takes the odds of null, not of a value: with 1 there is never one. */
const maybe = <T>(what: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(what, { freq: 2 });

type Fits = (module: StrategyModule) => boolean;
const choice = (axis: Axis, fits: Fits = () => true, params = {}): fc.Arbitrary<Choice> => {
  const those = registry.modules.filter((module) => module.axis === axis && fits(module));
  return fc.constantFrom(...those.map(({ name }) => ({ use: name, params })));
};

/** Protocols that come to an end within a storm, which by default they do not. */
const QUICK: readonly Choice[] = [
  { use: 'redis-cluster', params: { nodeTimeout: '100ms' } },
  { use: 'redis-cluster', params: { nodeTimeout: '300ms', fullCoverage: false, readsWhenDown: true } },
  { use: 'redis-sentinel', params: { downAfter: '100ms', failoverTimeout: '500ms' } },
  {
    use: 'partition-table',
    params: { heartbeat: '20ms', suspectAfter: '100ms', removeAfter: '50ms', decisionPeriod: '20ms' },
  },
  { use: 'eject-and-rehash', params: { failureLimit: 1, retryTimeout: '100ms' } },
  {
    use: 'outlier-detection',
    params: { consecutiveFailures: 2, interval: '50ms', baseEjectionTime: '50ms' },
  },
];

/** What goes with partitions that change hands, in rounds short enough for the swarm's short runs. */
const rebalancing = fc.constantFrom('10ms', '100ms').chain((every) =>
  fc.record({
    rebalance: choice('rebalance', () => true, { every }),
    placement: choice('placement', (module) => module.axis === 'placement' && module.partitionTable === true),
    failover: fc.constantFrom<Choice | null>(null, { use: 'redis-cluster' }, QUICK[0]!),
  }),
);

const resync: fc.Arbitrary<ResyncSetup> = fc.record({
  backlogBytes: fc.constantFrom(1, 2000, 2 ** 20),
  timeoutNs: fc.constantFrom(100 * MS, 60e9),
  delayNs: fc.constantFrom(0, 30 * MS),
  forkPerGiBNs: fc.constantFrom(0, 1e12),
  loadBytesPerSec: fc.constantFrom(1e5, 1e9),
  outputBuffer: fc.constantFrom(
    { hardBytes: 2 ** 28, softBytes: 2 ** 26, softNs: 60e9 },
    { hardBytes: 2000, softBytes: 500, softNs: 10 * MS },
  ),
});

const SHAPES: readonly Shape[] = [
  { kind: 'exponential' },
  { kind: 'constant' },
  { kind: 'lognormal', cv: 2 },
];

/** No share of a time is above these. */
export const NO_HOTSPOTS: MetricsSetup['hotspot'] = { utilization: 2, share: 2, forNs: 1 };

export const swarm = fc
  .record({
    shards: fc.integer({ min: 1, max: 8 }),
    replicas: fc.integer({ min: 0, max: 3 }),
    durationMs: fc.integer({ min: 50, max: 3000 }),
    warmUpShare: fc.constantFrom(0, 0, 0.3),
    leadMs: fc.constantFrom(0, 0, 100),
    load: fc.double({ min: 0.05, max: 2.5, noNaN: true }),
    workload: workloads,
    threads: fc.integer({ min: 1, max: 4 }),
    service: fc.constantFrom(...SHAPES),
    queueLimit: fc.constantFrom(0, 1, 10, 1e6),
    clients: fc.integer({ min: 1, max: 6 }),
    timeoutMs: fc.constantFrom(2, 20, 200),
    retries: fc.integer({ min: 0, max: 4 }),
    jitter: fc.constantFrom('full' as const, 'none' as const, 'equal' as const, 'decorrelated' as const),
    retryBudget: maybe(fc.constant({ capacity: 10, share: 0.1, minPerSec: 10 })),
    breaker: maybe(breakers),
    pool: maybe(pools),
    maxRedirects: fc.constantFrom(5, 1),
    askAgainMs: fc.constantFrom(100, 5, Infinity),
    reconnectMs: fc.constantFrom(100, 5),
    jitterSigma: fc.constantFrom(0, 0.5),
    egressBytesPerSec: maybe(fc.constantFrom(5e4, 1e7)),
    delayUs: fc.constantFrom(0, 100, 3000),
    zones: fc.integer({ min: 1, max: 3 }),
    zoneAware: fc.boolean(),
    perKiBUs: fc.constantFrom(0, 500),
    memoryBytes: fc.option(fc.integer({ min: 0, max: 20_000 })),
    eviction: fc.constantFrom(...EVICTIONS),
    ttlMs: fc.option(fc.constantFrom(5, 500)),
    start: fc.constantFrom('warm' as const, 'cold' as const),
    lagUs: fc.constantFrom(1, 5000),
    lagShape: fc.constantFrom(...SHAPES),
    resyncBytesPerSec: fc.constantFrom(1e5, 1e9),
    resync,
    originConcurrency: fc.option(fc.integer({ min: 1, max: 20 })),
    originQueueLimit: fc.constantFrom(Infinity, 0, 10),
    originTimeoutMs: fc.constantFrom(Infinity, 3, 50),
    originFailures: fc.constantFrom(0, 0.1),
    leases: fc.option(fc.boolean()),
    earlyRefresh: fc.constantFrom(0, 0, 1),
    shedding: maybe(fc.constant({ targetNs: 5 * MS, intervalNs: 20 * MS })),
    hedge: maybe(
      fc.constantFrom<HedgeSetup>(
        { after: { kind: 'fixed', delayNs: 2 * MS }, budget: 1 },
        { after: { kind: 'quantile', q: 0.9 }, budget: 0.1 },
      ),
    ),
    placement: choice('placement'),
    selection: choice('selection'),
    hotKeys: fc.option(choice('hotKeys')),
    failover: fc.option(fc.oneof(choice('failover'), fc.constantFrom(...QUICK))),
    rebalance: maybe(rebalancing),
    refresh: fc.record({
      on: fc.subarray([...REFRESH_TRIGGERS]),
      afterFailures: fc.constantFrom(1, 3),
      push: fc.boolean(),
    }),
    refreshMs: fc.constantFrom(Infinity, 20),
    deadlineMs: fc.constantFrom(Infinity, Infinity, 3, 100),
    retriesAfterTimeout: fc.boolean(),
    retriesAnywhere: fc.boolean(),
    wait: maybe(
      fc.record({
        replicas: fc.integer({ min: 1, max: 3 }),
        timeoutNs: fc.constantFrom(0.5 * MS, 10 * MS, 300 * MS, Infinity),
      }),
    ),
    minReplicas: maybe(
      fc.record({ toWrite: fc.integer({ min: 1, max: 2 }), maxLagNs: fc.constantFrom(1e9, 10e9) }),
    ),
    hotspot: fc.constantFrom(NO_HOTSPOTS, { utilization: 0.5, share: 0.4, forNs: 60 * MS }),
  })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      seed: fc.nat(1_000_000),
      faults: faultStorm(shape.shards * (1 + shape.replicas), shape.durationMs * MS),
      triggers: maybe(conditional(shape.shards * (1 + shape.replicas), shape.durationMs * MS)).map(
        (triggers) => triggers ?? [],
      ),
    }),
  );

export type Swarm = typeof swarm extends fc.Arbitrary<infer T> ? T : never;
