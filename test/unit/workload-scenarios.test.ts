/** Unit: the forms in which a scenario states its synthetic workload, what they become, and how mistakes read. */
import { describe, expect, test } from 'vitest';
import { syntheticLine, syntheticOf } from '../../scenarios/bind-workload.ts';
import type { SyntheticWorkload } from '../../sim/setup.ts';
import { load, problemsOf } from './scenarios-helpers.ts';

const S = 1e9;
const text = (workload: string) => `workload: { rate: 1k/s, ${workload} }\nstrategies: { a: redis }`;

function bound(workload: string): SyntheticWorkload {
  const { settings } = load(text(workload));
  if (!('keys' in settings.workload)) throw new Error('not synthetic');
  return syntheticOf(settings.workload);
}

describe('arrivals', () => {
  const curve = { kind: 'curve', ratePerSec: 1000 };
  test.each([
    ['poisson', { kind: 'poisson', ratePerSec: 1000 }],
    ['deterministic', { kind: 'deterministic', ratePerSec: 1000 }],
    ['{ lognormal: { cv: 2 } }', { kind: 'renewal', ratePerSec: 1000, gap: { kind: 'lognormal', cv: 2 } }],
    [
      '{ generalizedPareto: { shape: 0.155 } }',
      { kind: 'renewal', ratePerSec: 1000, gap: { kind: 'generalized-pareto', shape: 0.155 } },
    ],
    [
      '{ bursty: { dispersion: 20, timescale: 50ms } }',
      { kind: 'bursty', ratePerSec: 1000, dispersion: 20, timescaleNs: 0.05 * S },
    ],
    [
      '{ diurnal: { peakOverMean: 1.8, peakAt: 20h } }',
      {
        ...curve,
        curve: { kind: 'diurnal', peakOverMean: 1.8, periodNs: 86_400 * S, peakAtNs: 72_000 * S },
      },
    ],
    [
      '{ flashCrowd: { at: 10s, ramp: 1s, plateau: 5s, multiplier: 4 } }',
      {
        ...curve,
        curve: {
          ...{ kind: 'flash-crowd', atNs: 10 * S, rampNs: S, plateauNs: 5 * S, decayNs: 0 },
          multiplier: 4,
        },
      },
    ],
    [
      '{ counts: { every: 1m, values: [3, 0, 9] } }',
      { ...curve, curve: { kind: 'counts', intervalNs: 60 * S, counts: [3, 0, 9] } },
    ],
    [
      '{ curve: { points: [{ at: 0s, factor: 1 }, { at: 5s, factor: 3 }], between: step, repeat: 10s } }',
      {
        ...curve,
        curve: {
          kind: 'piecewise',
          points: [
            { atNs: 0, factor: 1 },
            { atNs: 5 * S, factor: 3 },
          ],
          interpolation: 'step',
          repeatNs: 10 * S,
        },
      },
    ],
  ])('%s', (form, arrivals) => {
    expect(bound(`arrivals: ${form}`).arrivals).toEqual(arrivals);
  });
});

describe('keys', () => {
  const zipf = { kind: 'zipf', count: 100_000, exponent: 0.99 };
  const event = { atNs: 5 * S, rampNs: 0, plateauNs: 10 * S, decayNs: 2 * S };
  test.each([
    ['popularity: uniform', { kind: 'uniform', count: 100_000 }],
    ['count: 1M, popularity: scrambled-zipfian', { kind: 'scrambled-zipfian', count: 1e6 }],
    ['popularity: { latest: 0.9 }', { kind: 'latest', count: 100_000, exponent: 0.9 }],
    [
      'popularity: { hotSet: { keys: 1k, share: 80% } }',
      { kind: 'hot-set', count: 100_000, hotCount: 1000, hotShare: 0.8 },
    ],
    [
      'popularity: { histogram: { buckets: [1, 1k], weights: [1, 2] } }',
      { kind: 'histogram', bucketKeys: [1, 1000], bucketWeights: [1, 2] },
    ],
    ['drift: 50/s', { kind: 'drifting', base: zipf, keysPerSec: 50 }],
    [
      'heating: [{ key: 7, share: 30%, at: 5s, plateau: 10s, decay: 2s }]',
      { kind: 'heating', base: zipf, events: [{ key: 7, share: 0.3, ...event }] },
    ],
  ])('%s', (form, keys) => {
    expect(bound(`keys: { ${form} }`).keys).toEqual(keys);
  });
});

describe('sizes and operations', () => {
  test.each([
    ['2KiB', { kind: 'constant', bytes: 2048 }],
    ['{ lognormal: { mean: 1KiB, cv: 2 } }', { kind: 'lognormal', meanBytes: 1024, cv: 2 }],
    [
      '{ generalizedPareto: { location: 15B, scale: 200B, shape: 0.3 } }',
      { kind: 'generalized-pareto', locationBytes: 15, scaleBytes: 200, shape: 0.3 },
    ],
    [
      '{ discrete: { sizes: [1B, 1KiB], weights: [3, 1] } }',
      { kind: 'discrete', bytes: [1, 1024], weights: [3, 1] },
    ],
    [
      '{ piecewise: { edges: [1B, 64B, 1KiB], weights: [3, 1] } }',
      { kind: 'piecewise', edgesBytes: [1, 64, 1024], weights: [3, 1] },
    ],
  ])('%s', (form, size) => {
    expect(bound(`valueSize: ${form}`).valueBytes).toEqual(size);
  });

  test('of names', () => {
    expect(bound('keys: { length: etc }').keyBytes?.kind).toBe('generalized-extreme-value');
    expect(bound('keys: { length: 40B }').keyBytes).toEqual({ kind: 'constant', bytes: 40 });
    expect(bound('').keyBytes).toBeNull();
    expect(JSON.stringify(problemsOf(text('keys: { length: 251B }')))).toContain('at most 250');
  });

  test('all of ETC by name', () => {
    const { arrivals, operations } = bound('arrivals: etc, operations: etc');
    expect(arrivals).toMatchObject({ kind: 'renewal', gap: { kind: 'generalized-pareto', shape: 0.154971 } });
    expect(operations).toEqual([30 / 31, 1 / 31, 0, 0]);
  });

  test('by name', () => {
    expect(bound('valueSize: etc').valueBytes.kind).toBe('mixture');
    expect(bound('operations: ycsb-b').operations).toEqual([0.95, 0.05, 0, 0]);
  });
});

describe('a line for reports', () => {
  test.each([
    ['keys: { count: 1M }', '1k/s poisson, 1M keys Zipf 0.99, 95% get / 5% set, values of 1KiB'],
    [
      'operations: ycsb-f, valueSize: etc, arrivals: { bursty: { dispersion: 9, timescale: 1s } }',
      '1k/s bursty (dispersion 9, timescale 1s), 100k keys Zipf 0.99, 66.67% get / 33.33% set, values of 194B on average (mixture)',
    ],
    [
      'keys: { popularity: { hotSet: { keys: 10, share: 50% } }, drift: 2/s }',
      '1k/s poisson, 100k keys with 10 hot ones for 50%, drifting 2/s, 95% get / 5% set, values of 1KiB',
    ],
  ])('%s', (workload, line) => {
    expect(syntheticLine(bound(workload))).toBe(line);
  });
});

describe('mistakes', () => {
  test.each([
    ['arrivals: poison', 'poisson'],
    ['arrivals: { bursty: { dispersion: 0.5, timescale: 1s } }', '>=1'],
    ['arrivals: { curve: { points: [{ at: 5s, factor: 1 }, { at: 1s, factor: 2 }] } }', 'forward in time'],
    ['arrivals: { counts: { every: 1s, values: [0, 0] } }', 'all counts are 0'],
    ['arrivals: { diurnal: { peakOverMean: 3 } }', '<=2'],
    ['keys: { count: 10, popularity: { hotSet: { keys: 10, share: 50% } } }', 'none is left'],
    ['keys: { count: 10, heating: [{ key: 10, share: 5%, at: 0s, plateau: 1s }] }', 'there is no key 10'],
    [
      'keys: { heating: [{ key: 1, share: 60%, at: 0s, plateau: 9s }, { key: 2, share: 60%, at: 5s, plateau: 9s }] }',
      'exceed 100%',
    ],
    [
      'keys: { popularity: { histogram: { buckets: [1, 2], weights: [1] } } }',
      'each bucket needs one weight',
    ],
    ['keys: { popularity: { histogram: { buckets: [100M, 1], weights: [1, 1] } } }', 'at most 100000000'],
    ['valueSize: { piecewise: { edges: [1B, 2B], weights: [1, 1] } }', 'one edge more than weights'],
    ['valueSize: { discrete: { sizes: [1B], weights: [0] } }', 'a weight above 0 is needed'],
  ])('%s', (workload, words) => {
    const problems = problemsOf(text(workload));
    expect(problems).toHaveLength(1);
    expect(JSON.stringify(problems)).toContain(words);
  });
});
