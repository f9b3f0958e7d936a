/** Unit: what one proxy concludes, by Envoy's rules. */
import { describe, expect, test } from 'vitest';
import { run } from '../../sim/run.ts';
import { OUTCOME, type Outcome } from '../../sim/strategy.ts';
import { outlierDetection } from '../../strategies/failover/outlier-detection.ts';
import { consistentHash } from '../../strategies/placement/consistent-hash.ts';
import { buildSetup } from '../setup-builder.ts';

const SECOND = 1e9;

function proxy(shards: number, params: object = {}) {
  const log: string[] = [];
  let nowNs = 0;
  let sweep = (): void => {};
  const part = outlierDetection.create(outlierDetection.params.parse(params)).client!({
    view: undefined as never,
    now: () => nowNs,
    rng: undefined as never,
    ping: () => {},
    after: (_delayNs, callback) => {
      sweep = callback;
    },
    eject: (shard) => log.push(`eject ${shard}`),
    readmit: (shard) => log.push(`readmit ${shard}`),
    shardOf: Int32Array.from({ length: shards }, (_, shard) => shard),
  });
  return {
    log,
    see: (shard: number, outcome: Outcome, times = 1) => {
      for (let i = 0; i < times; i++) part.observe(shard, outcome);
    },
    sweepAt: (seconds: number) => {
      nowNs = seconds * SECOND;
      sweep();
    },
  };
}

describe('a proxy', () => {
  test('ejects after five failures in a row, not before, and any answer starts anew', () => {
    const { log, see } = proxy(20);
    see(3, OUTCOME.timeout, 4);
    see(3, OUTCOME.moved);
    see(3, OUTCOME.refused, 4);
    expect(log).toEqual([]);
    see(3, OUTCOME.timeout);
    expect(log).toEqual(['eject 3']);
  });

  test('takes a host back at the first sweep after 30 s, the second time after 60 s', () => {
    const { log, see, sweepAt } = proxy(20);
    see(3, OUTCOME.timeout, 5);
    sweepAt(20);
    expect(log).toHaveLength(1);
    sweepAt(30);
    expect(log.at(-1)).toBe('readmit 3');
    see(3, OUTCOME.timeout, 5);
    sweepAt(80);
    expect(log.at(-1)).toBe('eject 3');
    sweepAt(90);
    expect(log.at(-1)).toBe('readmit 3');
  });

  test('forgives one ejection per sweep that finds the host in', () => {
    const { log, see, sweepAt } = proxy(20);
    see(3, OUTCOME.timeout, 5);
    sweepAt(30);
    sweepAt(40);
    see(3, OUTCOME.timeout, 5);
    sweepAt(70);
    expect(log).toEqual(['eject 3', 'readmit 3', 'eject 3', 'readmit 3']);
  });

  test.each([
    [3, 1],
    [10, 1],
    [30, 3],
  ])('of %i hosts lets no more than %i go', (hosts, gone) => {
    const { log, see } = proxy(hosts);
    for (let shard = 0; shard < hosts; shard++) see(shard, OUTCOME.timeout, 5);
    expect(log).toHaveLength(gone);
  });

  test('ejects a host that succeeds 1.9 standard deviations less often than the others', () => {
    const { log, see, sweepAt } = proxy(10);
    for (let shard = 0; shard < 10; shard++) {
      for (let i = 0; i < 25; i++) {
        see(shard, OUTCOME.ok, 3);
        see(shard, shard === 7 ? OUTCOME.timeout : OUTCOME.ok);
      }
    }
    sweepAt(10);
    expect(log).toEqual(['eject 7']);
  });

  test('does not compare hosts with too few requests, or too few hosts', () => {
    for (const [hosts, requests] of [
      [10, 99],
      [4, 400],
    ] as const) {
      const { log, see, sweepAt } = proxy(hosts);
      for (let shard = 0; shard < hosts; shard++)
        for (let i = 0; i < requests; i++)
          see(shard, shard === 1 && i % 2 === 0 ? OUTCOME.timeout : OUTCOME.ok);
      sweepAt(10);
      expect(log).toEqual([]);
    }
  });
});

describe('in a ring of twelve', () => {
  const crash = (node: number) =>
    ({ kind: 'crash', name: `kill-${node}`, atNs: 2 * SECOND, node, of: 'host' }) as const;
  const failedAfter = (nodes: number[]): number => {
    const result = run(
      buildSetup({
        ratePerSec: 1200,
        durationNs: 12 * SECOND,
        shards: 12,
        clients: { count: 2, timeoutNs: 100e6 },
        faults: nodes.map(crash),
        strategy: {
          placement: { module: consistentHash, params: consistentHash.params.parse({}) },
          failover: { module: outlierDetection, params: outlierDetection.params.parse({}) },
        },
      }),
      1,
      { check: true },
    );
    return result.requests.failed;
  };

  test('wins: one dead host costs each proxy a handful of failures', () => {
    // Five in a row, and what was sent in the 100 ms until the fifth timeout: some 10 requests a second each way.
    expect(failedAfter([4])).toBeGreaterThanOrEqual(10);
    expect(failedAfter([4])).toBeLessThan(60);
  });

  test('loses: of two that die together one stays in, and fails to the end', () => {
    expect(failedAfter([4, 8])).toBeGreaterThan(300);
  });
});
