/** Unit: further tries at any primary, which redirects them, as ioredis makes them. */
import { expect, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import type { RunResult } from '../../sim/result.ts';
import { run } from '../../sim/run.ts';
import { registry } from '../../strategies/index.ts';

/** One primary of three dies at 3 s; nothing but a redirection tells clients of its successor. */
function played(
  anywhere: boolean,
  failover = '{ use: redis-cluster, nodeTimeout: 1s }',
  more = '',
): RunResult {
  const text = `
name: anywhere
question: Does a redirection find the successor?
duration: 12s
cluster: { shards: 3, replicas: 1 }
workload: { rate: 500/s, keys: { count: 1k, popularity: uniform }, operations: { get: 50%, set: 50% } }
origin: none
clients:
  count: 4
  timeout: 500ms
  retries: { max: 16, anywhere: ${anywhere}, backoff: 100ms, maxBackoff: 100ms, jitter: none }
  topologyRefresh: { periodic: never, on: [] }
faults: [{ at: 3s, crash: node-0, of: process, name: kill }]
strategies: { it: { preset: redis-cluster, failover: ${failover}${more} } }
`;
  const loaded = loadScenario({ path: 'anywhere.yaml', text }, { registry });
  if ('problems' in loaded) throw new Error(JSON.stringify(loaded.problems, null, 1));
  return run(bindSetup(loaded.scenario, 'it', registry, null), 1, { check: true });
}

test('a client that asks just anybody finds the successor without a refresh; one that asks the dead never does', () => {
  const [stubborn, wandering] = [played(false), played(true)];
  const promotedMs = wandering.failover[0]!.promotedMs!;
  expect(promotedMs).toBe(stubborn.failover[0]!.promotedMs);
  expect(stubborn.failover[0]!.clientsNever).toBe(4);
  expect(wandering.failover[0]!.clientsNever).toBe(0);
  // A pause of 100 ms, and another one while the cluster is down.
  expect(wandering.failover[0]!.firstSuccess.maxMs! - (promotedMs - 3000)).toBeLessThan(500);
  expect(wandering.requests.redirects).toBeGreaterThan(stubborn.requests.redirects);
  expect(wandering.requests.failed).toBeLessThan(stubborn.requests.failed / 5);
});

test('where no server redirects, it asks the owner', () => {
  expect(played(true, 'none').fingerprint).toBe(played(false, 'none').fingerprint);
});

test.each(['none', '{ use: redis-cluster, nodeTimeout: 1s }'])(
  'where clients place keys on several shards themselves, nobody sends them on (failover: %s)',
  (failover) => {
    const bounded = ', placement: consistent-hash, selection: bounded-load';
    const [stubborn, wandering] = [played(false, failover, bounded), played(true, failover, bounded)];
    expect(wandering.fingerprint).toBe(stubborn.fingerprint);
  },
);
