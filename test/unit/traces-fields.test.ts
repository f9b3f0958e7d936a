/** Unit: numbers in bytes, against exact integer arithmetic. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DecimalTime, OP_NAMES, parseUnsigned, UNIT_EXPONENT } from '../../sim/traces/fields.ts';

describe('decimal times', () => {
  const unit = fc.constantFrom(...(['s', 'ms', 'us', 'ns'] as const));

  test('whole part and fraction in any unit are the exact nanoseconds', () => {
    const whole = fc.bigInt(0n, 10n ** 15n);
    const fraction = fc.stringMatching(/^\d{0,12}$/);
    fc.assert(
      fc.property(whole, fraction, unit, fc.integer({ min: -4, max: 4 }), (int, digits, of, exponent) => {
        const text = `${int}${digits === '' ? '' : `.${digits}`}${exponent === 0 ? '' : `e${exponent}`}`;
        const time = new DecimalTime();
        const parsed = time.parse(Buffer.from(text), 0, text.length, UNIT_EXPONENT[of]);
        // The number is int||digits x 10^-digits.length; in nanoseconds cut off to an integer.
        const shift = 9 - UNIT_EXPONENT[of] + exponent - digits.length;
        const all = BigInt(`${int}${digits}`);
        const ns = shift >= 0 ? all * 10n ** BigInt(shift) : all / 10n ** BigInt(-shift);
        expect(parsed).toBe(ns / 10n ** 9n <= BigInt(Number.MAX_SAFE_INTEGER));
        if (parsed) expect(BigInt(time.seconds) * 10n ** 9n + BigInt(time.nanos)).toBe(ns);
      }),
    );
  });

  test.each(['', '.', '-1', '+1', '1.2.3', '1e', '1e+', '1ee3', '0x10', '1,5', ' 1', '1 ', 'inf', '1e999'])(
    '%j is not one',
    (text) => {
      expect(new DecimalTime().parse(Buffer.from(text), 0, text.length, 0)).toBe(false);
    },
  );

  test('only its own bytes count', () => {
    const time = new DecimalTime();
    expect(time.parse(Buffer.from('12.5'), 0, 2, 0)).toBe(true);
    expect([time.seconds, time.nanos]).toEqual([12, 0]);
  });
});

test('integers are exact up to 2^53 - 1 and refused beyond', () => {
  const parse = (text: string) => parseUnsigned(Buffer.from(text), 0, text.length);
  fc.assert(fc.property(fc.maxSafeNat(), (n) => parse(String(n)) === n));
  for (const text of ['9007199254740992', '99999999999999999999', '', '-1', '1.0', '1a'])
    expect(parse(text)).toBe(-1);
});

test('operation names are found whole, in any case', () => {
  const find = (text: string) => OP_NAMES.find(Buffer.from(`<${text}>`), 1, text.length + 1);
  expect(find('GeT')).toBe(0);
  expect(find('decr')).toBe(3);
  for (const text of ['', 'ge', 'gett', 'g\x45t\0']) expect(find(text)).toBeUndefined();
});
