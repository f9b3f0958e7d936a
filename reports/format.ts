/** Numbers as people read them. No locale: the same text everywhere. */

/** What is shown where there is no value. */
export const ABSENT = '–';

/** 1234567.8 -> `1,234,568` */
export function integer(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** Three significant digits, never an exponent: 0.0412, 1.84, 25.1, 412, 2,003. */
function three(value: number): string {
  if (value === 0) return '0';
  const digits = 2 - Math.floor(Math.log10(Math.abs(value)));
  return digits <= 0 ? integer(value) : value.toFixed(Math.min(digits, 6));
}

/** Milliseconds without their unit, for columns whose head names it. */
export function millis(ms: number | null): string {
  return ms === null ? ABSENT : three(ms);
}

/** 0.21 ms, 412 ms, 15.2 s */
export function duration(ms: number | null): string {
  if (ms === null) return ABSENT;
  if (ms === 0) return '0 s';
  return Math.abs(ms) < 999.5 ? `${three(ms)} ms` : `${three(ms / 1000)} s`;
}

/** A moment of the run: 20 s, 21.35 s. */
export function moment(ms: number): string {
  return `${Number((ms / 1000).toFixed(2))} s`;
}

/** 0.0523 -> `5.2%`, 0.712 -> `71%`, 0.0008 -> `0.08%`, 0.00002 -> `<0.01%`; `100%` is all, 0.9999 `>99.9%` */
export function percent(ratio: number | null): string {
  if (ratio === null) return ABSENT;
  const value = ratio * 100;
  if (value === 0) return '0%';
  if (value < 0.005) return '<0.01%';
  if (value >= 99.5 && value < 100) return value >= 99.95 ? '>99.9%' : `${value.toFixed(1)}%`;
  return `${value.toFixed(value < 0.995 ? 2 : value < 9.95 ? 1 : 0)}%`;
}

/** 0.1128 -> `11.3%`: shares that are compared with each other. */
export function percentFine(ratio: number): string {
  return `${(ratio * 100).toFixed(1)}%`;
}

/** 38580 -> `38.6k/s` */
export function rate(perSec: number): string {
  if (perSec >= 999_500) return `${three(perSec / 1e6)}M/s`;
  if (perSec >= 1000) return `${three(perSec / 1000)}k/s`;
  return `${three(perSec)}/s`;
}

/** 4096 -> `4 KiB` */
export function bytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  return `${Number(three(value / 1024 ** power).replaceAll(',', ''))} ${units[power]}`;
}

/** `1 key`, `2 keys` */
export function counted(count: number, noun: string): string {
  return `${integer(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c` */
export function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
