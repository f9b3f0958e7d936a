/** Unit: connections that take time and run out: what a pool of them, and one for all, do to a run. */
import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import type { Fault, PoolSetup } from '../../sim/setup.ts';
import { buildSetup, type Overrides, SERVICE_NS } from '../setup-builder.ts';

const MS = 1e6;
const SECOND = 1e9;

const POOL: PoolSetup = {
  kind: 'blocking',
  size: 4,
  waitNs: Infinity,
  connectTimeoutNs: 2 * SECOND,
  backoffNs: 0,
  maxBackoffNs: SECOND,
  whileDown: 'fail',
  checked: true,
  unacknowledgedNs: 924.6 * SECOND,
  roundTrips: 2,
  nodeNs: 0,
  backlog: 511,
};
const SHARED: PoolSetup = { ...POOL, kind: 'multiplexed', size: 1, backoffNs: 50 * MS };

const crash = (of: 'process' | 'host', atNs = SECOND): Fault => ({
  kind: 'crash',
  name: 'kill',
  atNs,
  node: 0,
  of,
});
const restart = (atNs: number): Fault => ({ kind: 'restart', name: 'back', atNs, node: 0 });

function play(pool: PoolSetup | null, { clients, ...rest }: Partial<Overrides> = {}): RunResult {
  const network = { sameZoneNs: MS, crossZoneNs: MS, jitterSigma: 0 };
  return run(
    buildSetup({
      ...{ ratePerSec: 200, durationNs: 10 * SECOND, shape: { kind: 'constant' }, network },
      ...rest,
      clients: { timeoutNs: 500 * MS, pool, ...clients },
    }),
    5,
    { check: true },
  );
}

describe('a pool of connections that block', () => {
  test('lets at most as many attempts go to a node as it has connections; the others wait', () => {
    // One at a time, each for 1 ms out, 1 ms of work and 1 ms back: a queue of its own, whatever the node could do.
    const one = play({ ...POOL, size: 1 }, { ratePerSec: 300 });
    expect(one.connections!.connects).toBe(0);
    expect(one.connections!.waits.count).toBeGreaterThan(1000);
    expect(one.waitingTime.max).toBe(0);
    expect(one.nodes[0]!.maxQueue).toBe(0);
    const many = play({ ...POOL, size: 100 }, { ratePerSec: 300 });
    expect(many.connections!.waits.count).toBe(0);
    expect(one.responseTime.mean!).toBeGreaterThan(2 * many.responseTime.mean!);
  });

  test('whose line is too long fails those who wait too long, and nobody blames the node', () => {
    // 333 a second go through one connection; 600 want to.
    const { requests, responseTime } = play({ ...POOL, size: 1, waitNs: 50 * MS }, { ratePerSec: 600 });
    expect(requests.noConnection).toBeGreaterThan(2000);
    expect(requests.noConnection).toBe(requests.failed);
    expect(responseTime.max!).toBeLessThanOrEqual(50 + 3 + 0.5);
  });

  test('does the same as none where it is large and nothing happens', () => {
    const [none, large] = [play(null), play({ ...POOL, size: 1000 })];
    expect(large.fingerprint).toBe(none.fingerprint);
  });

  test('is made anew after a process died: refused while it is away, then once per connection in use', () => {
    const { connections, requests } = play(
      { ...POOL, size: 3 },
      { clients: { count: 5 }, faults: [crash('process'), restart(2 * SECOND)] },
    );
    const { connects, established, refused, timedOut, peakConnectsPerSec } = connections!;
    expect(established + refused + timedOut).toBe(connects);
    expect([refused > 100, timedOut]).toEqual([true, 0]);
    // Five clients with three connections each.
    expect(established).toBeLessThanOrEqual(15);
    expect(established).toBeGreaterThanOrEqual(5);
    expect(requests.refused).toBe(requests.failed);
    expect(peakConnectsPerSec).toBeGreaterThan(100);
  });

  test('pays a round trip for TCP and one for HELLO before a request goes', () => {
    const faults = [crash('process', SECOND), restart(1.001 * SECOND)];
    const longest = (roundTrips: number) =>
      play({ ...POOL, size: 1, roundTrips }, { ratePerSec: 20, faults }).responseTime.max!;
    // 2 ms for the request, 1 ms of service, and 2 ms for each round trip.
    expect(longest(2)).toBeCloseTo(3 + 4, 1);
    expect(longest(4)).toBeCloseTo(3 + 8, 1);
  });

  test('without a look at a connection before its use, each that is dead costs an attempt', () => {
    const faults = [crash('process', SECOND), restart(1.1 * SECOND)];
    const failed = (checked: boolean) =>
      play({ ...POOL, size: 4, checked }, { ratePerSec: 2, faults, durationNs: 20 * SECOND }).requests.failed;
    expect(failed(true)).toBe(0);
    expect(failed(false)).toBe(4);
  });
});

describe('a host that falls silent', () => {
  test('swallows SYNs until the connect timeout, which is another than that of requests', () => {
    const { connections, requests } = play(
      { ...POOL, size: 2, connectTimeoutNs: 3 * SECOND, waitNs: SECOND },
      { faults: [crash('host')], clients: { timeoutNs: 100 * MS } },
    );
    expect(connections!.refused).toBe(0);
    // From 1.1 s on, two at a time for 3 s each: three rounds end before the clients stop, and one after.
    expect(connections!.timedOut).toBeGreaterThanOrEqual(6);
    expect(connections!.established).toBe(0);
    expect(requests.open).toBe(0);
  });

  test('is found again by a SYN that is repeated after 1 s and 2 s more', () => {
    const { connections } = play(
      { ...POOL, size: 1, connectTimeoutNs: 10 * SECOND },
      { faults: [crash('host'), restart(3 * SECOND)], clients: { timeoutNs: 100 * MS } },
    );
    // The first SYN leaves just after 1.1 s; repeated just after 2.1 s and 4.1 s.
    expect(connections).toMatchObject({ connects: 1, established: 1, timedOut: 0 });
    expect(connections!.waits.max! / 1000).toBeCloseTo(3, 0);
  });

  test('holds the attempts of a client without timeouts until the kernel gives the connection up', () => {
    const felt = (unacknowledgedNs: number) =>
      play(
        { ...SHARED, unacknowledgedNs },
        { faults: [crash('host')], durationNs: 5 * SECOND, clients: { timeoutNs: Infinity } },
      );
    expect(felt(924 * SECOND).requests.failed).toBe(0);
    expect(felt(924 * SECOND).requests.open).toBeGreaterThan(700);
    expect(felt(2 * SECOND).requests.refused).toBeGreaterThan(350);
  });

  test('that is back resets them with the next retransmission', () => {
    const { requests, connections } = play(SHARED, {
      faults: [crash('host'), restart(2 * SECOND)],
      durationNs: 6 * SECOND,
      clients: { timeoutNs: Infinity },
    });
    expect(connections).toMatchObject({ connects: 1, established: 1 });
    // Those at the node when it died were acknowledged: nobody tells their client that they are gone.
    expect(requests.open).toBeLessThanOrEqual(2);
    expect(requests.refused).toBeGreaterThan(150);
  });
});

describe('one connection for all', () => {
  const faults = [crash('process'), restart(2 * SECOND)];

  test('carries as many as come, and answers in order', () => {
    const { connections, requests, nodes } = play(SHARED, { ratePerSec: 900, durationNs: 4 * SECOND });
    expect(connections!.waits.count).toBe(0);
    expect(requests.failed).toBe(0);
    expect(nodes[0]!.maxQueue).toBeGreaterThan(3);
  });

  test('fails those who wait for it with each connect that is refused', () => {
    const { requests, connections } = play(SHARED, { faults });
    expect(connections!.established).toBe(1);
    expect(connections!.refused).toBeGreaterThan(3);
    expect(requests.refused).toBeGreaterThan(150);
  });

  test('or keeps them, and is made anew in the background', () => {
    const { requests, connections } = play(
      { ...SHARED, whileDown: 'wait' },
      { faults, clients: { timeoutNs: 5 * SECOND } },
    );
    expect(connections!.established).toBe(1);
    expect(connections!.refused).toBeGreaterThan(3);
    expect(connections!.waits.count).toBeGreaterThan(150);
    // Only what was under way when the process died.
    expect(requests.failed).toBeLessThan(5);
  });
});

describe('a reconnect storm', () => {
  const faults = [crash('process'), restart(1.05 * SECOND)];
  const storm = (pool: Partial<PoolSetup>) =>
    play(
      { ...POOL, size: 20, ...pool },
      { ratePerSec: 500, faults, clients: { count: 50, retries: RETRIES }, durationNs: 6 * SECOND },
    );
  const RETRIES = { max: 5, backoffNs: 50 * MS, maxBackoffNs: 200 * MS, jitter: 'full' } as const;

  test("takes the node's thread from requests", () => {
    const [free, dear] = [storm({}), storm({ nodeNs: 5 * MS })];
    expect(dear.waitingTime.p99!).toBeGreaterThan(free.waitingTime.p99! + 20);
    expect(dear.requests.completed).toBeLessThan(dear.requests.offered);
  });

  test('beyond the backlog of the kernel waits for SYNs that are repeated', () => {
    const [wide, narrow] = [storm({ nodeNs: SERVICE_NS }), storm({ nodeNs: SERVICE_NS, backlog: 1 })];
    expect(narrow.connections!.waits.max!).toBeGreaterThan(990);
    expect(wide.connections!.waits.max!).toBeLessThan(900);
  });
});
