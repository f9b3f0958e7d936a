/** Fields of text traces, read from bytes without making strings: integers, times, operation names. */
import { OP, type Op } from '../strategy.ts';
import { NameTable } from './name-table.ts';

/** The integer written in `bytes[start .. end)`; -1 when that is not plain digits or is beyond 2^53. */
export function parseUnsigned(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
    if (value > Number.MAX_SAFE_INTEGER) return -1;
  }
  return value;
}

export const UNIT_EXPONENT = { s: 0, ms: 3, us: 6, ns: 9 } as const;

/**
 * A decimal number of seconds, ms, us or ns (`12`, `12.75`, `1.5e-05`) as whole seconds and nanoseconds, exactly:
 * digits are dealt out to both by the place of the decimal point, no float is involved. Digits below a
 * nanosecond are cut off.
 */
export class DecimalTime {
  seconds = 0;
  nanos = 0;

  /** @param unitExponent 3 where the number counts 10^-3 s; @returns false when it is not such a number. */
  parse(bytes: Uint8Array, start: number, end: number, unitExponent: number): boolean {
    const point = skipDigits(bytes, start, end);
    const fraction = bytes[point] === 0x2e && point < end ? point + 1 : point;
    const mantissaEnd = skipDigits(bytes, fraction, end);
    const wholeDigits = point - start;
    const digits = wholeDigits + mantissaEnd - fraction;
    if (digits === 0) return false;
    const exponent = mantissaEnd === end ? 0 : parseExponent(bytes, mantissaEnd, end);
    const split = wholeDigits + exponent - unitExponent;
    if (!(split <= MAX_SPLIT && split >= -MAX_SPLIT)) return false;

    let seconds = 0;
    for (let i = 0; i < split; i++) {
      seconds =
        seconds * 10 +
        (i < digits ? digitAt(bytes, i < wholeDigits ? start + i : fraction + i - wholeDigits) : 0);
      if (seconds > Number.MAX_SAFE_INTEGER) return false;
    }
    let nanos = 0;
    for (let i = split; i < split + 9; i++) {
      const inside = i >= 0 && i < digits;
      nanos =
        nanos * 10 + (inside ? digitAt(bytes, i < wholeDigits ? start + i : fraction + i - wholeDigits) : 0);
    }
    this.seconds = seconds;
    this.nanos = nanos;
    return true;
  }
}

/** Leading zeros are allowed, absurd exponents are not. */
const MAX_SPLIT = 64;

function skipDigits(bytes: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && bytes[i]! >= 0x30 && bytes[i]! <= 0x39) i++;
  return i;
}

function digitAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! - 0x30;
}

/** `e-05` in `bytes[start .. end)`; NaN when malformed. */
function parseExponent(bytes: Uint8Array, start: number, end: number): number {
  if ((bytes[start]! | 0x20) !== 0x65) return Number.NaN;
  const sign = bytes[start + 1];
  const signed = start + 1 < end && (sign === 0x2b || sign === 0x2d);
  const value = parseUnsigned(bytes, start + (signed ? 2 : 1), end);
  if (value < 0) return Number.NaN;
  return sign === 0x2d ? -value : value;
}

/**
 * Operation names of memcached (Twitter's traces), CacheLib (Meta's) and plain words. Adding, appending and
 * compare-and-swap write a value, as set does.
 */
export const OP_NAMES = new NameTable<Op>([
  ['get', OP.get],
  ['gets', OP.get],
  ['read', OP.get],
  ['get_lease', OP.get],
  ['set', OP.set],
  ['write', OP.set],
  ['update', OP.set],
  ['insert', OP.set],
  ['put', OP.set],
  ['add', OP.set],
  ['replace', OP.set],
  ['cas', OP.set],
  ['append', OP.set],
  ['prepend', OP.set],
  ['set_lease', OP.set],
  ['delete', OP.delete],
  ['del', OP.delete],
  ['incr', OP.incr],
  ['decr', OP.incr],
]);
