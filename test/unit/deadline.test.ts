/** Unit: a request's deadline over all its attempts, pauses and waits, and retries that spare timeouts. */
import { describe, expect, test } from 'vitest';
import type { RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import type { PoolSetup, SyntheticWorkload } from '../../sim/setup.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

const MS = 1e6;
const SECOND = 1e9;
const RETRIES = { max: 20, backoffNs: 50 * MS, maxBackoffNs: 400 * MS, jitter: 'none' } as const;

function silent(clients: Overrides['clients'], of: 'host' | 'process' = 'host'): RunResult {
  return run(
    buildSetup({
      ratePerSec: 100,
      durationNs: 5 * SECOND,
      clients: { timeoutNs: 100 * MS, retries: RETRIES, ...clients },
      faults: [{ kind: 'crash', name: 'kill', atNs: SECOND, node: 0, of }],
    }),
    2,
    { check: true },
  );
}

describe('a deadline', () => {
  test('ends a request in the middle of an attempt', () => {
    const { requests } = silent({ deadlineNs: 370 * MS });
    // 100 ms, pause of 50 ms, 100 ms, pause of 100 ms: 20 ms are left for a third attempt.
    expect(requests.attempts / requests.offered).toBeGreaterThan(2);
    expect(requests.deadlineExceeded).toBe(requests.failed);
    expect(requests.timedOut).toBe(requests.failed);
    const without = silent({});
    expect(without.requests.deadlineExceeded).toBe(0);
    expect(without.requests.attempts).toBeGreaterThan(4 * requests.attempts);
  });

  test('ends one in a pause, with what its last attempt met', () => {
    const { requests } = silent({ deadlineNs: 120 * MS }, 'process');
    // Refused at once, a pause of 50 ms, refused, a pause of 100 ms that is cut short.
    expect(requests.deadlineExceeded).toBe(requests.failed);
    expect(requests.refused).toBe(requests.failed);
    expect(requests.retries).toBe(requests.failed);
  });

  test('ends those who wait for a connection, in line or for one that is made', () => {
    const pool: PoolSetup = {
      kind: 'blocking',
      size: 2,
      waitNs: Infinity,
      connectTimeoutNs: 10 * SECOND,
      backoffNs: 0,
      maxBackoffNs: 0,
      whileDown: 'fail',
      checked: true,
      unacknowledgedNs: 900 * SECOND,
      roundTrips: 2,
      nodeNs: 0,
      backlog: 511,
    };
    const { requests, connections } = silent({ deadlineNs: 250 * MS, pool });
    expect(requests.open).toBe(0);
    expect(requests.deadlineExceeded).toBe(requests.failed);
    expect(connections!.connects).toBeLessThanOrEqual(2);
  });

  test('counts a multi-get once, however many of its keys are late', () => {
    const setup = buildSetup({
      ratePerSec: 100,
      durationNs: 5 * SECOND,
      shards: 4,
      clients: { timeoutNs: 100 * MS, retries: RETRIES, deadlineNs: 250 * MS },
      faults: [0, 1].map((node) => ({ kind: 'crash', name: `kill-${node}`, atNs: SECOND, node, of: 'host' })),
    });
    const workload = { ...(setup.workload as SyntheticWorkload), keysPerGet: [0, 0, 0, 0, 0, 1] };
    const { requests } = run({ ...setup, workload }, 2, { check: true });
    expect(requests.failed).toBeGreaterThan(300);
    expect(requests.deadlineExceeded).toBe(requests.failed);
  });

  test('changes nothing where requests end in time', () => {
    const play = (deadlineNs: number) =>
      run(buildSetup({ ratePerSec: 500, durationNs: 2 * SECOND, clients: { deadlineNs } }), 3, {
        check: true,
      });
    expect(play(10 * SECOND).fingerprint).toBe(play(Infinity).fingerprint);
  });
});

test('retries may spare what was not answered in time, and follow what was refused', () => {
  expect(silent({ retriesAfterTimeout: false }).requests.retries).toBe(0);
  expect(silent({ retriesAfterTimeout: false }, 'process').requests.retries).toBeGreaterThan(1000);
});
