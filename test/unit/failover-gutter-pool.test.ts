/** Unit: knocked out servers, their probes, and the gutter that takes their keys. */
import { expect, test } from 'vitest';
import { loadScenario } from '../../scenarios/load.ts';
import { withGutter } from '../../sim/gutter.ts';
import { stream } from '../../sim/rng.ts';
import { run } from '../../sim/run.ts';
import type { Fault } from '../../sim/setup.ts';
import { OUTCOME, type PlacementTable } from '../../sim/strategy.ts';
import { ejectAndRehash } from '../../strategies/failover/eject-and-rehash.ts';
import { gutterPool } from '../../strategies/failover/gutter-pool.ts';
import { registry } from '../../strategies/index.ts';
import { viewOf } from '../contract/selection.ts';
import { buildSetup } from '../setup-builder.ts';

const SECOND = 1e9;

function knockouts() {
  const log: string[] = [];
  const timers: { delayNs: number; callback: () => void }[] = [];
  const pings: (() => void)[] = [];
  const part = gutterPool.create(gutterPool.params.parse({})).client!({
    view: viewOf(3),
    now: () => 0,
    rng: stream(1, 'test'),
    after: (delayNs, callback) => timers.push({ delayNs, callback }),
    ping: (_node, answered) => pings.push(answered),
    eject: (shard) => log.push(`eject ${shard}`),
    readmit: (shard) => log.push(`readmit ${shard}`),
    shardOf: Int32Array.of(0, 1, 2),
  });
  return { part, log, timers, pings };
}

test('three timeouts in a row or one refusal knock out; an answer between them resets', () => {
  const { part, log } = knockouts();
  const { timeout, ok, refused } = OUTCOME;
  for (const outcome of [timeout, timeout, ok, timeout, timeout]) part.observe(0, outcome);
  expect(log).toEqual([]);
  part.observe(0, timeout);
  part.observe(1, refused);
  expect(log).toEqual(['eject 0', 'eject 1']);
});

test('probes after 10 s, 15 s, 22.5 s ... 60 s, each 5 to 50 % later, until one is answered', () => {
  const { part, log, timers, pings } = knockouts();
  part.observe(0, OUTCOME.refused);
  for (const pause of [10, 15, 22.5, 33.75, 50.625, 60, 60]) {
    const { delayNs, callback } = timers.pop()!;
    expect(delayNs).toBeGreaterThanOrEqual(1.05 * pause * SECOND);
    expect(delayNs).toBeLessThanOrEqual(1.5 * pause * SECOND);
    callback();
  }
  expect(log).toEqual(['eject 0']);
  pings.at(-1)!();
  pings.at(-2)!();
  expect(log).toEqual(['eject 0', 'readmit 0']);
});

test('the keys of the shard that is out go to the gutter, and no other key moves', () => {
  const modulo = (shards: number[]): PlacementTable => ({
    partitionCount: shards.length,
    depth: 1,
    owners: Int32Array.from(shards),
    partitionOf: (key) => key % shards.length,
  });
  const table = withGutter(modulo([0, 1, 2]), modulo([3, 4]), new Set([1]));
  const owners = Array.from({ length: 12 }, (_, key) => table.owners[table.partitionOf(key)]);
  expect(owners).toEqual([0, 4, 2, 0, 3, 2, 0, 4, 2, 0, 3, 2]);
});

/** Six memcached servers of one thread; one dies. */
function killed(module: typeof gutterPool | typeof ejectAndRehash, params: object, nodes: readonly number[]) {
  const faults = nodes.map(
    (node): Fault => ({ kind: 'crash', name: `kill-${node}`, atNs: 2 * SECOND, node, of: 'process' }),
  );
  const setup = buildSetup({
    ratePerSec: 1000,
    durationNs: 8 * SECOND,
    shards: 6,
    replicas: 0,
    clients: { count: 3, timeoutNs: 100e6 },
    faults,
    strategy: { failover: { module: module as never, params: module.params.parse(params) } },
  });
  return run(setup, 1, { check: true });
}

test('wins: the servers that are well serve as before, where rehashing adds to their load', () => {
  const attempts = (
    nodes: readonly number[],
    module: typeof gutterPool | typeof ejectAndRehash,
    params: object,
  ) => killed(module, params, nodes).nodes.map((node) => node.attempts);
  const before = attempts([], gutterPool, {});
  const gutter = attempts([0], gutterPool, {});
  const rehashBefore = attempts([], ejectAndRehash, {});
  const rehash = attempts([0], ejectAndRehash, {});
  expect(before[5]).toBe(0);
  // A fifth of the load for three quarters of the run.
  expect(gutter[5]! / 8000).toBeGreaterThan(0.12);
  expect(gutter.slice(1, 5)).toEqual(before.slice(1, 5));
  const sum = (values: readonly number[]): number =>
    values.slice(1).reduce((total, value) => total + value, 0);
  expect(sum(rehash) / sum(rehashBefore)).toBeGreaterThan(1.1);
});

test('loses: with two servers dead the gutter carries more than any other', () => {
  const { nodes } = killed(gutterPool, { gutter: 1 }, [0, 1]);
  expect(nodes[5]!.attempts).toBeGreaterThan(1.2 * nodes[4]!.attempts);
});

test('a gutter that leaves no shard to own the keys is refused when the scenario loads', () => {
  const load = (gutter: number) => {
    const text = [
      'cluster: { shards: 2, replicas: 0 }',
      'workload: { rate: 1k/s, keys: { count: 1k } }',
      `strategies: { a: { placement: modulo, selection: primary, failover: { use: gutter-pool, gutter: ${gutter} } } }`,
    ].join('\n');
    return JSON.stringify(loadScenario({ path: 'gutter.yaml', text }, { registry, overrides: [] }));
  };
  expect(load(2)).toContain('keeps 2 shards as gutter, but cluster.shards is 2');
  expect(load(1)).not.toContain('as gutter');
});

test('values in the gutter live for failover_exptime at most, and elsewhere as long as ever', () => {
  // Two servers and a gutter; server 0 is down from 1 s to 3 s, and known to be until its probe at 5 s or so.
  const play = (gutterTtl: string) => {
    const failover = { module: gutterPool, params: gutterPool.params.parse({ gutterTtl, probeDelay: '3s' }) };
    const setup = buildSetup({
      ratePerSec: 200,
      durationNs: 4 * SECOND,
      shards: 3,
      keys: { kind: 'zipf', count: 10, exponent: 0.5 },
      operations: [1, 0, 0, 0],
      origin: { latencyNs: 1e6, latencyShape: { kind: 'constant' }, concurrency: 100 },
      clients: { count: 1 },
      faults: [{ kind: 'crash', name: 'kill', atNs: SECOND, node: 0, of: 'process' } as Fault],
      strategy: { failover },
    });
    return run(setup, 1, { check: true });
  };
  const forEver = play('1h');
  const short = play('500ms');
  // Five of ten keys are the dead server's, each asked for more than ten times a second. They are fetched when first asked for,
  // and at the first request after each half second of the 3 s that are left: five times, or less by what those take to come.
  expect(forEver.cache.expired).toBe(0);
  const fetched = forEver.cache.misses;
  expect(fetched).toBeGreaterThanOrEqual(5);
  expect(fetched).toBeLessThanOrEqual(7);
  // Who asks while it is fetched misses too, but finds nothing that has expired.
  expect(short.cache.misses - fetched).toBeGreaterThanOrEqual(short.cache.expired);
  expect(short.cache.misses - fetched).toBeLessThanOrEqual(1.5 * short.cache.expired);
  expect(short.cache.expired).toBeGreaterThanOrEqual(5 * 3);
  expect(short.cache.expired).toBeLessThanOrEqual(5 * 5);
});
