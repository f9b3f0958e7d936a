/** Unit: writes that a primary holds back while it hands over (Redis, CLIENT PAUSE of a manual failover). */
import { expect, test } from 'vitest';
import type { RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import type { Fault } from '../../sim/setup.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

const SECOND = 1e9;
const MS = 1e6;

/** Node 0 of two holds writes back for half a second of three, node 1 for the first tenth of it. */
function held(overrides: Partial<Overrides> = {}): RunResult {
  const setup = buildSetup({
    ratePerSec: 200,
    durationNs: 3 * SECOND,
    shards: 2,
    operations: [0, 1, 0, 0],
    clients: { timeoutNs: 2 * SECOND },
    ...overrides,
  });
  return run(setup, 1, {
    check: true,
    watch: ({ clock, nodes }, { service }) => {
      const pause = (node: number, forNs: number): void => {
        clock.at(SECOND, () => {
          nodes.writesPaused[node] = 1;
        });
        clock.at(SECOND + forNs, () => {
          nodes.writesPaused[node] = 0;
          service.release(node);
          // Nobody is held any more.
          service.release(node);
        });
      };
      pause(0, 500 * MS);
      pause(1, 100 * MS);
    },
  });
}

/** As many writes as come to one of two nodes in so long, give or take four standard deviations. */
function expectWritesOf(forNs: number, count: number): void {
  const mean = (100 * forNs) / SECOND;
  expect(Math.abs(count - mean)).toBeLessThan(4 * Math.sqrt(mean));
}

test('they are executed when it is over, those of each node when its own is', () => {
  const { requests, responseTime, nodes } = held();
  expect(requests.failed).toBe(0);
  // The first of node 0 waits for nearly all of it, and nobody longer than that and a queue of 50.
  expect(responseTime.max).toBeGreaterThan(400);
  expect(responseTime.max).toBeLessThan(600);
  expect(nodes.map(({ attempts }) => attempts).reduce((sum, count) => sum + count)).toBe(requests.offered);
});

test('reads go on', () => {
  const { requests, responseTime } = held({ operations: [1, 0, 0, 0] });
  expect(requests.failed).toBe(0);
  expect(responseTime.max).toBeLessThan(50);
});

test('whose client gives up before', () => {
  const { requests } = held({ clients: { timeoutNs: 50 * MS } });
  // All but those of the last 50 ms; the queue that is left at the end costs a few more.
  expect(requests.timedOut).toBe(requests.failed);
  expectWritesOf(450 * MS + 50 * MS, requests.failed);
});

const crash = (of: 'process' | 'host'): Fault => {
  return { kind: 'crash', name: 'kill', atNs: 1.4 * SECOND, node: 0, of };
};

test('of a process that died meanwhile are refused', () => {
  const { requests } = held({ faults: [crash('process')] });
  expect(requests.refused).toBe(requests.failed);
  expectWritesOf(2 * SECOND, requests.failed);
});

test('of a host that died meanwhile are never answered', () => {
  const { requests } = held({ faults: [crash('host')] });
  expect(requests.timedOut).toBe(requests.failed);
  expectWritesOf(2 * SECOND, requests.failed);
});
