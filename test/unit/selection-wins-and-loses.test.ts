/**
 * Unit: where each selection wins and where it loses, as its module says. Both sides of a comparison meet the same
 * requests with the same luck, so the margins asserted are differences between selections.
 */
import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import { alwaysHottest } from '../../strategies/selection/always-hottest.ts';
import { aperture } from '../../strategies/selection/aperture.ts';
import { boundedLoad } from '../../strategies/selection/bounded-load.ts';
import { c3 } from '../../strategies/selection/c3.ts';
import { clairvoyant } from '../../strategies/selection/clairvoyant.ts';
import { leastOutstanding } from '../../strategies/selection/least-outstanding.ts';
import { peakEwma } from '../../strategies/selection/peak-ewma.ts';
import { polledLoad } from '../../strategies/selection/polled-load.ts';
import { powerOfTwoChoices } from '../../strategies/selection/power-of-two-choices.ts';
import { prequal } from '../../strategies/selection/prequal.ts';
import { primary } from '../../strategies/selection/primary.ts';
import { random } from '../../strategies/selection/random.ts';
import { roundRobin } from '../../strategies/selection/round-robin.ts';
import { weighted } from '../../strategies/selection/weighted.ts';
import { zoneAware } from '../../strategies/selection/zone-aware.ts';
import { buildSetup, type Overrides, SERVICE_NS } from '../setup-builder.ts';
import { type AnySelection, bound } from './selection-helpers.ts';

/** Requests per second that keep one node busy. */
const ONE_NODE = 1e9 / SERVICE_NS;
const SECOND = 1e9;

type World = Partial<Overrides> & { readonly zones?: readonly string[] };

/** One shard of `1 + replicas` nodes for 20 s unless the world says otherwise; the client is in zone a. */
function result({ zones, ...world }: World, module: AnySelection, params: object = {}): RunResult {
  const setup = buildSetup({
    ratePerSec: 2 * ONE_NODE,
    durationNs: 20 * SECOND,
    replicas: 3,
    ...world,
    strategy: { selection: bound(module, params) },
  });
  return run({ ...setup, cluster: { ...setup.cluster, zones: zones ?? ['a'] } }, 7);
}

const mean = (world: World, module: AnySelection, params: object = {}): number =>
  result(world, module, params).responseTime.mean!;
const failed = (world: World, module: AnySelection, params: object = {}): number =>
  result(world, module, params).requests.failed;

const busy: World = { ratePerSec: 3.4 * ONE_NODE };
/** Two nodes, the primary with the client, the replica 5 ms away. */
const farReplica: World = {
  replicas: 1,
  ratePerSec: 0.5 * ONE_NODE,
  zones: ['a', 'b'],
  network: { sameZoneNs: 0, crossZoneNs: 5e6, jitterSigma: 0 },
};
const retries = { max: 0, backoffNs: 1, maxBackoffNs: 1, jitter: 'none' } as const;
/** A replica's machine dies: silence, and a timeout per request sent there. */
const silent: World = {
  faults: [{ kind: 'crash', name: 'kill', atNs: 2 * SECOND, node: 1, of: 'host' }],
  clients: { timeoutNs: 0.1 * SECOND, retries },
};
/** A replica's process dies: it refuses at once, and clients ask again at once. */
const refusing: World = {
  faults: [{ kind: 'crash', name: 'kill', atNs: 2 * SECOND, node: 1, of: 'process' }],
  clients: { timeoutNs: 0.1 * SECOND, reconnectNs: 1, retries },
};

describe('round-robin', () => {
  test('wins: shorter queues than random', () => {
    expect(mean(busy, roundRobin)).toBeLessThan(0.7 * mean(busy, random));
  });
  test('loses: a silent node goes on getting its share', () => {
    const sent = 2 * ONE_NODE * 18;
    expect(failed(silent, roundRobin)).toBeGreaterThan(0.24 * sent);
    expect(failed(silent, leastOutstanding)).toBeLessThan(0.1 * sent);
  });
});

describe('weighted', () => {
  test('wins: prefers the node known to be near', () => {
    const weights = [9, 1];
    expect(mean(farReplica, weighted, { weights })).toBeLessThan(0.6 * mean(farReplica, roundRobin));
  });
  test('loses: with weights that do not fit', () => {
    const weights = [2, 1, 1, 1];
    expect(mean(busy, weighted, { weights })).toBeGreaterThan(2 * mean(busy, roundRobin));
  });
});

describe('least-outstanding', () => {
  test('wins: the shortest queues, also with draws, though less so', () => {
    const full = mean(busy, leastOutstanding);
    const draws = mean(busy, leastOutstanding, { scan: 'envoy' });
    expect(full).toBeLessThan(draws);
    expect(draws).toBeLessThan(0.7 * mean(busy, random));
  });
  test('loses: a node that refuses at once looks idle', () => {
    expect(failed(refusing, leastOutstanding)).toBeGreaterThan(1.2 * failed(refusing, random));
  });
  test('loses: many small clients see only their own few requests', () => {
    const many: World = { ...busy, clients: { count: 500 } };
    expect(mean(many, leastOutstanding)).toBeGreaterThan(2 * mean(busy, leastOutstanding));
  });
});

describe('peak-ewma', () => {
  test('wins: avoids a node that is far away, which counts do not show as clearly', () => {
    expect(mean(farReplica, peakEwma)).toBeLessThan(mean(farReplica, leastOutstanding));
  });
  test('loses: a node that refuses at once looks quick', () => {
    expect(failed(refusing, peakEwma)).toBeGreaterThan(1.2 * failed(refusing, random));
  });
});

describe('c3', () => {
  test('wins: a slow node among many clients, which see only their own few requests', () => {
    const limping: World = {
      clients: { count: 20 },
      faults: [{ kind: 'slow', name: 'limp', atNs: 0, node: 1, forNs: 20 * SECOND, factor: 5 }],
    };
    expect(mean(limping, c3, { clients: 20 })).toBeLessThan(0.6 * mean(limping, leastOutstanding));
  });
  test('loses: a node that refuses at once keeps its good record', () => {
    expect(failed(refusing, c3)).toBeGreaterThan(1.2 * failed(refusing, random));
  });
  test('with rate control wins: under more load than there is capacity, the nodes keep shorter queues', () => {
    const overload: World = { ratePerSec: 12_000, durationNs: 4 * SECOND, clients: { count: 4 } };
    const longest = (params: object) =>
      Math.max(...result(overload, c3, params).nodes.map((node) => node.maxQueue));
    expect(longest({ rateControl: true })).toBeLessThan(0.7 * longest({}));
  });
  test('with rate control loses: with few requests per interval it starves itself', () => {
    const quiet: World = { ...busy, clients: { count: 2 } };
    expect(mean(quiet, c3, { rateControl: true })).toBeGreaterThan(5 * mean(quiet, c3));
  });
});

const manyClients: World = { ...busy, clients: { count: 200 } };

describe('polled-load', () => {
  test("wins: many clients know of everybody's requests, not of their own few", () => {
    const polled = result(manyClients, polledLoad, { every: '1ms' });
    expect(polled.responseTime.mean!).toBeLessThan(0.7 * mean(manyClients, powerOfTwoChoices));
    // Every client asks each of four nodes once a millisecond, and asks in vain of none.
    expect(polled.requests.probes / (200 * 4 * 20_000)).toBeCloseTo(1, 3);
  });
  test('loses: with old news all run to the node that was idle', () => {
    const old = { every: '20ms', choices: 4 };
    expect(mean(busy, polledLoad, old)).toBeGreaterThan(1.2 * mean(busy, random));
  });
  test('loses: a poll that takes a service thread takes it from the reads', () => {
    const world: World = { ...busy, ratePerSec: 2 * ONE_NODE };
    const utilization = (cost: string): number =>
      result(world, polledLoad, { every: '1ms', cost }).nodes[0]!.utilization;
    expect(utilization('100us') - utilization('0ns')).toBeCloseTo(0.1, 1);
  });
});

describe('prequal', () => {
  test('wins: leaves a slow node alone', () => {
    const limping: World = {
      clients: { count: 20 },
      faults: [{ kind: 'slow', name: 'limp', atNs: 0, node: 1, forNs: 20 * SECOND, factor: 5 }],
    };
    expect(mean(limping, prequal)).toBeLessThan(0.6 * mean(limping, leastOutstanding));
  });
  test('loses: against the counts of one client that sees all traffic', () => {
    expect(mean(busy, prequal)).toBeGreaterThan(1.1 * mean(busy, leastOutstanding));
    const { requests } = result(busy, prequal);
    expect(requests.probes).toBe(3 * requests.attempts);
  });
});

describe('clairvoyant', () => {
  test('wins: against the best that counts requests', () => {
    expect(mean(busy, clairvoyant)).toBeLessThan(mean(busy, leastOutstanding));
    expect(result(busy, clairvoyant).bound).toBe(true);
  });
  test('loses: looks at queues alone, not at the way there', () => {
    expect(mean(farReplica, clairvoyant)).toBeGreaterThan(mean(farReplica, peakEwma));
  });
});

describe('zone-aware', () => {
  const threeZones: World = {
    replicas: 2,
    zones: ['a', 'b', 'c'],
    network: { sameZoneNs: 0, crossZoneNs: 1e6, jitterSigma: 0 },
  };
  test('wins: spares the delay between zones', () => {
    const even: World = { ...threeZones, ratePerSec: ONE_NODE, clients: { count: 3 } };
    expect(mean(even, zoneAware)).toBeLessThan(0.8 * mean(even, random));
  });
  test('loses: clients crowded in one zone overload its node, unless they may spill', () => {
    const crowded: World = { ...threeZones, ratePerSec: 0.95 * ONE_NODE };
    const staying = mean(crowded, zoneAware);
    expect(staying).toBeGreaterThan(2 * mean(crowded, random));
    expect(mean(crowded, zoneAware, { spillAt: 3 })).toBeLessThan(0.5 * staying);
  });
});

describe('bounded-load', () => {
  const skewed: World = {
    shards: 6,
    replicas: 0,
    ratePerSec: 3.6 * ONE_NODE,
    keys: { kind: 'zipf', count: 1000, exponent: 1.1 },
  };
  const hottest = ({ nodes }: RunResult): number => Math.max(...nodes.map((node) => node.utilization));

  test.each(['ring-walk', 'random-jump'])('wins: the hot shard is no longer saturated (%s)', (variant) => {
    expect(hottest(result(skewed, primary))).toBeGreaterThan(0.95);
    const bounded = result(skewed, boundedLoad, { variant });
    // The factor bounds requests in flight, not utilization; with so few in flight rounding up leaves slack.
    expect(hottest(bounded)).toBeLessThan(0.9);
    expect(bounded.responseTime.p99!).toBeLessThan(0.2 * result(skewed, primary).responseTime.p99!);
  });
  test.each(['ring-walk', 'random-jump'])('loses: overflow misses (%s)', (variant) => {
    expect(result(skewed, primary).cache.misses).toBe(0);
    const { cache, requests } = result(skewed, boundedLoad, { variant });
    expect(cache.misses / requests.offered).toBeGreaterThan(0.05);
  });
});

describe('aperture', () => {
  test('wins: a node that dies costs a failure to those clients only that read from it', () => {
    const dying: World = {
      ...refusing,
      ratePerSec: ONE_NODE,
      clients: { count: 80, timeoutNs: 0.1 * SECOND, reconnectNs: 60 * SECOND, retries },
    };
    expect(failed(dying, aperture, { width: 1 })).toBeLessThan(0.5 * failed(dying, random));
  });
  test('loses: with one client the nodes outside its aperture idle', () => {
    const world: World = { ratePerSec: 1.8 * ONE_NODE };
    expect(mean(world, aperture)).toBeGreaterThan(2 * mean(world, leastOutstanding));
    const idle = result(world, aperture).nodes.filter((node) => node.attempts === 0);
    expect(idle.length).toBe(2);
  });
});

describe('always-hottest', () => {
  test('even at best: while requests never overlap all selections are alike', () => {
    const calm: World = { ratePerSec: 0.01 * ONE_NODE, shape: { kind: 'constant' }, durationNs: SECOND };
    expect(mean(calm, alwaysHottest)).toBe(mean(calm, leastOutstanding));
  });
  test('loses: one node serves all, as if the others were not there', () => {
    const world: World = { ratePerSec: 0.9 * ONE_NODE };
    for (const module of [random, roundRobin, leastOutstanding, peakEwma])
      expect(mean(world, alwaysHottest)).toBeGreaterThan(3 * mean(world, module));
    expect(mean(world, alwaysHottest)).toBe(mean(world, primary));
  });
});
