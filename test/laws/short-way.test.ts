/**
 * Law: the express lane changes no result. Small clusters in which what it leaves out is near at hand all the time: few keys and
 * deletes, clients who give up while answers are under way, eject shards and take them back, nodes that die and return.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import type { Fault, Setup } from '../../sim/setup.ts';
import type { FailoverModule, PlacementModule } from '../../sim/strategy.ts';
import { registry } from '../../strategies/index.ts';
import { findModule } from '../../strategies/registry.ts';
import { buildSetup, fewestOf, firstCandidate } from '../setup-builder.ts';
import { ALL_STORMS_MS, stormsOf } from './replay.ts';

const MS = 1e6;
const DURATION_NS = 1200 * MS;

const bound = (name: string, params: object) => {
  const module = findModule(registry, 'failover', name) as FailoverModule;
  return { failover: { module, params: module.params.parse(params) } };
};
const oneOf = fc.constantFrom;
const share = fc.double({ min: 0.1, max: 0.8, noNaN: true });

const selections = {
  primary: firstCandidate,
  'at random': { ...fewestOf(1), watches: 'nothing' },
  'better of two': { ...fewestOf(2), watches: 'candidates' },
  'better of two, by events': fewestOf(2),
  'better of two shards': { ...fewestOf(2), candidates: 'preference', watches: 'candidates' },
  'better of two shards, by events': { ...fewestOf(2), candidates: 'preference' },
} as const;
/** Names three shards for each key. */
const ring = findModule(registry, 'placement', 'consistent-hash') as PlacementModule;
const failovers = {
  none: {},
  hasty: bound('eject-and-rehash', { failureLimit: 1, retryTimeout: '100ms' }),
  patient: bound('eject-and-rehash', { failureLimit: 3, retryTimeout: '200ms' }),
  'redis-cluster': bound('redis-cluster', { nodeTimeout: '150ms' }),
};

const fault = fc.record({
  kind: oneOf('crash', 'crash', 'pause', 'slow'),
  of: oneOf('process', 'host'),
  node: fc.nat(),
  at: share,
  returns: fc.boolean(),
});

const cases = fc.record({
  seed: fc.nat(1e6),
  shards: oneOf(1, 2, 3, 5),
  replicas: oneOf(0, 1, 1, 2),
  selection: oneOf(...(Object.keys(selections) as (keyof typeof selections)[])),
  failover: oneOf(...(Object.keys(failovers) as (keyof typeof failovers)[])),
  ratePerSec: oneOf(200, 800, 2500),
  writes: oneOf(0, 0.02, 0.1, 0.4),
  deletes: oneOf(0, 0, 0.05, 0.2),
  keys: oneOf(
    { kind: 'uniform', count: 4 },
    { kind: 'uniform', count: 10 },
    { kind: 'uniform', count: 500 },
    { kind: 'zipf', count: 50, exponent: 1.1 },
  ),
  clients: oneOf(1, 2, 5),
  timeoutMs: oneOf(6, 15, 40, 200, Infinity),
  afterFailures: oneOf(1, 3),
  tries: oneOf(0, 2),
  delayMs: oneOf(0, 0.2, 3, 10),
  jitterSigma: oneOf(0, 0.3, 0.8, 1.2),
  lagMs: oneOf(0.001, 0.1, 5, 30),
  threads: oneOf(1, 1, 1, 2),
  queueLimit: oneOf(3, 1e6, 1e6),
  shape: oneOf({ kind: 'exponential' }, { kind: 'constant' }, { kind: 'lognormal', cv: 2 }),
  start: oneOf('warm', 'warm', 'cold'),
  hasOrigin: fc.boolean(),
  faults: fc.array(fault, { maxLength: 3 }),
});
type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never;

function faultsOf({ faults, shards, replicas }: Case): Fault[] {
  const planned = faults.flatMap(({ kind, of, node: any, at, returns }, i): Fault[] => {
    const event = {
      name: `${kind}-${i}`,
      atNs: Math.round(at * DURATION_NS),
      node: any % (shards * (1 + replicas)),
    };
    if (kind === 'pause') return [{ kind, ...event, forNs: 200 * MS }];
    if (kind === 'slow') return [{ kind, ...event, forNs: 200 * MS, factor: 20 }];
    const back = { ...event, name: `back-${i}`, atNs: event.atNs + 150 * MS };
    return returns
      ? [
          { kind, ...event, of },
          { kind: 'restart', ...back },
        ]
      : [{ kind, ...event, of }];
  });
  return planned.sort((a, b) => a.atNs - b.atNs);
}

function setupOf(drawn: Case): Setup {
  const { writes, deletes, clients: count, timeoutMs, tries, delayMs, jitterSigma, lagMs } = drawn;
  const retries = { max: tries, backoffNs: 5 * MS, maxBackoffNs: 50 * MS, jitter: 'full' } as const;
  const origin = { latencyNs: 3 * MS, latencyShape: { kind: 'exponential' }, concurrency: 5 } as const;
  return buildSetup({
    ...drawn,
    durationNs: DURATION_NS,
    lagNs: lagMs * MS,
    operations: [1 - writes * (1 + deletes), writes, writes * deletes, 0],
    clients: {
      count,
      timeoutNs: timeoutMs * MS,
      retries,
      topologyRefresh: { afterFailures: drawn.afterFailures },
    },
    network: { sameZoneNs: delayMs * MS, crossZoneNs: 2 * delayMs * MS, jitterSigma },
    strategy: {
      placement: { module: ring, params: ring.params.parse({}) },
      selection: { module: selections[drawn.selection], params: {} },
      ...failovers[drawn.failover],
    },
    faults: faultsOf(drawn),
    origin: drawn.hasOrigin ? origin : undefined,
  } as Parameters<typeof buildSetup>[0]);
}

test(
  'the express lane changes no result where few keys, deletes and hasty clients meet',
  () => {
    fc.assert(
      fc.property(cases, (drawn) => {
        const setup = setupOf(drawn);
        const [short, long] = [true, false].map((express) =>
          run(setup, drawn.seed, { check: true, express }),
        );
        expect({ ...short, perf: short!.perf.events }).toEqual({ ...long, perf: long!.perf.events });
      }),
      stormsOf(process.env),
    );
  },
  ALL_STORMS_MS,
);
