/** Unit: what leaves a node through an interface of limited bandwidth; and one theory, of two queues in a row. */
import { describe, expect, test } from 'vitest';
import { bindSetup } from '../../scenarios/bind.ts';
import { loadScenario } from '../../scenarios/load.ts';
import { Egress } from '../../sim/egress.ts';
import { run } from '../../sim/run.ts';
import { registry } from '../../strategies/index.ts';
import { buildSetup } from '../setup-builder.ts';

const MS = 1e6;
const SECOND = 1e9;
/** A value of 100 bytes, and 90 of headers. */
const REPLY_BYTES = 190;
/** At which a reply takes so many milliseconds. */
const bandwidth = (ms: number): number => (REPLY_BYTES * 1000) / ms;

describe('an interface', () => {
  test('sends one reply after the other', () => {
    const egress = new Egress(bandwidth(1), 2);
    expect([0, 0.5, 5].map((atMs) => egress.send(0, atMs * MS, 100) / MS)).toEqual([1, 2, 6]);
    expect(egress.send(1, 0, 100)).toBe(MS);
  });

  test('does not hold up what another thread had ready before', () => {
    const egress = new Egress(bandwidth(1), 1);
    expect(egress.send(0, 8 * MS, 100)).toBe(9 * MS);
    expect(egress.send(0, 2 * MS, 100)).toBe(3 * MS);
  });

  test('is shared evenly by replies and a data set that wants all, until that has left or is given up', () => {
    const egress = new Egress(bandwidth(1), 1);
    egress.stream(0, 10 * MS, 1e6, 1e9).stop(20 * MS);
    // Nothing had been sent: the data set takes all that replies leave, and they are left half all the same.
    expect(egress.send(0, 5 * MS, 100)).toBe(6 * MS);
    expect(egress.send(0, 12 * MS, 100)).toBe(14 * MS);
    expect(egress.send(0, 20 * MS, 100)).toBe(21 * MS);
  });

  test('leaves a slow data set its pace, and replies the rest', () => {
    const egress = new Egress(1e6, 1);
    // 10 segments of 1,448 bytes and their headers, at a quarter of the bandwidth.
    const { leftNs } = egress.stream(0, SECOND, 14_480, 250e3);
    expect(leftNs / MS - 1000).toBeCloseTo((14_480 + 900) / 250, 6);
    expect(egress.send(0, SECOND, 660)).toBe(SECOND + MS);
  });

  test('gives two data sets a third each', () => {
    const egress = new Egress(1e6, 1);
    const left = [1, 1].map((second) => egress.stream(0, second * SECOND, 1448, 1e9).leftNs - SECOND);
    expect(left.map((ns) => Math.round(1538e6 / ns))).toEqual([1000, 333]);
  });
});

const plain = {
  ratePerSec: 400,
  durationNs: 20 * SECOND,
  shape: { kind: 'constant' },
} as const;
const network = { sameZoneNs: 0, crossZoneNs: 0, jitterSigma: 0 };
const meanMs = (ms: number, seed: number): number => {
  const limited = { ...network, egressBytesPerSec: bandwidth(ms) };
  return run(buildSetup({ ...plain, network: limited }), seed, { check: true }).responseTime.mean!;
};

test('as fast as the thread, it adds its own time to each answer and nobody waits for it', () => {
  const without = run(buildSetup(plain), 1, { check: true }).responseTime.mean!;
  expect(meanMs(1, 1)).toBeCloseTo(without + 1, 2);
});

test('theory: of two constant servers in a row, only the wait for the slower one counts', () => {
  // H. D. Friedman, "Reduction Methods for Tandem Queuing Systems", Operations Research 13(1), 1965; M/D/1 at rho = 0.8.
  const expected = 1 + 2 + (0.8 * 2) / (2 * (1 - 0.8));
  const means = Array.from({ length: 24 }, (_, seed) => meanMs(2, seed + 1));
  const mean = means.reduce((sum, value) => sum + value, 0) / means.length;
  const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (means.length - 1);
  expect(Math.abs(mean - expected)).toBeLessThan(4 * Math.sqrt(variance / means.length));
});

test('a full resync takes as long as its share lets it, and slows the replies beside it', () => {
  const played = (egress: string) => {
    const loaded = loadScenario(
      {
        path: 'test.yaml',
        text: `duration: 20s
cluster: { shards: 1, replicas: 1, node: { serviceTime: { get: 50us, set: 50us } }, replication: { syncDelay: 0s } }
network: { sameZone: 50us, crossZone: 50us, jitter: 0, egress: ${egress} }
workload: { rate: 1k/s, keys: { count: 10k }, operations: { get: 100% }, valueSize: 1KiB }
metrics: { step: 500ms }
faults: [{ at: 5s, crash: node-1 }, { at: 6s, restart: node-1 }]
strategies: { redis: { preset: redis-cluster } }`,
      },
      { overrides: [], registry },
    );
    if ('problems' in loaded) throw new Error(loaded.problems.map(({ message }) => message).join('; '));
    const result = run(bindSetup(loaded.scenario, 'redis', registry, null), 1, { check: true });
    const p50At = (ms: number) => result.timeline.p50[Math.floor(ms / result.timeline.stepMs)]!;
    return {
      resync: result.resyncs.find(({ kind }) => kind === 'full')!,
      before: p50At(4000),
      during: p50At(7000),
    };
  };
  const [free, limited] = [played('none'), played('4MB/s')];
  expect(free.during).toBeCloseTo(free.before, 1);
  // 1,000 replies of a kilobyte a second leave the data set 2.9 of 4 MB/s, and it leaves them half.
  expect(limited.resync.durationMs - free.resync.durationMs).toBeGreaterThan(3000);
  expect(limited.during - limited.before).toBeGreaterThan(0.2);
});
