// Theory: what is fitted to a workload of known law is that law
import { expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import type { ArrivalsSetup, KeysSetup, Recording, SizeSetup, SyntheticWorkload } from '../../sim/setup.ts';
import { describeRecording } from '../../sim/traces/describe-recording.ts';
import { fitKeys } from '../../sim/traces/fit-keys.ts';
import { fitRecording } from '../../sim/traces/fit-recording.ts';
import { recordSource } from '../../sim/traces/record-source.ts';
import { workloadSource } from '../../sim/workload/source.ts';

const CLOCK = { times: 'recorded', resolutionNs: 1000, valueBytes: Int32Array.of(1) } as unknown as Recording;

interface Law {
  readonly arrivals?: ArrivalsSetup;
  readonly keys?: KeysSetup;
  readonly valueBytes?: SizeSetup;
  readonly ttl?: SyntheticWorkload['ttl'];
  readonly seconds?: number;
}

/** A recording of a workload whose law is known. */
function recorded({ arrivals, keys, valueBytes, ttl = null, seconds = 100 }: Law): Recording {
  const workload: SyntheticWorkload = {
    kind: 'synthetic',
    arrivals: arrivals ?? { kind: 'poisson', ratePerSec: 1000 },
    keys: keys ?? { kind: 'uniform', count: 100 },
    keyName: 'item:{id}',
    keyBytes: null,
    operations: [0.7, 0.3, 0, 0],
    keysPerGet: [1],
    valueBytes: valueBytes ?? { kind: 'constant', bytes: 100 },
    ttl,
  };
  const source = workloadSource(workload, seconds * 1e9, (name) => stream(77, name));
  return recordSource(source, CLOCK);
}

const fitted = (law: Law) => fitRecording(recorded(law), null);

test.each([
  [0.6, 5000],
  [0.99, 5000],
  [1.3, 5000],
  [0.99, 100_000],
])('Zipf %f over %i keys comes back, keys never asked for included', (exponent, count) => {
  const { keys, zipfExponent } = fitted({ keys: { kind: 'zipf', count, exponent } });
  expect(keys.kind).toBe('zipf');
  expect(Math.abs(zipfExponent - exponent)).toBeLessThan(0.03);
  if (keys.kind === 'zipf') expect(Math.abs(keys.count / count - 1)).toBeLessThan(0.15);
});

test('a hot set is no Zipf law: a histogram has its shares, and the keys that were missed', () => {
  const { keys } = fitted({ keys: { kind: 'hot-set', count: 50_000, hotCount: 100, hotShare: 0.5 } });
  if (keys.kind !== 'histogram') throw new Error(`fitted ${keys.kind}`);
  const total = keys.bucketKeys.reduce((sum, n) => sum + n, 0);
  // 100,000 requests leave about e^-1 of the cold keys unseen: seen are 31,600.
  expect(Math.abs(total / 50_000 - 1)).toBeLessThan(0.05);
  const hot = keys.bucketWeights.filter((weight, i) => weight / keys.bucketKeys[i]! > 100);
  const all = keys.bucketWeights.reduce((sum, weight) => sum + weight, 0);
  expect(hot.reduce((sum, weight) => sum + weight, 0) / all).toBeCloseTo(0.5, 2);
});

test('one key is one key', () => {
  expect(fitKeys(Uint32Array.of(500)).keys).toMatchObject({ count: 1 });
});

test('arrivals come back as the process they are', () => {
  const ratePerSec = 1000;
  expect(fitted({}).arrivals.kind).toBe('poisson');
  expect(fitted({ arrivals: { kind: 'deterministic', ratePerSec } }).arrivals.kind).toBe('deterministic');
  const even = fitted({ arrivals: { kind: 'renewal', ratePerSec, gap: { kind: 'lognormal', cv: 0.4 } } });
  if (even.arrivals.kind !== 'renewal') throw new Error(`fitted ${even.arrivals.kind}`);
  expect(Math.abs(even.arrivals.gap.cv - 0.4)).toBeLessThan(0.08);
});

test('bursts come back with their dispersion and timescale', () => {
  const { arrivals } = fitted({
    arrivals: { kind: 'bursty', ratePerSec: 1000, dispersion: 50, timescaleNs: 2e9 },
    seconds: 2000,
  });
  if (arrivals.kind !== 'bursty') throw new Error(`fitted ${arrivals.kind}`);
  expect(arrivals.ratePerSec / 1000).toBeCloseTo(1, 1);
  expect(Math.abs(arrivals.dispersion / 50 - 1)).toBeLessThan(0.2);
  expect(Math.abs(arrivals.timescaleNs / 2e9 - 1)).toBeLessThan(0.25);
});

test('a rate that visibly changes is kept as a curve', () => {
  const law: Law = {
    arrivals: {
      kind: 'curve',
      ratePerSec: 1000,
      curve: { kind: 'counts', intervalNs: 10e9, counts: [1, 1, 1, 1, 5, 1, 1, 1, 1, 1] },
    },
  };
  const { arrivals } = fitted(law);
  if (arrivals.kind !== 'curve') throw new Error(`fitted ${arrivals.kind}`);
  const { intervalNs, counts } = arrivals.curve;
  const between = (from: number, to: number) =>
    counts.slice(from, to).reduce((sum, count) => sum + count, 0) / (to - from);
  // The first and the last request are a little less than 100 s apart.
  expect(intervalNs / 1e9).toBeCloseTo(1, 3);
  expect(between(40, 50) / between(0, 40)).toBeCloseTo(5, 0);
  // Drawn again, it is as dispersed as it was.
  const again = recorded({ arrivals });
  const dispersion = (of: Recording) => describeRecording(of, 1, () => 0).workload.dispersion;
  expect(Math.abs(dispersion(again) / dispersion(recorded(law)) - 1)).toBeLessThan(0.05);
});

test('sizes: constant, a few, lognormal, or pieces', () => {
  expect(fitted({}).valueBytes).toEqual({ kind: 'constant', bytes: 100 });
  const few = fitted({ valueBytes: { kind: 'discrete', bytes: [10, 500], weights: [3, 1] } }).valueBytes;
  if (few?.kind !== 'discrete') throw new Error(`fitted ${few?.kind}`);
  expect(few.bytes).toEqual([10, 500]);
  expect(few.weights[0]! / few.weights[1]!).toBeCloseTo(3, 0);
  const lognormal = fitted({ valueBytes: { kind: 'lognormal', meanBytes: 2000, cv: 1.5 } }).valueBytes;
  if (lognormal?.kind !== 'lognormal') throw new Error(`fitted ${lognormal?.kind}`);
  expect(Math.abs(lognormal.meanBytes / 2000 - 1)).toBeLessThan(0.03);
  expect(Math.abs(lognormal.cv / 1.5 - 1)).toBeLessThan(0.1);
  const two = { kind: 'piecewise', edgesBytes: [10, 200, 9000, 9500], weights: [1, 0, 1] } as const;
  expect(fitted({ valueBytes: two }).valueBytes?.kind).toBe('piecewise');
});

test('times to live: of the sets that set one', () => {
  const ttl = { share: 0.4, meanNs: 60e9, shape: { kind: 'constant' } } as const;
  const fit = fitted({ ttl }).ttl;
  expect(fit).toMatchObject({ meanNs: 60e9, shape: { kind: 'constant' } });
  expect(fit!.share).toBeCloseTo(0.4, 1);
});

test('key names are as long, and none of the recorded', () => {
  // item:0 .. item:99 are 6.9 bytes on average; numbers from 0 to 99 are 1.9 of them.
  expect(fitted({}).keyName).toBe('xkey:{id}');
});

test('a window holds whole stamps, and the last stamp counts in full', () => {
  // Two requests per stamp of 10 ms, 30 stamps: 200 a second, without a burst.
  const atNs = Float64Array.from({ length: 60 }, (_, i) => (i >> 1) * 10e6);
  const { workload } = describeRecording(
    { ...recorded({ seconds: 1 }), count: 60, atNs, resolutionNs: 10e6, times: 'coarse' },
    1,
    () => 0,
  );
  expect(workload.windowNs).toBe(10e6);
  expect(workload.ratePerSec).toBeCloseTo(200, 9);
  expect(workload.peakOverMean).toBe(1);
});
