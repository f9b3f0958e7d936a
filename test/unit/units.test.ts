/** Unit: quantities mean what people mean, and what is formatted reads back to the very same number. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatByteRate,
  formatCount,
  formatDuration,
  formatFactor,
  formatRate,
  formatRatio,
  formatSize,
  parseByteRate,
  parseCount,
  parseDuration,
  parseFactor,
  parseRate,
  parseRatio,
  parseSize,
  QUANTITIES,
  UnitError,
} from '../../sim/units.ts';

const READ = [
  [parseDuration, { '5ms': 5e6, '2s': 2e9, '1m30s': 90e9, '250us': 250e3, '90ns': 90, '1.5ms': 1.5e6 }],
  [parseDuration, { '0': 0, '0s': 0, '1d2h': 93_600e9, '1.1us': 1100, '1 s': 1e9, '104d': 8_985_600e9 }],
  [parseSize, { '10GiB': 10 * 2 ** 30, '512MB': 512e6, '1KiB': 1024, '1.5KiB': 1536, '7B': 7, '2kB': 2000 }],
  [parseRate, { '38.58k/s': 38_580, '120/min': 2, '1M/s': 1e6, '3600/h': 1, '86400/day': 1 }],
  [parseRate, { '100B/month': 100e9 / (30 * 86_400) }],
  [parseByteRate, { '100MiB/s': 100 * 2 ** 20, '60MB/min': 1e6 }],
  [parseRatio, { '5%': 0.05, '0.05': 0.05, '33.3%': 0.333, '100%': 1, '1': 1 }],
  [parseCount, { '16k': 16_000, '1M': 1e6, '100M': 100e6, '1.5k': 1500, '42': 42, '2B': 2e9 }],
  [parseFactor, { '1x': 1, '0.5x': 0.5 }],
] as const;

describe('parsing', () => {
  it('reads every form the documentation shows', () => {
    for (const [parse, examples] of READ)
      for (const [text, value] of Object.entries(examples))
        expect([text, parse(text)]).toEqual([text, value]);
  });

  it('takes 100 billion a month for 38,580 a second', () => {
    expect(Math.floor(parseRate('100B/month'))).toBe(38_580);
  });

  it.each([
    [
      parseDuration,
      '5 parsecs',
      '"5 parsecs" is not a duration: unknown unit "parsecs"; accepted units are ns',
    ],
    [parseDuration, '5sec', 'did you mean "s"?'],
    [parseDuration, '5µs', 'did you mean "us"?'],
    [parseDuration, '5MS', 'did you mean "ms"?'],
    [
      parseDuration,
      '5',
      'the unit is missing; accepted units are ns, us, ms, s, m, h, d; write for example 5ms',
    ],
    [parseDuration, '-5s', 'must not be negative'],
    [parseDuration, '30s1m', 'from the largest unit to the smallest'],
    [parseDuration, '1s1s', 'from the largest unit to the smallest'],
    [parseDuration, '0.5ns', 'the finest unit is 1ns'],
    [parseDuration, '200000d', 'too large'],
    [parseDuration, '', 'is not a duration'],
    [parseDuration, '1_000s', 'is not a duration'],
    [parseDuration, 'soon', 'write for example 5ms or 1m30s'],
    [parseSize, '10gb', 'did you mean "GB"?'],
    [parseSize, '10K', 'did you mean "KiB"?'],
    [parseSize, '1024', 'the unit is missing'],
    [parseSize, '0.5B', 'the finest unit is 1B'],
    [parseRate, '38.58k', 'the time is missing, such as "/s"'],
    [parseRate, '38K/s', 'did you mean "k"?'],
    [parseRate, '38/sec', 'did you mean "s"?'],
    [parseRate, '/s', 'is not a rate'],
    [parseByteRate, '100Mb/s', 'did you mean "MB"?'],
    [parseRatio, '5 percent', 'write for example 5% or 0.05'],
    [parseRatio, '-5%', 'must not be negative'],
    [parseCount, '1.5', 'a count is a whole number'],
    [parseCount, '1_000', 'is not a count'],
    [parseCount, '5m', 'did you mean "M"?'],
    [parseFactor, '2', 'write for example 1x'],
  ] as const)('%o refuses %j and says why', (parse, text, message) => {
    expect(() => parse(text)).toThrow(UnitError);
    expect(() => parse(text)).toThrow(message);
  });
});

describe('formatting', () => {
  it('is canonical', () => {
    expect([0, 90, 250e3, 1.5e6, 5e6, 60e9, 90e9, 90.5e9, 93_600e9].map(formatDuration)).toEqual([
      ...['0s', '90ns', '250us', '1.5ms', '5ms', '1m', '1m30s', '1m30.5s', '1d2h'],
    ]);
    expect([0, 1024, 1536, 512e6, 10 * 2 ** 30].map(formatSize)).toEqual([
      ...['0B', '1KiB', '1536B', '512MB', '10GiB'],
    ]);
    expect([0, 42, 16_000, 38_580, 1e6, 1_234_567].map(formatCount)).toEqual([
      ...['0', '42', '16k', '38.58k', '1M', '1234567'],
    ]);
    expect([38_580, 0.5].map(formatRate)).toEqual(['38.58k/s', '0.5/s']);
    expect([0.05, 0.333, 1].map(formatRatio)).toEqual(['5%', '33.3%', '100%']);
    expect(formatByteRate(100 * 2 ** 20)).toBe('100MiB/s');
    expect(formatFactor(2.5)).toBe('2.5x');
  });

  const integers = fc.oneof(
    fc.maxSafeNat(),
    fc.nat(1e6),
    fc.nat(9007).map((n) => n * 1e12),
  );
  const positives = fc.oneof(integers, fc.double({ min: 1e-12, max: 1e15, noNaN: true }));
  const ratios = fc.double({ min: 0, max: 1, noNaN: true });
  it.each([
    ['duration', integers, formatDuration, parseDuration],
    ['size', integers, formatSize, parseSize],
    ['count', integers, formatCount, parseCount],
    ['rate', positives, formatRate, parseRate],
    ['byteRate', positives, formatByteRate, parseByteRate],
    ['ratio', ratios, formatRatio, parseRatio],
    ['factor', positives, formatFactor, parseFactor],
  ] as const)(
    'of a %s reads back exactly, and matches the pattern given to editors',
    (quantity, values, format, parse) => {
      const pattern = new RegExp(QUANTITIES[quantity].pattern);
      fc.assert(
        fc.property(values, (value) => {
          const text = format(value);
          expect(text).toMatch(pattern);
          expect(parse(text)).toBe(value);
        }),
        { numRuns: 2000 },
      );
    },
  );

  it('shows examples that its own parsers accept', () => {
    const parsers = { duration: parseDuration, size: parseSize, rate: parseRate, byteRate: parseByteRate };
    const all = { ...parsers, ratio: parseRatio, count: parseCount, factor: parseFactor };
    for (const [quantity, parse] of Object.entries(all))
      for (const example of QUANTITIES[quantity as keyof typeof all].examples)
        expect(parse(example)).toBeGreaterThan(0);
  });
});
