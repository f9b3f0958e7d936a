/** Unit: what a scenario says reaches the engine under its full name and unit, and reports under a line each. */
import { describe, expect, it } from 'vitest';
import { bindSetup, describeScenario } from '../../scenarios/bind.ts';
import type { Replay } from '../../sim/setup.ts';
import { replayOf } from '../../sim/traces/in-memory.ts';
import { TemplateKeyNames } from '../../sim/workload/key-names.ts';
import { load, MINIMAL, registry } from './scenarios-helpers.ts';

/** 11 requests in 2.0005 s. */
const recording = replayOf({
  format: 'redis-monitor',
  times: 'recorded',
  resolutionNs: 1e3,
  ttlNs: null,
  reordered: 0,
  count: 11,
  atNs: Float64Array.from({ length: 11 }, (_, i) => i * 0.20005e9),
  key: new Int32Array(11),
  op: new Uint8Array(11),
  valueBytes: Int32Array.from({ length: 11 }, (_, i) => (i < 3 ? 0 : 100)),
  keys: new TemplateKeyNames('k{id}', 4),
  rowsRead: 14,
  skipped: { 'connection command': 3 },
  firstSkipped: { 'connection command': 1 },
  base: { seconds: 0, nanos: 0 },
});

const bind = (text: string, strategy = 'a', trace: Replay | null = null) =>
  bindSetup(load(text), strategy, registry, trace);
const recorded = (rest: string, more = '') =>
  `workload: { recording: { file: x${rest} } }\n${more}strategies: { a: redis }\n`;

describe('bindSetup', () => {
  it('gives every value its place', () => {
    const setup = bind(`
duration: 10s
warmUp: 1s
cluster:
  shards: 2
  zones: [x, y]
  nodeNames: [n0, n1, n2, n3]
  node: { threads: 4, queueLimit: 50, serviceTime: { get: 1us, set: 2us, delete: 3us, incr: 4us, perKiB: 5us, shape: constant } }
  replication: { lag: 7ms, lagShape: { lognormal: { cv: 2 } }, resyncRate: 1MB/s }
network: { sameZone: 11us, crossZone: 12us, jitter: 0.3 }
clients:
  count: 3
  timeout: none
  retries: { max: 2, backoff: 1ms, maxBackoff: 9ms, jitter: equal }
  maxRedirects: 5
  reconnect: 8ms
  topologyRefresh: { periodic: 4s, minInterval: 6s }
origin: { latency: 3ms, shape: constant, concurrency: 9 }
workload:
  rate: 100/s
  arrivals: deterministic
  keys: { count: 10, popularity: uniform, name: 'u{id}' }
  operations: { get: 40%, set: 30%, delete: 20%, incr: 10% }
  valueSize: { lognormal: { mean: 2KiB, cv: 1 } }
faults:
  - { at: 9s, restart: n3 }
  - { at: 8s, crash: n3, of: host, name: bang }
metrics: { step: 20ms, hotspot: { utilization: 70%, share: 0.4, for: 2s } }
strategies: { a: { preset: redis, failover: { use: redis-cluster, nodeTimeoutMs: 5000 } } }
`);
    expect(setup).toMatchObject({
      durationNs: 10e9,
      warmUpNs: 1e9,
      workload: {
        kind: 'synthetic',
        arrivals: { kind: 'deterministic', ratePerSec: 100 },
        keys: { kind: 'uniform', count: 10 },
        keyName: 'u{id}',
        keyBytes: null,
        operations: [0.4, 0.3, 0.2, 0.1],
        valueBytes: { kind: 'lognormal', meanBytes: 2048, cv: 1 },
      },
      cluster: {
        ...{ shards: 2, replicas: 1, zones: ['x', 'y'], nodeNames: ['n0', 'n1', 'n2', 'n3'] },
        node: { threads: 4, queueLimit: 50, serviceNs: [1e3, 2e3, 3e3, 4e3], servicePerKiBNs: 5e3 },
        replication: { lagNs: 7e6, lagShape: { kind: 'lognormal', cv: 2 }, resyncBytesPerSec: 1e6 },
      },
      network: { sameZoneNs: 11e3, crossZoneNs: 12e3, jitterSigma: 0.3 },
      clients: {
        ...{ count: 3, timeoutNs: Infinity, maxRedirects: 5, reconnectNs: 8e6 },
        retries: { max: 2, backoffNs: 1e6, maxBackoffNs: 9e6, jitter: 'equal' },
        topologyRefresh: { periodicNs: 4e9, minIntervalNs: 6e9 },
      },
      origin: { latencyNs: 3e6, latencyShape: { kind: 'constant' }, concurrency: 9 },
      faults: [
        { kind: 'crash', name: 'bang', atNs: 8e9, node: 3, of: 'host' },
        { kind: 'restart', name: 'restart n3 at 9s', atNs: 9e9, node: 3 },
      ],
      metrics: { stepNs: 20e6, hotspot: { utilization: 0.7, share: 0.4, forNs: 2e9 } },
    });
    expect(setup.strategy).toMatchObject({
      name: 'a',
      placement: { module: { name: 'slots' }, params: {} },
      selection: { module: { name: 'primary' } },
      hotKeys: null,
      failover: { module: { name: 'redis-cluster' }, params: { nodeTimeoutMs: 5000 } },
    });
  });

  it('composes strategies from presets, modules, and none', () => {
    const text = (strategy: string) => `workload: { rate: 1k/s }\nstrategies: { a: ${strategy} }`;
    const names = (strategy: string) => {
      const { placement, selection, hotKeys, failover } = bind(text(strategy)).strategy;
      return [placement, selection, hotKeys, failover].map((bound) => bound?.module.name ?? null);
    };
    expect(names('redis')).toEqual(['slots', 'primary', null, 'redis-cluster']);
    expect(names('{ preset: redis, failover: none }')).toEqual(['slots', 'primary', null, null]);
    expect(
      names('{ preset: redis, selection: two-choices, hotKeys: { use: replicate, copies: 4 } }'),
    ).toEqual([...['slots', 'two-choices', 'replicate', 'redis-cluster']]);
    expect(names('{ placement: ring, selection: { use: bounded-load } }')).toEqual([
      'ring',
      'bounded-load',
      null,
      null,
    ]);
    const { hotKeys } = bind(text('{ preset: redis, hotKeys: { use: replicate, copies: 4 } }')).strategy;
    expect(hotKeys!.params).toEqual({ copies: 4, threshold: 0.01 });
  });

  it('calls a shard hot at twice its fair share', () => {
    expect(bind(`cluster: { shards: 8 }\n${MINIMAL}`).metrics.hotspot.share).toBe(0.25);
    expect(bind(`cluster: { shards: 1 }\n${MINIMAL}`).metrics.hotspot.share).toBe(1);
  });

  it('refuses a strategy that is not there, and a recording that was not read', () => {
    expect(() => bind(MINIMAL, 'b')).toThrow('there is no strategy "b"; accepted: a');
    expect(() => bind(recorded(''))).toThrow('is a recording, which was not read');
  });

  it('takes the span of a recording for the duration, at its speed or a rate', () => {
    const setup = bind(recorded(''), 'a', recording);
    expect(setup.durationNs).toBe(2001e6);
    expect(setup.workload).toMatchObject({ kind: 'recorded', speed: 1, valueBytes: 1024 });
    expect(bind(recorded(', speed: 2x'), 'a', recording).durationNs).toBe(1001e6);
    expect(bind(recorded('', 'duration: 1s\n'), 'a', recording).durationNs).toBe(1e9);
    // 10 gaps at 100/s last 0.1 s.
    const scaled = bind(recorded(', rate: 100/s, valueSize: 64B'), 'a', recording);
    expect(scaled.workload).toMatchObject({ valueBytes: 64 });
    expect(scaled.workload.kind === 'recorded' && scaled.workload.speed).toBeCloseTo(20.005, 12);
    expect(scaled.durationNs).toBe(101e6);
  });

  it('notices a fault after the end of a recording, which the file alone does not tell', () => {
    const text = recorded('', 'faults: [{ at: 3s, crash: node-0 }]\n');
    expect(() => bind(text, 'a', recording)).toThrow(
      '"crash node-0 at 3s" at 3s is after the end of the run, 2.001s',
    );
  });

  it('finds the finest step of at most 120', () => {
    const stepMs = (durationMs: number) => bind(`duration: ${durationMs}ms\n${MINIMAL}`).metrics.stepNs / 1e6;
    const durations = [1, 120, 121, 1000, 60_000, 120_000, 600_000, 3_600_000];
    expect(durations.map(stepMs)).toEqual([1, 1, 2, 10, 500, 1000, 5000, 50_000]);
  });
});

describe('describeScenario', () => {
  it('says in a line each what is simulated', () => {
    const text = `question: why?\nfaults: [{ at: 1s, crash: node-0 }]\n${MINIMAL.replace('redis', '{ preset: redis, with: { cluster.shards: 12 } }')}`;
    expect(describeScenario(load(text), null)).toEqual({
      name: 'test',
      question: 'why?',
      hash: load(text).hash,
      durationMs: 60_000,
      workload: '1k/s poisson, 100k keys Zipf 0.99, 95% get / 5% set, values of 1KiB',
      cluster: '6 shards x 2 = 12 nodes in 1 zone, 1 service thread each, 10us a get or set',
      notes: ['a runs with cluster.shards 12'],
      conditions: [],
      faults: [{ name: 'crash node-0 at 1s', kind: 'crash', node: 'node-0', atMs: 1000 }],
    });
  });

  it('says what of a recording is real and what was left out', () => {
    const info = describeScenario(load(recorded(', speed: 2x', 'duration: 500ms\n')), recording);
    expect(info.workload).toBe('redis-monitor recording of 11 requests on 4 keys in 2.0005s, at 2x');
    expect(info.notes).toEqual([
      "the recording's times replayed at 2x",
      'only the first 5 of 11 requests fit into the run',
      '3 requests without a recorded size count as 1KiB',
      'of 14 rows read, left out: connection command 3',
    ]);
  });
});
