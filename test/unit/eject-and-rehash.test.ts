/** Unit: what one client concludes from its own failures. */
import { describe, expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import { OUTCOME, type Outcome } from '../../sim/strategy.ts';
import { ejectAndRehash } from '../../strategies/failover/eject-and-rehash.ts';
import { consistentHash } from '../../strategies/placement/consistent-hash.ts';
import { buildSetup } from '../setup-builder.ts';

function client(params: object = {}) {
  const log: string[] = [];
  const timers: { delayNs: number; callback: () => void }[] = [];
  const module = ejectAndRehash.create(ejectAndRehash.params.parse(params));
  const part = module.client!({
    view: undefined as never,
    now: () => 0,
    rng: undefined as never,
    ping: () => {},
    after: (delayNs, callback) => timers.push({ delayNs, callback }),
    eject: (shard) => log.push(`eject ${shard}`),
    readmit: (shard) => log.push(`readmit ${shard}`),
    shardOf: Int32Array.from([0, 1, 2]),
  });
  return {
    log,
    timers,
    see: (...outcomes: Outcome[]) => outcomes.forEach((outcome) => void part.observe(1, outcome)),
  };
}

describe('a client', () => {
  test('ejects after failures in a row, refused or unanswered', () => {
    const { log, see } = client({ failureLimit: 3 });
    see(OUTCOME.timeout, OUTCOME.refused);
    expect(log).toEqual([]);
    see(OUTCOME.timeout);
    expect(log).toEqual(['eject 1']);
  });

  test('starts anew after a success', () => {
    const { log, see } = client({ failureLimit: 2 });
    see(OUTCOME.timeout, OUTCOME.ok, OUTCOME.timeout, OUTCOME.ok, OUTCOME.timeout);
    expect(log).toEqual([]);
  });

  test('ejects once for a burst of failures, and takes the node back after the retry timeout', () => {
    const { log, see, timers } = client({ retryTimeout: '30s' });
    see(OUTCOME.timeout, OUTCOME.timeout, OUTCOME.timeout, OUTCOME.timeout);
    expect(log).toEqual(['eject 1']);
    expect(timers.map(({ delayNs }) => delayNs)).toEqual([30e9]);
    timers[0]!.callback();
    expect(log).toEqual(['eject 1', 'readmit 1']);
    see(OUTCOME.timeout, OUTCOME.timeout);
    expect(log.at(-1)).toBe('eject 1');
  });
});

test('in a ring of three the dead node’s keys move, everybody else’s stay', () => {
  const result = run(
    buildSetup({
      ratePerSec: 600,
      durationNs: 6e9,
      shards: 3,
      keys: { kind: 'uniform', count: 3000 },
      clients: {
        count: 4,
        timeoutNs: 100e6,
        retries: { max: 4, backoffNs: 1e6, maxBackoffNs: 1e7, jitter: 'full' },
      },
      origin: { latencyNs: 1e6, latencyShape: { kind: 'constant' }, concurrency: 10 },
      faults: [{ kind: 'crash', name: 'kill', atNs: 2e9, node: 1, of: 'host' }],
      strategy: {
        placement: { module: consistentHash, params: consistentHash.params.parse({}) },
        failover: { module: ejectAndRehash, params: ejectAndRehash.params.parse({ retryTimeout: '60s' }) },
      },
    }),
    3,
    { check: true },
  );
  expect(result.movedKeys).toBeGreaterThan(700);
  expect(result.movedKeys).toBeLessThan(1300);
  expect(result.events.filter((event) => event.event === 'ejected')).toHaveLength(4);
  expect(result.failover[0]!.unavailableMs).toBeLessThan(400);
  expect(result.cache.misses).toBeGreaterThan(300);
  expect(result.requests.failed).toBe(0);
});
