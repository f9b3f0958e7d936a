/** Unit: windows of a long run are what the run is at that time. */
import { describe, expect, it } from 'vitest';
import { stream } from '../../sim/rng.ts';
import { run } from '../../sim/run.ts';
import { planSample } from '../../sim/sampling/plan.ts';
import { unsampled } from '../../sim/sampling/refusals.ts';
import { type Window, windowOf } from '../../sim/sampling/window.ts';
import type { CurveSetup, Fault, Setup, SyntheticWorkload } from '../../sim/setup.ts';
import { rateCurve } from '../../sim/workload/arrivals/curve-process.ts';
import { BLOCK_SIZE, RequestBlock } from '../../sim/workload/request-block.ts';
import { requestSource } from '../../sim/workload/source.ts';
import { buildSetup, type Overrides } from '../setup-builder.ts';

const SECOND = 1e9;
const CURVES: CurveSetup[] = [
  { kind: 'diurnal', periodNs: 60 * SECOND, peakOverMean: 1.9, peakAtNs: 20 * SECOND },
  { kind: 'counts', intervalNs: SECOND, counts: [1, 5, 2] },
  {
    kind: 'flash-crowd',
    atNs: 30 * SECOND,
    rampNs: 5 * SECOND,
    plateauNs: SECOND,
    decayNs: 9 * SECOND,
    multiplier: 6,
  },
  {
    kind: 'piecewise',
    points: [
      { atNs: 0, factor: 0 },
      { atNs: 7 * SECOND, factor: 3 },
    ],
    interpolation: 'linear',
    repeatNs: 20 * SECOND,
  },
];

const synthetic = (setup: Setup): SyntheticWorkload => setup.workload as SyntheticWorkload;

function setupWith(workload: Partial<SyntheticWorkload>, more: Partial<Overrides> = {}): Setup {
  const base = buildSetup({ ratePerSec: 2000, durationNs: 100 * SECOND, shards: 4, ...more });
  return { ...base, workload: { ...synthetic(base), ...workload } };
}

const windowAt = (startNs: number, more: Partial<Window> = {}): Window => ({
  startNs,
  forNs: 2 * SECOND,
  warmUpNs: SECOND,
  leadNs: 0,
  seed: 3,
  ...more,
});

describe('a curve from a later moment on', () => {
  it.each(CURVES)('is the curve, that much earlier: $kind', (curve) => {
    for (const fromNs of [0, 13.37 * SECOND, 33 * SECOND, 61 * SECOND]) {
      const later = rateCurve({ kind: 'from', curve, fromNs });
      const original = rateCurve(curve);
      for (let atNs = 0; atNs < 30 * SECOND; atNs += 0.7 * SECOND)
        expect(later.factorAt(atNs)).toBeCloseTo(original.factorAt(atNs + fromNs), 9);
      // The area under the curve leads to the same moments as walking there from the start.
      let reached = 0;
      while (reached < fromNs + SECOND) reached = original.advance(0.01 * SECOND);
      const first = later.advance(areaBetween(curve, fromNs, reached));
      expect(Math.abs(first + fromNs - reached)).toBeLessThan(SECOND * 1e-3);
    }
  });
});

/** By the midpoint rule, in 20,000 steps. */
function areaBetween(curve: CurveSetup, fromNs: number, toNs: number): number {
  const original = rateCurve(curve);
  const step = (toNs - fromNs) / 20_000;
  let area = 0;
  for (let i = 0; i < 20_000; i++) area += original.factorAt(fromNs + (i + 0.5) * step) * step;
  return area;
}

describe('a window', () => {
  it('asks for the keys of its time: those that drifted there, and those that are hot then', () => {
    const drifting = setupWith({
      keys: {
        kind: 'drifting',
        base: { kind: 'hot-set', count: 1000, hotCount: 1, hotShare: 1 - 1e-9 },
        keysPerSec: 10,
      },
    });
    const keys = keysOf(windowOf(drifting, windowAt(50 * SECOND, { forNs: SECOND })));
    expect(Math.min(...keys)).toBe(490);
    expect(Math.max(...keys)).toBe(509);
    const event = { key: 7, share: 1, atNs: 50 * SECOND, rampNs: 0, plateauNs: SECOND, decayNs: 0 };
    const heating = setupWith({
      keys: { kind: 'heating', base: { kind: 'uniform', count: 1000 }, events: [event] },
    });
    const block = blockOf(windowOf(heating, windowAt(50 * SECOND, { forNs: SECOND })));
    const hot = [...block.key].filter((key, i) => key === 7 && block.atNs[i]! >= SECOND);
    expect(hot.length).toBe([...block.atNs].filter((atNs) => atNs >= SECOND).length);
  });

  it('begins with the faults that still last, and has those of its time', () => {
    const faults: Fault[] = [
      { kind: 'crash', name: 'gone', atNs: 10 * SECOND, node: 0, of: 'process' },
      { kind: 'crash', name: 'back', atNs: 11 * SECOND, node: 1, of: 'process' },
      { kind: 'restart', name: 'again', atNs: 20 * SECOND, node: 1 },
      { kind: 'pause', name: 'hang', atNs: 45 * SECOND, node: 2, forNs: 6 * SECOND },
      { kind: 'pause', name: 'within', atNs: 51 * SECOND, node: 3, forNs: SECOND },
      { kind: 'pause', name: 'later', atNs: 52 * SECOND, node: 3, forNs: SECOND },
    ];
    const found = windowOf({ ...setupWith({}), faults }, windowAt(50 * SECOND)).faults;
    expect(found).toEqual([
      { ...faults[0], atNs: 0 },
      { ...faults[3], atNs: 0, forNs: 2 * SECOND },
      { ...faults[4], atNs: 2 * SECOND },
    ]);
  });

  it('finds the cache as the requests before it would have left it', () => {
    // Demand-filled, 10 s to live: far from both "all there" and "nothing there".
    const ttl = { share: 1, meanNs: 10 * SECOND, shape: { kind: 'constant' } } as const;
    const origin = { latencyNs: 1e6, latencyShape: { kind: 'constant' }, concurrency: 1000 } as const;
    const setup = setupWith(
      { ttl, keys: { kind: 'zipf', count: 20_000, exponent: 0.9 }, operations: [0.98, 0.02, 0, 0] },
      { origin },
    );
    const long = run(setup, 1).timeline;
    const steps = long.gets.map((gets, i) => ({ gets, misses: long.misses[i]! })).slice(30);
    const share = (of: { gets: number; misses: number }[]) =>
      of.reduce((sum, { misses }) => sum + misses, 0) / of.reduce((sum, { gets }) => sum + gets, 0);
    const missesIn = (leadNs: number): number => {
      const windows = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) => {
        const { timeline } = run(windowOf(setup, windowAt(50 * SECOND, { leadNs, seed })), seed);
        return {
          gets: timeline.gets[1]! + timeline.gets[2]!,
          misses: timeline.misses[1]! + timeline.misses[2]!,
        };
      });
      return share(windows);
    };
    const truth = share(steps);
    // Of 32,000 requests; misses of one key within its time to live are not independent, so twice the binomial error.
    const standardError = 2 * Math.sqrt((truth * (1 - truth)) / 32_000);
    expect(Math.abs(missesIn(40 * SECOND) - truth)).toBeLessThan(4 * standardError);
    expect(Math.abs(missesIn(0) - truth)).toBeGreaterThan(4 * standardError);
  });
});

describe('the plan', () => {
  const options = { windows: 24, forNs: SECOND, warmUpNs: SECOND, aroundNs: 5 * SECOND, leadNs: 0 };
  const curve = CURVES[0]!;
  const day = setupWith({ arrivals: { kind: 'curve', ratePerSec: 2000, curve } });
  const draw = (setup: Setup) => planSample(setup, options, (name) => stream(1, name));

  it('covers every moment once: the strata have all requests and all the time', () => {
    const faults: Fault[] = [{ kind: 'pause', name: 'hang', atNs: 40 * SECOND, node: 0, forNs: 2 * SECOND }];
    for (const setup of [day, { ...day, faults }]) {
      const strata = draw(setup);
      expect(strata.reduce((sum, { spanNs }) => sum + spanNs, 0)).toBe(100 * SECOND);
      // One period and two thirds: 2,000/s on average, and the rest of the sinusoid.
      const area =
        2000 *
        (100 +
          (0.9 / (2 * Math.PI)) *
            60 *
            (Math.sin((2 * Math.PI * 80) / 60) + Math.sin((2 * Math.PI * 20) / 60)));
      expect(strata.reduce((sum, { requests }) => sum + requests, 0) / area).toBeCloseTo(1, 3);
    }
  });

  it('sees the time around a fault whole, with several seeds, and everything else by load', () => {
    const faults: Fault[] = [{ kind: 'pause', name: 'hang', atNs: 40 * SECOND, node: 0, forNs: 2 * SECOND }];
    const [around, ...rest] = draw({ ...day, faults });
    expect(around).toMatchObject({ name: 'around hang', kind: 'fault', spanNs: 12 * SECOND });
    expect(new Set(around!.windows.map(({ seed }) => seed)).size).toBe(3);
    expect(
      around!.windows.every(({ startNs, forNs }) => startNs === 35 * SECOND && forNs === 12 * SECOND),
    ).toBe(true);
    expect(rest).toHaveLength(6);
    for (const [i, { ratePerSec }] of rest.entries())
      if (i > 0) expect(ratePerSec).toBeGreaterThan(rest[i - 1]!.ratePerSec);
    const outside = rest.flatMap(({ windows }) => windows);
    expect(
      outside.every(({ startNs, forNs }) => startNs + forNs <= 35 * SECOND || startNs >= 47 * SECOND),
    ).toBe(true);
  });

  it('is one class where the load is even', () => {
    expect(draw(setupWith({})).map(({ name, windows }) => [name, windows.length])).toEqual([
      ['even load', 24],
    ]);
  });

  it('refuses what a sample cannot stand for', () => {
    const hazard: Fault = {
      kind: 'hazard',
      name: 'dies',
      atNs: 0,
      nodes: [0],
      of: 'host',
      mtbfNs: 1,
      mttrNs: 1,
    };
    const loop = { kind: 'closed-loop', users: 1, thinkNs: 1, thinkShape: { kind: 'constant' } } as const;
    expect(unsampled([day, day])).toBeNull();
    expect(unsampled([day, { ...day, faults: [hazard] }])).toMatch(/faults of their own/);
    expect(unsampled([{ ...day, faults: [hazard] }])).toMatch(/"dies" strikes is not known/);
    expect(unsampled([day, setupWith({})])).toMatch(/workloads or durations of their own/);
    expect(unsampled([setupWith({ arrivals: loop })])).toMatch(/closed loop/);
  });
});

function blockOf(setup: Setup): RequestBlock {
  const block = new RequestBlock();
  expect(requestSource(setup, 1).fill(block)).toBe(BLOCK_SIZE);
  return block;
}

function keysOf(setup: Setup): number[] {
  const source = requestSource(setup, 1);
  const block = new RequestBlock();
  const keys: number[] = [];
  for (let count = source.fill(block); count > 0; count = source.fill(block))
    keys.push(...block.key.subarray(0, count));
  return keys;
}
