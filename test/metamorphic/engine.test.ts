/**
 * Metamorphic: what must not change a run, and what must change it in a known way. No expected value is needed, only
 * two runs whose difference is known beforehand; each has a counterpart that does differ, so none passes by itself.
 */
import { describe, expect, test } from 'vitest';
import { placementNamed, selectionNamed } from '../../sim/cli/theory/ground.ts';
import { shardsNamed, tableOf } from '../../sim/cli/theory/hashing.ts';
import { run } from '../../sim/run.ts';
import type { Fault, Setup } from '../../sim/setup.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

const MS = 1e6;

/** Times of a cluster under retries, replication, an origin and faults; `unit` times as long as milliseconds. */
function world(unit: number, rest: Partial<Overrides> = {}): Setup {
  const faults: Fault[] = [
    { kind: 'crash', name: 'kill', atNs: 800 * MS * unit, node: 1, of: 'host' },
    { kind: 'slow', name: 'slow', atNs: 1000 * MS * unit, node: 2, forNs: 300 * MS * unit, factor: 3 },
    { kind: 'restart', name: 'back', atNs: 1500 * MS * unit, node: 1 },
  ];
  const setup = buildSetup({
    ratePerSec: 2500 / unit,
    durationNs: 3000 * MS * unit,
    warmUpNs: 200 * MS * unit,
    shards: 3,
    replicas: 1,
    operations: [0.9, 0.1, 0, 0],
    network: { sameZoneNs: 0.1 * MS * unit, crossZoneNs: 0.1 * MS * unit, jitterSigma: 0.2 },
    clients: {
      count: 4,
      timeoutNs: 40 * MS * unit,
      retries: { max: 2, backoffNs: 5 * MS * unit, maxBackoffNs: 20 * MS * unit, jitter: 'full' },
      reconnectNs: 100 * MS * unit,
      askAgainNs: 100 * MS * unit,
      topologyRefresh: { periodicNs: 500 * MS * unit, minIntervalNs: 50 * MS * unit },
    },
    origin: { latencyNs: 2 * MS * unit, latencyShape: { kind: 'exponential' }, concurrency: 50 },
    strategy: { selection: selectionNamed('power-of-two-choices') },
    ...rest,
    faults,
  });
  const { cluster } = setup;
  const scaled = (ns: number): number => ns * unit;
  return {
    ...setup,
    cluster: {
      ...cluster,
      node: { ...cluster.node, serviceNs: cluster.node.serviceNs.map(scaled) },
      replication: {
        ...cluster.replication,
        lagNs: scaled(cluster.replication.lagNs),
        resyncBytesPerSec: cluster.replication.resyncBytesPerSec / unit,
        resync: {
          ...cluster.replication.resync,
          loadBytesPerSec: cluster.replication.resync.loadBytesPerSec / unit,
        },
      },
    },
  };
}

describe('another unit of time', () => {
  const one = run(world(1), 7, { check: true });
  const long = run(world(1000), 7, { check: true });

  test('changes no count', () => {
    expect(long.requests).toEqual(one.requests);
    expect(long.nodes.map(({ attempts }) => attempts)).toEqual(one.nodes.map(({ attempts }) => attempts));
    expect(long.timeline.completed).toEqual(one.timeline.completed);
    expect(one.requests.retries).toBeGreaterThan(0);
  });

  test('multiplies times, and leaves shares alone', () => {
    // A result gives milliseconds to three digits: half of the last one, beside nanoseconds that were rounded.
    for (const of of ['responseTime', 'waitingTime', 'serviceTime'] as const)
      expect(Math.abs(long[of].mean! / 1000 - one[of].mean!)).toBeLessThan(0.0006);
    for (const [i, node] of long.nodes.entries())
      expect(node.utilization).toBeCloseTo(one.nodes[i]!.utilization, 4);
  });

  test('of the services alone is another world', () => {
    const slower = world(1);
    const node = { ...slower.cluster.node, serviceNs: slower.cluster.node.serviceNs.map((ns) => 1.2 * ns) };
    const other = run({ ...slower, cluster: { ...slower.cluster, node } }, 7);
    expect(other.responseTime.mean! / one.responseTime.mean!).toBeGreaterThan(1.2);
  });
});

describe('other names of nodes', () => {
  const named = (placement: string, names: readonly string[] | null): string => {
    const setup = world(1, {
      strategy: { placement: placementNamed(placement), selection: selectionNamed('power-of-two-choices') },
    });
    return run({ ...setup, cluster: { ...setup.cluster, nodeNames: names } }, 7).fingerprint;
  };
  const names = ['ox', 'ass', 'hen', 'cock', 'dog', 'cat'];

  test.each(['redis-slots', 'jump', 'modulo'])(
    'change nothing under %s, which numbers its shards',
    (placement) => {
      expect(named(placement, names)).toBe(named(placement, null));
    },
  );

  test.each(['consistent-hash', 'rendezvous', 'maglev'])(
    'move keys under %s, which hashes names',
    (placement) => {
      expect(named(placement, names)).not.toBe(named(placement, null));
    },
  );
});

describe('twice the clients at half the rate each', () => {
  const fingerprint = (selection: string, count: number): string =>
    run(
      buildSetup({
        ratePerSec: 4000,
        durationNs: 2e9,
        shards: 2,
        replicas: 2,
        clients: { count },
        strategy: { selection: selectionNamed(selection) },
      }),
      3,
    ).fingerprint;

  test('are the same load where the selection does not look at its client', () => {
    expect(fingerprint('primary', 20)).toBe(fingerprint('primary', 10));
  });

  test('know half as much each where it does', () => {
    expect(fingerprint('power-of-two-choices', 20)).not.toBe(fingerprint('power-of-two-choices', 10));
  });
});

describe('one more node', () => {
  const KEYS = 200_000;
  const owners = (placement: string, count: number): Int32Array => {
    const table = tableOf(placement, 'key:{id}', KEYS, shardsNamed('node', count));
    return Int32Array.from({ length: KEYS }, (_, key) => table.owners[table.partitionOf(key) * table.depth]!);
  };

  test.each([1, 2, 5, 12, 50])(
    'takes 1/(n + 1) of the keys of %i nodes under jump, and moves no other',
    (n) => {
      const before = owners('jump', n);
      const after = owners('jump', n + 1);
      let moved = 0;
      before.forEach((owner, key) => {
        if (after[key] === owner) return;
        moved++;
        expect(after[key]).toBe(n);
      });
      // Each key moves on its own with probability p: four standard deviations of a binomial, alpha 6e-5 for each n.
      const p = 1 / (n + 1);
      expect(Math.abs(moved - KEYS * p)).toBeLessThan(4 * Math.sqrt(KEYS * p * (1 - p)));
    },
  );

  test('moves nearly all under modulo', () => {
    const before = owners('modulo', 5);
    const after = owners('modulo', 6);
    const moved = before.filter((owner, key) => after[key] !== owner).length;
    expect(moved / KEYS).toBeGreaterThan(0.8);
  });

  test('that owns nothing changes nothing', () => {
    const setup = world(1, { shards: 3 });
    const empty = placementNamed('redis-slots', { emptyShards: 1 });
    const full = placementNamed('redis-slots');
    const of = (shards: number, placement: typeof full): Setup => ({
      ...setup,
      faults: [],
      cluster: { ...setup.cluster, shards, replicas: 0 },
      strategy: { ...setup.strategy, placement, selection: selectionNamed('primary') },
    });
    expect(run(of(4, empty), 5).fingerprint).toBe(run(of(3, full), 5).fingerprint);
    expect(run(of(4, full), 5).fingerprint).not.toBe(run(of(3, full), 5).fingerprint);
  });
});
