/** Unit: how a replica gets in step with its primary again: by the backlog, or by the whole data set. */
import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import type { Fault, ResyncSetup } from '../../sim/setup.ts';
import type { FailoverModule } from '../../sim/strategy.ts';
import { redisCluster } from '../../strategies/failover/redis-cluster/redis-cluster.ts';
import { buildSetup } from '../setup-builder.ts';

const MS = 1e6;
const SECOND = 1e9;
const WRITES_PER_SEC = 250;
/** A value of 100 bytes, a key of 32, and what RESP adds. */
const WRITE_BYTES = 165;

interface Changes {
  readonly failover?: FailoverModule;
  readonly resync?: Partial<ResyncSetup>;
  readonly resyncBytesPerSec?: number;
  readonly faults: readonly Fault[];
  readonly timeoutNs?: number;
}

/** Three shards with a replica each; 750 writes a second in all. */
function played(changes: Changes): RunResult {
  const { failover = redisCluster, resync, resyncBytesPerSec = 1e9, faults, timeoutNs = 100 * MS } = changes;
  const setup = buildSetup({
    ratePerSec: 6 * WRITES_PER_SEC,
    durationNs: 12 * SECOND,
    shards: 3,
    replicas: 1,
    operations: [0.5, 0.5, 0, 0],
    clients: { count: 3, timeoutNs },
    network: { sameZoneNs: 0.1 * MS, crossZoneNs: 0.1 * MS, jitterSigma: 0 },
    faults,
    strategy: {
      failover: { module: failover, params: redisCluster.params.parse({ nodeTimeout: '1s' }) },
    },
  });
  const { replication } = setup.cluster;
  const changed = { ...replication, resyncBytesPerSec, resync: { ...replication.resync, ...resync } };
  return run({ ...setup, cluster: { ...setup.cluster, replication: changed } }, 1, { check: true });
}

const cut = (forNs: number): Fault => ({
  kind: 'partition',
  name: 'cut',
  atNs: 3 * SECOND,
  nodes: [3],
  zone: null,
  clients: null,
  forNs,
  between: 'nodes',
  direction: 'both',
});

const hang: Fault = { kind: 'pause', name: 'hang', atNs: 3 * SECOND, node: 0, forNs: 5 * SECOND };

describe('a replica that was cut off', () => {
  test('for less than the timeout has its stream held up, and needs nothing else', () => {
    expect(played({ faults: [cut(2 * SECOND)] }).resyncs).toEqual([]);
  });

  test('for longer is sent what it missed, as long as that is in the backlog', () => {
    const { resyncs } = played({ faults: [cut(2 * SECOND)], resync: { timeoutNs: SECOND } });
    expect(resyncs).toMatchObject([
      { node: 'node-3', primary: 'node-0', kind: 'partial', forkMs: 0, aborted: false },
    ]);
    // Two seconds of writes: Poisson with mean 500, within four standard deviations.
    expect(Math.abs(resyncs[0]!.bytes / WRITE_BYTES - 2 * WRITES_PER_SEC)).toBeLessThan(4 * Math.sqrt(500));
    expect(resyncs[0]!.atMs).toBeGreaterThanOrEqual(5000);
  });

  test('for too long is sent everything', () => {
    const { resyncs } = played({
      faults: [cut(2 * SECOND)],
      resync: { timeoutNs: SECOND, backlogBytes: 20_000, delayNs: SECOND },
    });
    expect(resyncs).toMatchObject([{ node: 'node-3', primary: 'node-0', kind: 'full', aborted: false }]);
    expect(resyncs[0]!.durationMs).toBeGreaterThanOrEqual(1000);
  });
});

describe('a primary that was replaced while it hung', () => {
  test('is sent everything: what waited at its kernel it executes, and its history parts from its successor’s', () => {
    const { resyncs } = played({ faults: [hang] });
    const own = resyncs.filter(({ node }) => node === 'node-0');
    expect(own).toMatchObject([{ primary: 'node-3', kind: 'full', aborted: false }]);
  });

  test('goes on by the backlog where it had handed its role over, and executed nothing since', () => {
    const { resyncs, lostWrites } = played({
      faults: [{ kind: 'hand-over', name: 'swap', atNs: 3 * SECOND, node: 0, how: 'graceful' }],
    });
    const own = resyncs.filter(({ node }) => node === 'node-0');
    expect(own).toMatchObject([{ primary: 'node-3', kind: 'partial', forkMs: 0 }]);
    expect(lostWrites).toBe(0);
  });
});

describe('a full synchronisation', () => {
  const longAway = { timeoutNs: SECOND, backlogBytes: 1000 };

  test('stops the primary while it forks', () => {
    const calm = played({ faults: [cut(2 * SECOND)], resync: longAway });
    const stopped = played({ faults: [cut(2 * SECOND)], resync: { ...longAway, forkPerGiBNs: 3e12 } });
    const [resync] = stopped.resyncs;
    expect(resync!.forkMs).toBeGreaterThan(50);
    expect(stopped.waitingTime.max! - calm.waitingTime.max!).toBeGreaterThan(0.5 * resync!.forkMs);
  });

  test('that overruns the output buffer begins anew', () => {
    const outputBuffer = { hardBytes: 50_000, softBytes: 50_000, softNs: SECOND };
    const { resyncs } = played({
      faults: [cut(2 * SECOND)],
      resync: { ...longAway, outputBuffer },
      resyncBytesPerSec: 10_000,
    });
    expect(resyncs.length).toBeGreaterThan(1);
    for (const one of resyncs) expect(one).toMatchObject({ kind: 'full', aborted: true });
  });

  test('that is done is not given up for what is written later', () => {
    const outputBuffer = { hardBytes: 50_000, softBytes: 1e9, softNs: 0 };
    const { resyncs } = played({ faults: [cut(2 * SECOND)], resync: { ...longAway, outputBuffer } });
    expect(resyncs).toMatchObject([{ kind: 'full', aborted: false }]);
  });

  // 250 writes a second of 165 bytes: 41,000 bytes after a second. It is looked at every second.
  test.each([
    ['at once when it overruns the hard limit', { hardBytes: 50_000, softBytes: 1e9, softNs: 0 }, 2000],
    ['a second after it overran the soft limit', { hardBytes: 1e9, softBytes: 30_000, softNs: SECOND }, 2000],
    ['later where it may for longer', { hardBytes: 1e9, softBytes: 30_000, softNs: 1.5 * SECOND }, 3000],
  ])('is given up %s', (_when, outputBuffer, afterMs) => {
    const { resyncs } = played({
      faults: [cut(2 * SECOND)],
      resync: { ...longAway, outputBuffer },
      resyncBytesPerSec: 10_000,
    });
    expect(resyncs.length).toBeGreaterThan(1);
    for (const { durationMs } of resyncs) expect(durationMs).toBe(afterMs);
  });
});

test('who is told again to follow its primary goes on as it was', () => {
  const insisting: FailoverModule = {
    ...redisCluster,
    create: (params) => ({
      control: (context) => {
        const again = (): void => {
          for (const { id, primary } of context.nodes) if (!primary) context.follow(id, id - 3);
          context.onNode(0, 100 * MS, again);
        };
        context.onNode(0, 100 * MS, again);
        return redisCluster.create(params as never).control!(context);
      },
    }),
  };
  const [told, left] = [played({ faults: [], failover: insisting }), played({ faults: [] })];
  expect(told.resyncs).toEqual([]);
  expect(told.fingerprint).toBe(left.fingerprint);
});
