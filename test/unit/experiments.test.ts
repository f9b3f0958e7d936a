/** Unit: what `--vary` means, how points are sampled, and what makes two runs the same run. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runKey, setupHash } from '../../sim/experiments/fingerprint.ts';
import { latinCells, randomCells } from '../../sim/experiments/sample.ts';
import { gridOf, parseVary } from '../../sim/experiments/vary.ts';
import { stream } from '../../sim/rng.ts';
import { buildSetup } from '../setup-builder.ts';

const simpleSetup = () => buildSetup({ ratePerSec: 100, durationNs: 1e9 });

describe('--vary', () => {
  it.each([
    ['a=4..16:4', ['4', '8', '12', '16']],
    ['a=4..15:4', ['4', '8', '12']],
    ['a=0.1..0.3:0.1', ['0.1', '0.2', '0.3']],
    ['a=-2..2:2', ['-2', '0', '2']],
    ['a=5%..15%:5%', ['5%', '10%', '15%']],
    ['a=1k/s..3k/s:1k/s', ['1k/s', '2k/s', '3k/s']],
    ['a=1..10000:log5', ['1', '10', '100', '1000', '10000']],
    ['a=0.01..1:log3', ['0.01', '0.1', '1']],
    ['a=1..3:log9', ['1', '2', '3']],
    ['a=200ms..800ms:log3', ['200ms', '400ms', '800ms']],
    ['a=x, y ,z', ['x', 'y', 'z']],
    ['a=[1, 2],{ b: 3, c: 4 },"x,y"', ['[1, 2]', '{ b: 3, c: 4 }', '"x,y"']],
    ['a.b[0].c=none', ['none']],
    ['a=b=c', ['b=c']],
  ])('%s', (source, values) => expect(parseVary(source).values).toEqual(values));

  it.each([
    ['cluster.shards', /needs path=values/],
    ['=4', /needs path=values/],
    ['a=', /has no values; accepted: a list/],
    ['a=1,,2', /a value is missing between two commas/],
    ['a=1,2,1', /1 is there twice/],
    ['a=16..4:2', /a range goes up, as in 4\.\.16/],
    ['a=1s..500ms:1ms', /1s and 500ms are in different units/],
    ['a=1s..2s:1ms', /the step 1ms is no number above zero in the unit of 1s/],
    ['a=1..2:0', /the step 0 is no number above zero/],
    ['a=0..8:log3', /there is no logarithm of 0/],
    ['a=1..8:log1', /log needs from 2/],
    ['a=0..1:0.000001', /are 1000001 values; at most 100000/],
  ])('%s is refused', (source, message) => expect(() => parseVary(source)).toThrow(message));

  it('makes every combination, the last path varying fastest', () => {
    const cells = gridOf([parseVary('a=1,2'), parseVary('b=x,y')]);
    expect(cells.map((cell) => cell.map(({ path, value }) => `${path}${value}`).join(' '))).toEqual([
      'a1 bx',
      'a1 by',
      'a2 bx',
      'a2 by',
    ]);
  });

  it('refuses a grid of what has no step, of too much, and of one path twice', () => {
    expect(() => gridOf([parseVary('a=1..2')])).toThrow(/a grid needs a step.*--random or --latin/);
    expect(() => gridOf(['a', 'b', 'c'].map((path) => parseVary(`${path}=1..100:1`)))).toThrow(
      /the grid has 1000000 cells/,
    );
    expect(() => gridOf([parseVary('a=1'), parseVary('a=2')])).toThrow(/a is given twice/);
  });
});

describe('sampled points', () => {
  const slices = [parseVary('a=0..1000000'), parseVary('b=1..1000000:log'), parseVary('c=x,y')];

  it('of a Latin hypercube lie one in each slice of every dimension', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(), (count, seed) => {
        // Not rounded to any values of its own, which could move a point over the edge of its slice.
        const exact = { path: 'u', values: null, sample: String };
        const cells = latinCells([exact, ...slices.slice(1)], count, stream(seed, 'test'));
        const inOrder = Array.from({ length: count }, (_, i) => i);
        const linear = cells.map((cell) => Math.floor(Number(cell[0]!.value) * count));
        expect(linear.toSorted((x, y) => x - y)).toEqual(inOrder);
        const listed = cells.filter((cell) => cell[2]!.value === 'x').length;
        expect(Math.abs(listed - count / 2)).toBeLessThanOrEqual(0.5);
      }),
      { numRuns: 100 },
    );
  });

  it('are the same for the same seed, others for another', () => {
    const points = (seed: number) => randomCells(slices, 20, stream(seed, 'sweep'));
    expect(points(1)).toEqual(points(1));
    expect(points(1)).not.toEqual(points(2));
  });

  it('stay inside the range, ends included, and reach all of it', () => {
    const cells = randomCells(
      [parseVary('a=2..4'), parseVary('b=1s..3s'), parseVary('c=1..1000:log')],
      400,
      stream(1, 'x'),
    );
    expect(new Set(cells.map((cell) => cell[0]!.value))).toEqual(new Set(['2', '3', '4']));
    for (const cell of cells) {
      expect(cell[1]!.value).toMatch(/^[12](\.\d+)?s$/);
      expect(Number(cell[2]!.value)).toBeGreaterThanOrEqual(1);
    }
    // By logarithms, half of the points lie below the geometric mean: 31.6; binomial, four standard deviations.
    const low = cells.filter((cell) => Number(cell[2]!.value) < 31.6).length;
    expect(Math.abs(low - 200)).toBeLessThan(40);
  });
});

describe('the key of a run', () => {
  const identity = { setup: setupHash(simpleSetup()), seed: 1, engine: '1', plugins: ['p', 'q'] };

  it('is the same for the same run, however its setup came about', () => {
    const setup = simpleSetup();
    const reversed = Object.fromEntries(Object.entries(setup).reverse()) as unknown as typeof setup;
    expect(setupHash(reversed)).toBe(identity.setup);
    expect(runKey({ ...identity, plugins: ['q', 'p'] })).toBe(runKey(identity));
  });

  it('changes with setup, seed, engine and plug-ins', () => {
    const setup = simpleSetup();
    const others = [
      { ...identity, seed: 2 },
      { ...identity, engine: '2' },
      { ...identity, plugins: ['p'] },
      { ...identity, setup: setupHash({ ...setup, durationNs: setup.durationNs + 1 }) },
      { ...identity, setup: setupHash({ ...setup, clients: { ...setup.clients, timeoutNs: 7 } }) },
      { ...identity, setup: setupHash({ ...setup, clients: { ...setup.clients, timeoutNs: 5 } }) },
    ];
    const keys = [identity, ...others].map(runKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('changes with one name or one time of a recording', () => {
    const withRecording = (atNs: number, name: string) => {
      const names = {
        count: 1,
        maxBytes: 8,
        read: (_key: number, out: Uint8Array) => new TextEncoder().encodeInto(name, out).written,
      };
      const recording = { atNs: Float64Array.of(0, atNs), keys: names };
      return setupHash({ ...simpleSetup(), workload: { kind: 'recorded', recording } as never });
    };
    expect(withRecording(5, 'a')).toBe(withRecording(5, 'a'));
    expect(withRecording(6, 'a')).not.toBe(withRecording(5, 'a'));
    expect(withRecording(5, 'b')).not.toBe(withRecording(5, 'a'));
  });
});
