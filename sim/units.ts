/**
 * Quantities as people write them, and back: `1m30s`, `10GiB`, `38.58k/s`, `5%`, `16k`. Units exist only in
 * scenario text and reports; inside, time is integer nanoseconds, sizes are bytes, rates are per second. No
 * locale: the point is the decimal sign, and the same text means the same everywhere. Every `format` writes
 * what its `parse` reads back to the very same number.
 */
import { distance } from 'fastest-levenshtein';

interface Unit {
  readonly name: string;
  readonly factor: number;
  /** Other spellings: not accepted, but recognised when we guess what was meant. */
  readonly alike: readonly string[];
}

/** A month is 30 days: "100 billion a month" needs one fixed length to be a rate. */
const TIME_UNITS: readonly Unit[] = [
  { name: 'ns', factor: 1, alike: ['nsec', 'nanos', 'nanoseconds'] },
  { name: 'us', factor: 1e3, alike: ['µs', 'μs', 'usec', 'micros', 'microseconds'] },
  { name: 'ms', factor: 1e6, alike: ['msec', 'millis', 'milliseconds'] },
  { name: 's', factor: 1e9, alike: ['sec', 'secs', 'second', 'seconds'] },
  { name: 'm', factor: 60e9, alike: ['min', 'mins', 'minute', 'minutes'] },
  { name: 'h', factor: 3600e9, alike: ['hr', 'hrs', 'hour', 'hours'] },
  { name: 'd', factor: 86_400e9, alike: ['day', 'days'] },
];
const SIZE_UNITS: readonly Unit[] = [
  { name: 'B', factor: 1, alike: ['byte', 'bytes'] },
  { name: 'KiB', factor: 2 ** 10, alike: ['K', 'k', 'kib', 'kibibytes'] },
  { name: 'MiB', factor: 2 ** 20, alike: ['M', 'm', 'mib', 'mebibytes'] },
  { name: 'GiB', factor: 2 ** 30, alike: ['G', 'g', 'gib', 'gibibytes'] },
  { name: 'TiB', factor: 2 ** 40, alike: ['T', 't', 'tib', 'tebibytes'] },
  { name: 'kB', factor: 1e3, alike: ['KB', 'kb', 'kilobytes'] },
  { name: 'MB', factor: 1e6, alike: ['mb', 'megabytes'] },
  { name: 'GB', factor: 1e9, alike: ['gb', 'gigabytes'] },
  { name: 'TB', factor: 1e12, alike: ['tb', 'terabytes'] },
];
const COUNT_UNITS: readonly Unit[] = [
  { name: '', factor: 1, alike: [] },
  { name: 'k', factor: 1e3, alike: ['K', 'thousand'] },
  { name: 'M', factor: 1e6, alike: ['m', 'mio', 'million'] },
  { name: 'B', factor: 1e9, alike: ['b', 'G', 'bn', 'billion'] },
];
const PERIODS: readonly Unit[] = [
  { name: 's', factor: 1, alike: ['sec', 'second'] },
  { name: 'min', factor: 60, alike: ['m', 'minute'] },
  { name: 'h', factor: 3600, alike: ['hr', 'hour'] },
  { name: 'day', factor: 86_400, alike: ['d', 'days'] },
  { name: 'month', factor: 30 * 86_400, alike: ['mo', 'months'] },
];

export type Quantity = 'duration' | 'size' | 'rate' | 'byteRate' | 'ratio' | 'count' | 'factor';

const NUMBER = String.raw`\d+(?:\.\d+)?(?:e[+-]?\d+)?`;
const oneOf = (units: readonly Unit[]): string => `(?:${units.map((unit) => unit.name).join('|')})`;

/** What each quantity looks like: a pattern for editors and an example for people. */
export const QUANTITIES: Readonly<Record<Quantity, { pattern: string; examples: readonly string[] }>> = {
  duration: { pattern: `^(?:0|(?:${NUMBER}${oneOf(TIME_UNITS)})+)$`, examples: ['5ms', '1m30s'] },
  size: { pattern: `^(?:0|${NUMBER}${oneOf(SIZE_UNITS)})$`, examples: ['1KiB', '10GiB'] },
  rate: {
    pattern: `^${NUMBER}${oneOf(COUNT_UNITS)}/${oneOf(PERIODS)}$`,
    examples: ['38.58k/s', '100B/month'],
  },
  byteRate: { pattern: `^${NUMBER}${oneOf(SIZE_UNITS)}/${oneOf(PERIODS)}$`, examples: ['100MiB/s'] },
  ratio: { pattern: `^${NUMBER}%?$`, examples: ['5%', '0.05'] },
  count: { pattern: `^${NUMBER}${oneOf(COUNT_UNITS)}$`, examples: ['16k', '1M'] },
  factor: { pattern: `^${NUMBER}x$`, examples: ['1x', '2.5x'] },
};

/** A text is not the quantity it should be. The message tells what is wrong and shows a valid one. */
export class UnitError extends Error {
  override readonly name = 'UnitError';
}

/** Integer nanoseconds. */
export function parseDuration(text: string): number {
  if (text === '0') return 0;
  const part = new RegExp(`(${NUMBER})\\s*([a-zµμ]*)`, 'iy');
  let totalNs = 0;
  let previous = Infinity;
  part.lastIndex = 0;
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (match === null) throw notA('duration', text);
    const unit = unitNamed('duration', TIME_UNITS, match[2]!, text);
    if (unit.factor >= previous)
      throw notA('duration', text, 'parts go from the largest unit to the smallest');
    previous = unit.factor;
    totalNs += times(match[1]!, unit.factor);
  }
  if (text === '') throw notA('duration', text);
  return whole('duration', totalNs, text, 'the finest unit is 1ns');
}

/** Bytes. */
export function parseSize(text: string): number {
  return text === '0' ? 0 : whole('size', scaled('size', SIZE_UNITS, text), text, 'the finest unit is 1B');
}

/** Events per second. */
export function parseRate(text: string): number {
  return perSecond('rate', COUNT_UNITS, text);
}

/** Bytes per second. */
export function parseByteRate(text: string): number {
  return perSecond('byteRate', SIZE_UNITS, text);
}

export function parseCount(text: string): number {
  return whole('count', scaled('count', COUNT_UNITS, text), text, 'a count is a whole number');
}

/** `5%` is 0.05; a plain number is taken as it stands. */
export function parseRatio(text: string): number {
  const match = new RegExp(`^(${NUMBER})\\s*(%?)$`, 'i').exec(text);
  if (match === null) throw notA('ratio', text);
  return times(match[1]!, match[2] === '%' ? 0.01 : 1);
}

/** `2x` is 2. */
export function parseFactor(text: string): number {
  const match = new RegExp(`^(${NUMBER})\\s*x$`, 'i').exec(text);
  if (match === null) throw notA('factor', text);
  return Number(match[1]);
}

/** The largest unit that fits, and minutes, hours and days from one minute on: `5ms`, `1.5s`, `1m30s`. */
export function formatDuration(ns: number): string {
  if (ns === 0) return '0s';
  let rest = ns;
  let text = '';
  for (const { name, factor } of TIME_UNITS.filter((unit) => unit.factor >= 60e9).reverse()) {
    if (rest >= factor) text += `${Math.floor(rest / factor)}${name}`;
    rest %= factor;
  }
  if (rest === 0) return text;
  if (text !== '') return `${text}${decimal(rest, 1e9)}s`;
  const unit = TIME_UNITS.findLast(({ factor }) => factor <= rest)!;
  return decimal(rest, unit.factor) + unit.name;
}

/** In the unit that needs the smallest whole number; binary before decimal. */
export function formatSize(bytes: number): string {
  if (bytes === 0) return '0B';
  const fitting = SIZE_UNITS.filter(({ factor }) => bytes % factor === 0);
  const unit = fitting.reduce((best, other) => (other.factor > best.factor ? other : best));
  return bytes / unit.factor + unit.name;
}

/** With k, M or B where that takes at most two decimals. */
export function formatCount(count: number): string {
  const unit = COUNT_UNITS.findLast(
    ({ factor }) => factor <= count && count % Math.max(1, factor / 100) === 0,
  );
  return unit === undefined ? String(count) : decimal(count, unit.factor) + unit.name;
}

export function formatRate(perSec: number): string {
  return `${Number.isInteger(perSec) ? formatCount(perSec) : perSec}/s`;
}

export function formatByteRate(bytesPerSec: number): string {
  return `${Number.isInteger(bytesPerSec) ? formatSize(bytesPerSec) : `${bytesPerSec}B`}/s`;
}

export function formatRatio(ratio: number): string {
  const percent = Number((ratio * 100).toPrecision(12));
  return Number(`${percent}e-2`) === ratio ? `${percent}%` : String(ratio);
}

export function formatFactor(factor: number): string {
  return `${factor}x`;
}

/** Exact quotient of integers as decimal text; `factor` is a power of ten. */
function decimal(value: number, factor: number): string {
  const fraction = String(value % factor)
    .padStart(Math.log10(factor), '0')
    .replace(/0+$/, '');
  const integer = Math.floor(value / factor);
  return factor === 1 || fraction === '' ? String(integer) : `${integer}.${fraction}`;
}

function perSecond(quantity: Quantity, units: readonly Unit[], text: string): number {
  const slash = text.indexOf('/');
  if (slash < 0) throw notA(quantity, text, 'the time is missing, such as "/s"');
  const period = unitNamed(quantity, PERIODS, text.slice(slash + 1).trim(), text);
  return scaled(quantity, units, text.slice(0, slash).trim(), text) / period.factor;
}

function scaled(quantity: Quantity, units: readonly Unit[], part: string, text: string = part): number {
  const match = new RegExp(`^(${NUMBER})\\s*([^\\s\\d/]*)$`, 'i').exec(part);
  if (match === null) throw notA(quantity, text);
  return times(match[1]!, unitNamed(quantity, units, match[2]!, text).factor);
}

/** A power of ten moves the decimal point before anything is rounded: 8.2s is 8,200,000,000 ns and no less. */
function times(decimalText: string, factor: number): number {
  const places = Math.log10(factor);
  const movable = Number.isInteger(places) && !/e/i.test(decimalText);
  return movable ? Number(`${decimalText}e${places}`) : Number(decimalText) * factor;
}

function unitNamed(quantity: Quantity, units: readonly Unit[], name: string, text: string): Unit {
  const found = units.find((unit) => unit.name === name);
  if (found !== undefined) return found;
  const accepted = units.map((unit) => unit.name).filter((unit) => unit !== '');
  const shown = name.slice(0, MAX_SHOWN);
  const list = `accepted units are ${accepted.join(', ')}`;
  if (name === '') throw notA(quantity, text, `the unit is missing; ${list}`);
  const meant = nearestUnit(units, name);
  const guess = meant === undefined ? '' : `did you mean "${meant}"? `;
  throw notA(quantity, text, `unknown unit "${shown}"; ${guess}${list}`);
}

function nearestUnit(units: readonly Unit[], name: string): string | undefined {
  let nearest: string | undefined;
  let least = name.length > 3 ? 2.5 : 1.5;
  for (const unit of units) {
    if (unit.alike.includes(name)) return unit.name;
    for (const spelling of [unit.name, ...unit.alike]) {
      if (spelling.length < 2) continue;
      const edits = distance(name.toLowerCase(), spelling.toLowerCase());
      if (edits < least) {
        least = edits;
        nearest = unit.name;
      }
    }
  }
  return nearest;
}

/** Rounds away what binary fractions leave (0.7m is 41,999,999,999.99999 ns), and nothing else. */
function whole(quantity: Quantity, value: number, text: string, finest: string): number {
  const rounded = Math.round(value);
  if (!Number.isSafeInteger(rounded)) throw notA(quantity, text, 'it is too large');
  if (Math.abs(value - rounded) > 1e-9 * Math.max(1, value)) throw notA(quantity, text, finest);
  return rounded;
}

/** Longer texts are cut in messages. */
const MAX_SHOWN = 60;

const TITLES: Readonly<Record<Quantity, string>> = {
  duration: 'duration',
  size: 'size',
  rate: 'rate',
  byteRate: 'rate of bytes',
  ratio: 'ratio',
  count: 'count',
  factor: 'factor',
};

function notA(quantity: Quantity, text: string, why?: string): UnitError {
  const reason = why ?? (/^\s*-/.test(text) ? 'it must not be negative' : null);
  const example = QUANTITIES[quantity].examples.join(' or ');
  const shown = text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}...` : text;
  return new UnitError(
    `"${shown}" is not a ${TITLES[quantity]}${reason === null ? '' : `: ${reason}`}; write for example ${example}`,
  );
}
