/** Unit: whether and when a cluster is in order again, and what is named when it is not. */
import { describe, expect, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { run } from '../../sim/run.ts';
import { registry } from '../../strategies/index.ts';

function play(faults: string, strategy: string, extra = '') {
  const text = `duration: 30s
cluster: { shards: 3, replicas: 1 }
workload: { rate: 600/s, keys: { count: 1k } }
faults: ${faults}
strategies: { it: ${strategy} }
${extra}`;
  const loaded = loadScenario({ path: 'test.yaml', text }, { overrides: [], registry });
  if ('problems' in loaded) throw new Error(loaded.problems.map(({ message }) => message).join('; '));
  const result = run(bindSetup(loaded.scenario, 'it', registry, null), 1, { check: true });
  return {
    ...result,
    convergence: result.convergence!,
    after: result.faults.map((one) => one.convergedAfterMs),
  };
}

const redis = (more = '') =>
  `{ preset: redis-cluster, failover: { use: redis-cluster, nodeTimeout: 2s }${more} }`;
const none = '{ preset: redis-cluster, failover: none }';

test('a run without faults says nothing of it', () => {
  expect(play('[]', redis()).convergence).toBeNull();
});

test('slowness is no disorder', () => {
  const { convergence, after } = play('[{ at: 5s, slow: node-0, factor: 2x, for: 5s }]', redis());
  expect(convergence).toEqual({ convergedMs: 0, off: [] });
  expect(after).toEqual([0]);
});

describe('a primary that dies for good', () => {
  const kill = '[{ at: 5s, crash: node-0, of: host, name: kill }]';

  test('is replaced, and all clients know the new one: in order from the last client’s refresh on', () => {
    const { convergence, after, failover } = play(
      kill,
      redis(),
      'clients: { topologyRefresh: { periodic: 3s } }',
    );
    const promotedMs = failover[0]!.promotedMs!;
    expect(convergence.off).toEqual([]);
    expect(convergence.convergedMs!).toBeGreaterThanOrEqual(promotedMs);
    expect(convergence.convergedMs!).toBeLessThan(promotedMs + 3200);
    expect(after).toEqual([convergence.convergedMs! - 5000]);
  });

  test('is not replaced by nobody', () => {
    const { convergence, after } = play(kill, none);
    expect(convergence).toEqual({ convergedMs: null, off: ['shard 0 has no primary'] });
    expect(after).toEqual([null]);
  });

  test('is left out by clients that do so, once all of them do', () => {
    const ejecting = `{ preset: memcached-ketama, failover: { use: eject-and-rehash, retryTimeout: 1h },
      with: { cluster.shards: 6, cluster.replicas: 0 } }`;
    const { convergence } = play(kill, ejecting);
    expect(convergence.convergedMs!).toBeGreaterThan(5000);
    const few = play(kill, ejecting, 'clients: { count: 400 }').convergence;
    // 1.5 requests of each a second, a sixth of them for the dead server.
    expect(few.off.join()).toMatch(/of 400 clients count on shard 0, which is down/);
  });
});

test('each fault has its own time, and a later one ends it', () => {
  const faults = `[{ at: 5s, pause: node-1, for: 1s, name: hang }, { at: 10s, partition: node-2, for: 2s, between: clients },
    { at: 15s, crash: node-3, name: replica }, { at: 16s, crash: node-4 }, { at: 20s, restart: [node-3, node-4] }]`;
  const { convergence, after } = play(faults, none);
  expect(after[0]).toBeGreaterThanOrEqual(900);
  expect(after[0]).toBeLessThanOrEqual(1100);
  expect(after[1]).toBeGreaterThanOrEqual(1900);
  expect(after[1]).toBeLessThanOrEqual(2100);
  // A dead replica is missed by nobody; it loads when it is back.
  expect(after.slice(2)).toEqual([0, expect.any(Number)]);
  expect(convergence.off).toEqual([]);
});

test.each([
  ['a node that hangs', '[{ at: 5s, pause: node-3 }]', none, 'node-3 hangs'],
  ['a cut', '[{ at: 5s, partition: node-3, between: nodes, name: cable }]', none, 'cable goes on'],
  ['a drain', '[{ at: 5s, drain: node-3, for: 1h }]', none, 'node-3 is drained'],
  ['a cluster that is down', '[{ at: 5s, crash: [node-0, node-3] }]', redis(), 'node-1 answers CLUSTERDOWN'],
  [
    'clients that nobody told',
    '[{ at: 5s, handOver: node-0 }]',
    redis(),
    /clients do not know that node-3 is the primary of shard 0/,
    'clients: { topologyRefresh: { periodic: never }, count: 2000 }',
  ],
])('%s is named', (_, faults, strategy, text, extra = '') => {
  const { convergence } = play(faults, strategy, extra);
  expect(convergence.convergedMs).toBeNull();
  expect(convergence.off.join('; ')).toMatch(text);
});
