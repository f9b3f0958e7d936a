/**
 * Laws: what holds in every run, on random clusters, workloads, compositions and faults. A run with `check`
 * throws when a law breaks (sim/laws.ts, the clock, in-flight counts); the properties here are those that can
 * be read off the result. A failing case shrinks, and prints the case and the command that replays it.
 *
 * `npm run storms` plays 10,000 storms, or SWARM_RUNS of them; SWARM_SEED draws others.
 */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { ANY_ROLES, COMPARATORS, CONDITION_METRICS } from '../../sim/conditions/condition.ts';
import { Flights } from '../../sim/flights.ts';
import type { RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import {
  type Bound,
  EVICTIONS,
  type Fault,
  type PoolSetup,
  REFRESH_TRIGGERS,
  type StrategySetup,
  type Trigger,
} from '../../sim/setup.ts';
import {
  type Axis,
  type FailoverModule,
  HAND_OVERS,
  type HotKeysModule,
  type SelectionModule,
  type StrategyModule,
} from '../../sim/strategy.ts';
import { registry } from '../../strategies/index.ts';
import { findModule } from '../../strategies/registry.ts';
import { buildSetup, firstCandidate, type Overrides } from '../setup-builder.ts';

const MS = 1e6;
const FIRST: Bound<SelectionModule> = { module: firstCandidate, params: {} };

const modulesOf = (axis: Axis): StrategyModule[] => registry.modules.filter((module) => module.axis === axis);
const bound = (axis: Axis) =>
  fc.constantFrom(...modulesOf(axis)).map((module) => ({ module, params: module.params.parse({}) }) as never);

/** What goes with partitions that change hands, in rounds short enough for the swarm's short runs. */
const rebalancing: fc.Arbitrary<Partial<StrategySetup>> = fc
  .record({
    rebalance: fc.constantFrom(...modulesOf('rebalance')),
    placement: fc.constantFrom(
      ...modulesOf('placement').filter((module) => module.axis === 'placement' && module.partitionTable),
    ),
    failover: fc.constantFrom(null, findModule(registry, 'failover', 'redis-cluster')!),
    every: fc.constantFrom('10ms', '100ms'),
  })
  .map(({ rebalance, placement, failover, every }) => ({
    rebalance: { module: rebalance, params: rebalance.params.parse({ every }) } as never,
    placement: { module: placement, params: placement.params.parse({}) } as never,
    failover: failover && { module: failover, params: failover.params.parse({}) },
    hotKeys: null,
  }));

/** Crashes and restarts that alternate per node, and hangs of nodes that are up, in order of time. */
const faultStorm = (nodeCount: number, durationNs: number): fc.Arbitrary<Fault[]> =>
  fc
    .array(
      fc.record({
        node: fc.nat(nodeCount - 1),
        atNs: fc.integer({ min: 0, max: durationNs - 1 }),
        of: fc.constantFrom('process' as const, 'host' as const),
        kind: fc.constantFrom(
          'crash',
          'crash',
          'pause',
          'stall',
          'slow',
          'slow-origin',
          'partition',
          'loss',
          'hazard',
          'crash-some',
          'origin-down',
          'hand-over',
          'rolling-restart',
          'drain',
          'cut-clients',
        ),
        forNs: fc.integer({ min: 1, max: durationNs }),
      }),
      { maxLength: 12 },
    )
    .map((hits) => {
      const down = new Set<number>();
      return hits
        .sort((a, b) => a.atNs - b.atNs)
        .map(({ node, atNs, of, kind, forNs }, i): Fault => {
          const name = `${kind}-${i}`;
          if (kind === 'slow-origin') return { kind, name, atNs, forNs, factor: 5 };
          if (kind === 'origin-down') return { kind, name, atNs, forNs: Math.ceil(forNs / 10) };
          if (kind === 'crash-some') {
            const nodes = Array.from({ length: nodeCount }, (_, id) => id);
            return { kind, name, atNs, nodes, count: 1 + (forNs % nodeCount), of, forNs };
          }
          if (kind === 'hazard')
            return { kind, name, atNs, nodes: [node], of, mtbfNs: forNs, mttrNs: durationNs / 10 };
          if (kind === 'hand-over') {
            const how = HAND_OVERS[forNs % HAND_OVERS.length]!;
            return { kind, name, atNs, node, how };
          }
          if (kind === 'drain') return { kind, name, atNs, node, forNs };
          if (kind === 'rolling-restart') {
            const nodes = Array.from({ length: nodeCount }, (_, id) => id);
            const load = atNs % 2 === 0 ? { load: { bytesPerSec: 1e6 } } : {};
            const downNs = Math.ceil(forNs / 10);
            return {
              kind,
              name,
              atNs,
              nodes,
              graceful: forNs % 2 === 0,
              downNs,
              betweenNs: atNs % 1e8,
              ...load,
            };
          }
          if (kind === 'cut-clients') {
            const direction = (['both', 'in', 'out'] as const)[forNs % 3]!;
            const cut = { kind: 'partition', name, atNs, nodes: [node], zone: null, clients: [0] } as const;
            return { ...cut, forNs: atNs % 5 === 0 ? Infinity : forNs, between: 'all', direction };
          }
          if (kind === 'loss') return { kind, name, atNs, nodes: [node], forNs, rate: 0.1 };
          if (kind === 'partition') {
            const direction = (['both', 'in', 'out'] as const)[forNs % 3]!;
            const between = (['all', 'clients', 'nodes'] as const)[atNs % 3]!;
            return { kind, name, atNs, nodes: [node], zone: null, clients: null, forNs, between, direction };
          }
          if (kind !== 'crash' && !down.has(node)) {
            if (kind === 'slow')
              return { kind, name, atNs, node, forNs, factor: 3, rampNs: atNs % 2 === 0 ? forNs : 0 };
            const isForGood = kind === 'pause' && forNs % 7 === 0;
            return { kind: kind as 'pause' | 'stall', name, atNs, node, forNs: isForGood ? Infinity : forNs };
          }
          if (down.delete(node)) {
            const load = forNs % 2 === 0 ? { load: { bytesPerSec: 1e6 } } : {};
            return { kind: 'restart', name: `restart-${i}`, atNs, node, ...load };
          }
          down.add(node);
          return { kind: 'crash', name: `crash-${i}`, atNs, node, of };
        });
    });

const breakers = fc
  .option(fc.constantFrom({ slowNs: 5 * MS, slowShare: 0.5 }, { slowNs: Infinity, slowShare: 1 }))
  .map((slow) => ({
    failures: 3,
    rate: slow && { window: 8, minimumCalls: 4, failureShare: 0.5, ...slow },
    openNs: 20 * MS,
    halfOpen: 2,
  }));

const pools: fc.Arbitrary<PoolSetup> = fc
  .record({
    kind: fc.constantFrom('blocking' as const, 'multiplexed' as const),
    size: fc.constantFrom(1, 3, 20),
    waitMs: fc.constantFrom(0, 5, 100, Infinity),
    connectTimeoutMs: fc.constantFrom(2, 50, 5000),
    backoffMs: fc.constantFrom(1, 30),
    whileDown: fc.constantFrom('fail' as const, 'wait' as const),
    checked: fc.boolean(),
    unacknowledgedMs: fc.constantFrom(300, 924_600),
    roundTrips: fc.integer({ min: 1, max: 3 }),
    nodeMs: fc.constantFrom(0, 2),
    backlog: fc.constantFrom(1, 511),
  })
  .map(({ kind, size, waitMs, connectTimeoutMs, backoffMs, unacknowledgedMs, nodeMs, ...rest }) => ({
    ...rest,
    kind,
    size: kind === 'blocking' ? size : 1,
    waitNs: waitMs * MS,
    connectTimeoutNs: connectTimeoutMs * MS,
    backoffNs: backoffMs * MS,
    maxBackoffNs: 100 * MS,
    unacknowledgedNs: unacknowledgedMs * MS,
    nodeNs: nodeMs * MS,
  }));

/** Conditions that many runs meet, some of them again and again. */
const conditional = (nodeCount: number, durationNs: number): fc.Arbitrary<Trigger[]> =>
  fc
    .array(
      fc.record({
        metric: fc.constantFrom(
          ...(['utilization', 'queue', 'failedShare', 'p99', 'hitRatio', 'inFlight'] as const),
        ),
        comparator: fc.constantFrom(...COMPARATORS),
        limit: fc.constantFrom(0, 0.1, 0.5, 0.9, 3, 50),
        role: fc.constantFrom(...ANY_ROLES),
        forNs: fc.constantFrom(0, 200 * MS),
        times: fc.constantFrom(1, 3),
        storm: faultStorm(nodeCount, durationNs),
      }),
      { maxLength: 2 },
    )
    .map((all) =>
      all.map(({ metric, role, storm, times, ...rest }, i): Trigger => {
        const ofNodes = CONDITION_METRICS[metric].of !== 'nothing';
        const whose = ofNodes ? ({ kind: 'any', role } as const) : ({ kind: 'all' } as const);
        const fromNs = storm[0]?.atNs ?? 0;
        const faults = storm
          .slice(0, 3)
          .map((fault) => ({ ...fault, name: `if-${i}-${fault.name}`, atNs: fault.atNs - fromNs }));
        const condition = { source: metric, metric, whose, ...rest };
        return { name: `if-${i}`, condition, faults, againAfterNs: 300 * MS, times };
      }),
    );

const swarm = fc
  .record({
    shards: fc.integer({ min: 1, max: 8 }),
    replicas: fc.integer({ min: 0, max: 3 }),
    durationMs: fc.integer({ min: 50, max: 3000 }),
    load: fc.double({ min: 0.05, max: 2.5, noNaN: true }),
    writes: fc.double({ min: 0, max: 1, noNaN: true }),
    threads: fc.integer({ min: 1, max: 4 }),
    queueLimit: fc.constantFrom(0, 1, 10, 1e6),
    clients: fc.integer({ min: 1, max: 6 }),
    timeoutMs: fc.constantFrom(2, 20, 200),
    retries: fc.integer({ min: 0, max: 4 }),
    breaker: fc.option(breakers, { freq: 1 }),
    jitterSigma: fc.constantFrom(0, 0.5),
    delayUs: fc.constantFrom(0, 100, 3000),
    memoryBytes: fc.option(fc.integer({ min: 0, max: 20_000 })),
    eviction: fc.constantFrom(...EVICTIONS),
    ttlMs: fc.option(fc.constantFrom(5, 500)),
    start: fc.constantFrom('warm' as const, 'cold' as const),
    originConcurrency: fc.option(fc.integer({ min: 1, max: 20 })),
    originQueueLimit: fc.constantFrom(Infinity, 0, 10),
    originTimeoutMs: fc.constantFrom(Infinity, 3, 50),
    originFailures: fc.constantFrom(0, 0.1),
    leases: fc.option(fc.boolean()),
    earlyRefresh: fc.constantFrom(0, 0, 1),
    shedding: fc.option(fc.constant({ targetNs: 5 * MS, intervalNs: 20 * MS }), { freq: 1 }),
    placement: bound('placement'),
    selection: bound('selection'),
    hotKeys: fc.option(bound('hotKeys')),
    failover: fc.option(bound('failover')),
    rebalance: fc.option(rebalancing, { freq: 1 }),
    pool: fc.option(pools, { freq: 1 }),
    refresh: fc.record({
      on: fc.subarray([...REFRESH_TRIGGERS]),
      afterFailures: fc.constantFrom(1, 3),
      push: fc.boolean(),
    }),
    deadlineMs: fc.constantFrom(Infinity, Infinity, 3, 100),
    retriesAfterTimeout: fc.boolean(),
  })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      seed: fc.nat(1_000_000),
      faults: faultStorm(shape.shards * (1 + shape.replicas), shape.durationMs * MS),
      triggers: conditional(shape.shards * (1 + shape.replicas), shape.durationMs * MS),
    }),
  );

type Swarm = typeof swarm extends fc.Arbitrary<infer T> ? T : never;

/** What a scenario would refuse: a gutter that leaves no shard to own the keys. */
function failoverOf({ failover, shards }: Swarm['shape']): StrategySetup['failover'] {
  if (failover === null) return null;
  const { module, params } = failover as Bound<FailoverModule>;
  return (module.gutterShards?.(params) ?? 0) < shards ? failover : null;
}

function overridesOf({ shape, faults, triggers }: Swarm): Overrides {
  const strategy = {
    placement: shape.placement,
    selection: shape.replicas > 0 ? (shape.selection as Bound<SelectionModule>) : FIRST,
    hotKeys: shape.hotKeys,
    failover: failoverOf(shape),
    ...shape.rebalance,
  } satisfies Partial<StrategySetup>;
  if (shape.rebalance !== null && strategy.selection.module.candidates === 'preference')
    strategy.selection = FIRST;
  const retries = { max: shape.retries, backoffNs: MS, maxBackoffNs: 50 * MS, jitter: 'full' } as const;
  return {
    ratePerSec: shape.load * shape.shards * shape.threads * 1000,
    durationNs: shape.durationMs * MS,
    shards: shape.shards,
    replicas: shape.replicas,
    threads: shape.threads,
    queueLimit: shape.queueLimit,
    keys: { kind: 'zipf', count: 500, exponent: 1.1 },
    operations: [1 - shape.writes, shape.writes, 0, 0],
    clients: {
      count: shape.clients,
      timeoutNs: shape.timeoutMs * MS,
      retries,
      breaker: shape.breaker,
      pool: shape.pool,
      deadlineNs: shape.deadlineMs * MS,
      topologyRefresh: shape.refresh,
      retriesAfterTimeout: shape.retriesAfterTimeout,
    },
    network: {
      sameZoneNs: shape.delayUs * 1000,
      crossZoneNs: shape.delayUs * 1000,
      jitterSigma: shape.jitterSigma,
    },
    origin:
      shape.originConcurrency === null
        ? null
        : {
            latencyNs: 2 * MS,
            latencyShape: { kind: 'exponential' },
            concurrency: shape.originConcurrency,
            queueLimit: shape.originQueueLimit,
            timeoutNs: shape.originTimeoutMs * MS,
            failures: shape.originFailures,
            earlyRefresh: shape.earlyRefresh,
            leases: shape.leases === null ? null : { forNs: 500 * MS, retryNs: 2 * MS, stale: shape.leases },
          },
    shedding: shape.shedding,
    start: shape.start,
    ttl:
      shape.ttlMs === null ? null : { share: 0.7, meanNs: shape.ttlMs * MS, shape: { kind: 'exponential' } },
    memory:
      shape.memoryBytes === null
        ? null
        : {
            limitBytes: shape.memoryBytes,
            eviction: shape.eviction,
            samples: 5,
            overheadBytes: 80,
            activeExpiry:
              shape.ttlMs === null
                ? null
                : { perSec: 10, keysPerLoop: 20, acceptableStale: 0.1, timeShare: 0.25 },
          },
    faults,
    triggers,
    strategy,
  };
}

function holds(result: RunResult, swarmCase: Swarm): void {
  const { requests, nodes } = result;
  expect(requests.open).toBe(0);
  expect(requests.completed + requests.failed).toBe(requests.offered);
  expect(requests.deadlineExceeded).toBeLessThanOrEqual(requests.failed);
  expect(result.responseTime.count).toBe(requests.completed);
  for (const node of nodes) expect(node.utilization).toBeLessThanOrEqual(1 + 1e-6);
  const busy = nodes.map((_, i) => result.timeline.utilization[i]!);
  for (const steps of busy) for (const share of steps) expect(share).toBeGreaterThanOrEqual(0);
  const reached = nodes.reduce((sum, node) => sum + node.attempts, 0);
  if (reached > 0) expect(nodes.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 4);
  expect(result.failover.reduce((sum, outage) => sum + outage.lostWrites, 0)).toBeLessThanOrEqual(
    result.lostWrites,
  );
  const { convergence } = result;
  if (convergence !== null) expect(convergence.convergedMs === null).toBe(convergence.off.length > 0);
  if (swarmCase.faults.length === 0 && swarmCase.triggers.length === 0) {
    expect(convergence).toBeNull();
    expect(result.lostWrites).toBe(0);
    expect(result.failover).toEqual([]);
    // After connects that took too long, further ones are refused for a while.
    if (swarmCase.shape.pool === null) expect(requests.refused).toBe(0);
  }
}

/** Says what failed, on the smallest case found, and how to play that alone; modules by their names. */
function report<T>(details: fc.RunDetails<T>): void {
  if (!details.failed) return;
  const named = (_key: string, value: unknown) =>
    typeof value === 'object' && value !== null && 'axis' in value && 'name' in value ? value.name : value;
  const counterexample = JSON.stringify(details.counterexample, named);
  const replay = `SWARM_SEED=${details.seed} SWARM_PATH=${details.counterexamplePath} npm run storms`;
  throw new Error(
    `storm ${details.numRuns}, made smaller ${details.numShrinks} times: ${counterexample}\nReplay it alone: ${replay}`,
    { cause: details.errorInstance },
  );
}

/** Both tests draw the same cases, so a path names the same one in either. */
const STORMS = {
  numRuns: Number(process.env['SWARM_RUNS'] ?? 200),
  seed: Number(process.env['SWARM_SEED'] ?? 1),
  path: process.env['SWARM_PATH'] ?? '',
  reporter: report,
} satisfies fc.Parameters<never>;

/** However busy the machine is; `npm run storms` has no limit. */
const ALL_STORMS_MS = process.env['SWARM_RUNS'] === undefined ? 600_000 : 0;

test(
  'laws hold under random compositions and fault storms',
  () => {
    fc.assert(
      fc.property(swarm, (swarmCase) => {
        const setup = buildSetup(overridesOf(swarmCase));
        holds(run(setup, swarmCase.seed, { check: true }), swarmCase);
      }),
      STORMS,
    );
  },
  ALL_STORMS_MS,
);

/** As long as clients and servers need to find each other again with the timeouts below: refresh, election, two more tries. */
const QUIET_MS = 20_000;

/** What servers do about failures, in times short enough for a storm's. */
const protocols: fc.Arbitrary<{ name: string; failover: StrategySetup['failover'] }> = fc
  .constantFrom(
    ['none', {}] as const,
    ['redis-cluster', { nodeTimeout: '300ms' }] as const,
    ['redis-sentinel', { downAfter: '300ms', failoverTimeout: '1s' }] as const,
    ['partition-table', {}] as const,
    ['eject-and-rehash', { retryTimeout: '500ms' }] as const,
  )
  .map(([name, params]) => {
    if (name === 'none') return { name, failover: null };
    const module = findModule(registry, 'failover', name)!;
    return { name, failover: { module, params: module.params.parse(params) } as StrategySetup['failover'] };
  });

/** Whatever strikes is over by then, and whoever is down comes back. */
function healed(faults: readonly Fault[], nodes: number, byNs: number): Fault[] {
  const over = faults
    .filter(({ kind, atNs }) => kind !== 'hazard' && kind !== 'rolling-restart' && atNs < byNs)
    .map((fault) =>
      'forNs' in fault ? { ...fault, forNs: Math.min(fault.forNs, byNs - fault.atNs) } : fault,
    );
  const back = Array.from({ length: nodes }, (_, node): Fault => {
    return { kind: 'restart', name: `healed-${node}`, atNs: byNs, node };
  });
  return [...over, ...back];
}

const healing = fc
  .record({
    shards: fc.integer({ min: 1, max: 5 }),
    replicas: fc.integer({ min: 0, max: 3 }),
    clients: fc.integer({ min: 1, max: 4 }),
    protocol: protocols,
    seed: fc.nat(1_000_000),
  })
  .chain((shape) =>
    fc.record({
      shape: fc.constant(shape),
      faults: faultStorm(shape.shards * (1 + shape.replicas), 3000 * MS),
    }),
  );

test(
  'after all has healed the cluster is in order',
  () => {
    fc.assert(
      fc.property(healing, ({ shape: { shards, replicas, clients, protocol, seed }, faults }) => {
        const nodes = shards * (1 + replicas);
        const { failover } = protocol;
        const strategy = {
          selection: FIRST,
          failover: replicas === 0 && failover?.module.needs ? null : failover,
        };
        const setup = buildSetup({
          ratePerSec: 100,
          durationNs: 3000 * MS + QUIET_MS * MS,
          shards,
          replicas,
          keys: { kind: 'zipf', count: 100, exponent: 1 },
          clients: {
            count: clients,
            timeoutNs: 100 * MS,
            topologyRefresh: { periodicNs: 1000 * MS, minIntervalNs: 100 * MS },
          },
          faults: healed(faults, nodes, 3000 * MS),
          strategy,
        });
        const { convergence } = run(setup, seed, { check: true });
        expect(convergence!.off).toEqual([]);
      }),
      STORMS,
    );
  },
  ALL_STORMS_MS,
);

/** The same case without what keeps requests off the express lane (ExpressLane.fits). */
function ontoTheLane({ shape, seed, faults }: Swarm): Swarm {
  const kept = {
    breaker: null,
    pool: null,
    deadlineMs: Infinity,
    rebalance: null,
    memoryBytes: null,
    ttlMs: null,
    leases: null,
  };
  const { module } = (shape.failover ?? {}) as Partial<Bound<FailoverModule>>;
  const kind = module?.name === 'redis-cluster' || module?.name === 'partition-table' || module?.watches;
  const hotKeys = (shape.hotKeys ?? {}) as Partial<Bound<HotKeysModule>>;
  const copies = ['replicate', 'split'].includes(hotKeys.module?.name ?? '') ? shape.hotKeys : null;
  const sound = faults.filter(({ kind }) => kind !== 'partition' && kind !== 'loss');
  return {
    shape: { ...shape, ...kept, earlyRefresh: 0, hotKeys: copies, failover: kind ? shape.failover : null },
    seed,
    faults: sound,
    triggers: [],
  };
}

test(
  'the express lane changes no result, whatever happens',
  () => {
    const taken = vi.spyOn(Flights.prototype, 'take');
    const runs = { all: 0, onTheLane: 0 };
    fc.assert(
      fc.property(swarm, (swarmCase) => {
        const setup = buildSetup(overridesOf(ontoTheLane(swarmCase)));
        taken.mockClear();
        const long = run(setup, swarmCase.seed, { check: true, express: false });
        for (const check of [true, false]) {
          const short = run(setup, swarmCase.seed, { check });
          expect({ ...short, perf: null }).toEqual({ ...long, perf: null });
          expect(short.perf.events).toBe(long.perf.events);
        }
        runs.all++;
        if (taken.mock.calls.length > 0) runs.onTheLane++;
      }),
      STORMS,
    );
    taken.mockRestore();
    // The others have a selection that wants to know all, or an outage of every shard from the start.
    expect(runs.onTheLane / runs.all).toBeGreaterThan(0.5);
  },
  ALL_STORMS_MS,
);
