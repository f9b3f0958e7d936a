/** What metrics are measured in: how a limit is read in that unit, and how a value is shown. */
import {
  formatDuration,
  formatRate,
  formatSize,
  parseCount,
  parseDuration,
  parseFactor,
  parseRate,
  parseRatio,
  parseSize,
} from '../units.ts';

/** `share` is in [0, 1], shown in percent; `factor` has no dimension, such as max over mean. */
export type Unit = 'ms' | 'share' | 'count' | 'bytes' | 'perSec' | 'factor';

interface Amounts {
  /** @throws UnitError with advice */
  readonly read: (text: string) => number;
  readonly show: (value: number) => string;
  /** What the unit is called in an error. */
  readonly named: string;
}

export const AMOUNTS: Readonly<Record<Unit, Amounts>> = {
  ms: {
    read: (text) => parseDuration(text) / 1e6,
    show: (value) => signed(value, (ms) => formatDuration(Math.round(significant(ms) * 1e6))),
    named: 'a duration',
  },
  share: { read: parseRatio, show: (value) => `${significant(value * 100)}%`, named: 'a share' },
  count: {
    read: parseCount,
    show: (value) => String(Number.isInteger(value) ? value : significant(value)),
    named: 'a count',
  },
  bytes: {
    read: parseSize,
    show: (value) => signed(value, (bytes) => formatSize(Math.round(bytes))),
    named: 'a size',
  },
  perSec: {
    read: parseRate,
    show: (value) => signed(value, (rate) => formatRate(Math.round(rate))),
    named: 'a rate',
  },
  factor: {
    read: (text) => (text.endsWith('x') ? parseFactor(text) : parseRatio(text)),
    show: (value) => String(significant(value)),
    named: 'a factor',
  },
};

export function showAmount(value: number, unit: Unit): string {
  return Number.isFinite(value) ? AMOUNTS[unit].show(value) : 'never';
}

/** Three digits: more are noise to a reader. */
function significant(value: number): number {
  return Number(value.toPrecision(3));
}

function signed(value: number, show: (size: number) => string): string {
  return value < 0 ? `-${show(-value)}` : show(value);
}
