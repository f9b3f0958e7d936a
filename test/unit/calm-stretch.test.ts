/**
 * Unit: that calm stretches are taken, and end where a node no longer serves all. Results are the same without them, so only
 * who counts can tell that there were some; how much faster runs are with them is the benchmark's to say.
 */
import { describe, expect, test, vi } from 'vitest';
import { Arrivals } from '../../sim/arrivals.ts';
import { ExpressLane } from '../../sim/express-lane.ts';
import { run } from '../../sim/run.ts';
import type { Setup } from '../../sim/setup.ts';
import type { FailoverContext, FailoverModule } from '../../sim/strategy.ts';
import { redisCluster } from '../../strategies/failover/redis-cluster/redis-cluster.ts';
import { registry } from '../../strategies/index.ts';
import { findModule } from '../../strategies/registry.ts';
import { random } from '../../strategies/selection/random.ts';
import { buildSetup, fewestOf, type Overrides } from '../setup-builder.ts';

const SECOND = 1e9;
const PLAIN: Overrides = {
  ratePerSec: 3000,
  durationNs: 4 * SECOND,
  shards: 5,
  operations: [0.8, 0.2, 0, 0],
  clients: { count: 4 },
  network: { sameZoneNs: 200_000, crossZoneNs: 400_000, jitterSigma: 0.3 },
};

/** The share of requests that are sent in calm stretches, and of those that are served in them. */
function calmShares(overrides: Overrides): [number, number] {
  const sent = vi.spyOn(Arrivals.prototype, 'addRows');
  const served = vi.spyOn(Arrivals.prototype, 'takeMany');
  const { requests } = run(buildSetup(overrides), 1);
  const rowsSent = sent.mock.calls.reduce((sum, [first, end]) => sum + end - first, 0);
  const rowsServed = served.mock.results.reduce((sum, { value }) => sum + (value as number), 0);
  vi.restoreAllMocks();
  return [rowsSent / requests.offered, rowsServed / requests.offered];
}

const readsAnywhere = { strategy: { selection: { module: random, params: {} } } };
const readsBetter = { strategy: { selection: { module: fewestOf(2), params: {} } } };

test.each<[string, Overrides, number]>([
  ['nothing happens', PLAIN, 0.99],
  ['reads go to any replica', { ...PLAIN, ...readsAnywhere, replicas: 1, operations: [1, 0, 0, 0] }, 0.99],
  [
    'a write now and then is on its way to a replica',
    { ...PLAIN, ...readsAnywhere, replicas: 1, operations: [0.99, 0.01, 0, 0] },
    0.5,
  ],
  [
    'a node stands still for a while',
    { ...PLAIN, faults: [{ kind: 'stall', name: 'stall', atNs: SECOND, node: 1, forNs: 0.2 * SECOND }] },
    0.5,
  ],
])('most requests belong to a calm stretch where %s', (_when, overrides, least) => {
  const [sent, served] = calmShares(overrides);
  expect(sent).toBeGreaterThan(least);
  expect(served).toBeGreaterThan(least);
});

/** Node 1 begins something after a second, and ends it 0.3 s later; nobody else does anything. */
function acting(
  act: (context: FailoverContext, begins: boolean, primaries: number[]) => void,
): FailoverModule {
  const control = (context: FailoverContext) => {
    const primaries = context.nodes.filter(({ primary }) => primary).map(({ id }) => id);
    context.onNode(1, SECOND, () => act(context, true, primaries));
    context.onNode(1, 1.3 * SECOND, () => act(context, false, primaries));
    return {
      start: () => {},
      primarySeenBy: (_node: number, shard: number) => primaries[shard]!,
      failedSeenBy: () => false,
    };
  };
  return { ...redisCluster, create: () => ({ control }) };
}

describe.each([
  ['primaries', PLAIN],
  ['any replica', { ...PLAIN, ...readsAnywhere, replicas: 1 }],
  ['the better of two', { ...PLAIN, ...readsBetter, replicas: 1 }],
] as [string, Overrides][])(
  'where reads go to %s, the short way gives the same result as the long one',
  (_where, plain) => {
    const served = (setup: Setup) => {
      const many = vi.spyOn(ExpressLane.prototype, 'acceptMany');
      const [calm, long] = [true, false].map((express) => {
        const { perf, ...result } = run(setup, 1, { express });
        return { ...result, events: perf.events };
      });
      expect(many.mock.calls.length).toBeGreaterThan(0);
      vi.restoreAllMocks();
      expect(calm).toEqual(long);
      return long!;
    };
    const withFailover = (module: FailoverModule, overrides = plain): Setup =>
      buildSetup({
        ...overrides,
        strategy: { ...plain.strategy, failover: { module, params: redisCluster.params.parse({}) } },
      });

    test('while a primary holds writes back', () => {
      const { responseTime } = served(
        withFailover(acting((context, begins) => context.pauseWrites(1, begins))),
      );
      expect(responseTime.max).toBeGreaterThan(200);
    });

    test.each(['reads', 'nothing'] as const)('while a primary serves %s', (serving) => {
      const { requests } = served(
        withFailover(acting((context, begins) => context.setServing(1, begins ? serving : 'all'))),
      );
      expect(requests.redirects).toBeGreaterThan(50);
    });

    test('while a primary that is back reads its data', () => {
      const { requests } = served(
        buildSetup({
          ...plain,
          replicas: 0,
          faults: [
            { kind: 'crash', name: 'kill', atNs: SECOND, node: 1, of: 'process' },
            { kind: 'restart', name: 'back', atNs: 1.01 * SECOND, node: 1, load: { bytesPerSec: 100_000 } },
          ],
        }),
      );
      expect(requests.redirects).toBeGreaterThan(50);
    });

    test('while clients do not know of a new primary', () => {
      const swap = acting((context, begins, primaries) => {
        if (!begins) return;
        primaries[1] = 6;
        context.promote(6, 1, 1);
        context.demote(1, 6);
      });
      const { requests } = served(withFailover(swap, { ...plain, replicas: 1 }));
      expect(requests.redirects).toBeGreaterThan(2);
    });

    test.each([
      ['and an origin has them', { latencyNs: 3e6, latencyShape: { kind: 'exponential' }, concurrency: 5 }],
      ['and nobody has them', null],
    ] as const)('while keys are missing, %s', (_who, origin) => {
      const { cache } = served(buildSetup({ ...plain, start: 'cold', origin }));
      expect(cache.misses).toBeGreaterThan(500);
    });

    test('while clients who count failures in a row see some answers come late', () => {
      const module = findModule(registry, 'failover', 'eject-and-rehash') as FailoverModule;
      const { requests } = served(
        buildSetup({
          ...plain,
          shards: 2,
          ratePerSec: 300,
          clients: { count: 1, timeoutNs: 5e6 },
          strategy: {
            ...plain.strategy,
            failover: { module, params: module.params.parse({ failureLimit: 5 }) },
          },
        }),
      );
      expect(requests.timedOut).toBeGreaterThan(5);
    });

    test('until a host dies whose last writes the replica lacks', () => {
      const { lostWrites } = served(
        buildSetup({
          ...plain,
          replicas: 1,
          lagNs: 0.1 * SECOND,
          faults: [{ kind: 'crash', name: 'kill', atNs: 3 * SECOND, node: 1, of: 'host' }],
        }),
      );
      expect(lostWrites).toBeGreaterThan(3);
    });

    test('where faults of a primary follow each other so closely that a write is under way from one to the next', () => {
      const { faults } = served(
        buildSetup({
          ...plain,
          shards: 1,
          ratePerSec: 100,
          operations: [0.9, 0.1, 0, 0],
          network: { sameZoneNs: 0.02 * SECOND, crossZoneNs: 0.02 * SECOND, jitterSigma: 0 },
          faults: Array.from({ length: 50 }, (_, i) => ({
            kind: 'stall',
            name: `stall ${i}`,
            atNs: (1 + 0.06 * i) * SECOND,
            node: 0,
            forNs: 1e6,
          })),
        }),
      );
      expect(faults.length).toBe(50);
    });
  },
);
