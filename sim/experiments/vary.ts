/**
 * What a sweep varies: `cluster.shards=4..16:2` or `workload.keys.popularity.zipf=0.6,0.9`. Values stay text, as
 * after `--set`: the scenario's own reader knows their units.
 *
 *     a,b,c         a list; commas inside brackets, braces or quotes are part of a value
 *     4..16:2       from, to, step: 4, 6, ... 16
 *     1k..64k:log7  seven values, evenly spaced by their logarithms
 *     1..10         any number between, to be sampled; 1..10:log, by logarithms
 */

/** A `--vary` that cannot be used; the message says what is accepted. */
export class VaryError extends Error {
  override readonly name = 'VaryError';
}

export interface Dimension {
  readonly path: string;
  /** Null where values can only be sampled. */
  readonly values: readonly string[] | null;
  /** The value at `u` in [0, 1), evenly over what is accepted. */
  sample(u: number): string;
}

/** One point of a sweep: the value of each path, in the order of `--vary`. */
export type Cell = readonly { readonly path: string; readonly value: string }[];

/** More is a typing mistake. */
const MAX_CELLS = 100_000;
const ACCEPTED = 'a list (4,8,16), a range with a step (4..16:2) or by logarithms (1k..64k:log7)';

export function parseVary(source: string): Dimension {
  const refuse = (why: string): VaryError => new VaryError(`--vary ${source}: ${why}`);
  const equals = source.indexOf('=');
  const path = source.slice(0, Math.max(0, equals)).trim();
  if (path === '') throw refuse('needs path=values, as in cluster.shards=4..16:2');
  return dimensionOf(path, source.slice(equals + 1).trim(), refuse);
}

/** @param spec as after the `=` of --vary */
export function dimensionOf(
  path: string,
  spec: string,
  refuse: Refuse = (why) => new VaryError(`${spec} ${why}`),
): Dimension {
  if (spec === '') throw refuse(`has no values; accepted: ${ACCEPTED}`);
  const range = /^(.+?)\.\.([^:]+)(?::(.+))?$/.exec(spec);
  const [from, to] = [quantity(range?.[1]), quantity(range?.[2])];
  if (range === null || from === null || to === null) return listed(path, splitList(spec), refuse);
  if (from.unit !== to.unit)
    throw refuse(`${from.text} and ${to.text} are in different units; write both in the same`);
  if (to.value < from.value) throw refuse(`a range goes up, as in ${to.text}..${from.text}`);
  const step = range[3]?.trim() ?? null;
  const log = step === null ? null : /^log(\d*)$/.exec(step);
  if (log !== null && from.value <= 0)
    throw refuse(`there is no logarithm of ${from.text}; begin above zero`);
  const between = { path, from, to, log: log !== null };
  if (step === null || (log !== null && log[1] === '')) return continuous(between);
  if (log !== null) return listed(path, spaced(between, Number(log[1]), refuse), refuse);
  return listed(path, stepped(between, step, refuse), refuse);
}

/** Every combination; the last dimension varies fastest. */
export function gridOf(dimensions: readonly Dimension[]): Cell[] {
  refuseTwice(dimensions);
  const open = dimensions.find(({ values }) => values === null);
  if (open !== undefined)
    throw new VaryError(
      `--vary ${open.path}: a grid needs a step, as in 4..16:2 or 1..64:log7; or sample with --random or --latin`,
    );
  const count = dimensions.reduce((product, { values }) => product * values!.length, 1);
  if (count > MAX_CELLS)
    throw new VaryError(`the grid has ${count} cells; at most ${MAX_CELLS} are accepted`);
  return dimensions.reduce<Cell[]>(
    (cells, { path, values }) => cells.flatMap((cell) => values!.map((value) => [...cell, { path, value }])),
    [[]],
  );
}

/** A path given twice would overwrite itself. */
export function refuseTwice(dimensions: readonly Dimension[]): void {
  const paths = dimensions.map(({ path }) => path);
  const twice = paths.find((path, at) => paths.indexOf(path) !== at);
  if (twice !== undefined) throw new VaryError(`--vary ${twice} is given twice; give all its values at once`);
}

interface Quantity {
  readonly text: string;
  readonly value: number;
  readonly unit: string;
}

interface Between {
  readonly path: string;
  readonly from: Quantity;
  readonly to: Quantity;
  readonly log: boolean;
}

type Refuse = (why: string) => VaryError;

/** A number with whatever unit follows it; null where there is none. */
function quantity(text: string | undefined): Quantity | null {
  const parts = /^\s*([-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)\s*([A-Za-z%µ][\w/%]*)?\s*$/.exec(text ?? '');
  if (parts === null) return null;
  return { text: text!.trim(), value: Number(parts[1]), unit: parts[2] ?? '' };
}

/** A dimension with just these values. */
export function listed(
  path: string,
  values: readonly string[],
  refuse: Refuse = (why) => new VaryError(why),
): Dimension {
  if (values.includes('')) throw refuse(`a value is missing between two commas; accepted: ${ACCEPTED}`);
  const twice = values.find((value, at) => values.indexOf(value) !== at);
  if (twice !== undefined) throw refuse(`${twice} is there twice`);
  return { path, values, sample: (u) => values[Math.floor(u * values.length)]! };
}

function splitList(spec: string): string[] {
  const parts: string[] = [''];
  let depth = 0;
  let quote = '';
  for (const char of spec) {
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if ('[{'.includes(char)) depth++;
    else if (']}'.includes(char)) depth--;
    if (char === ',' && depth === 0 && quote === '') parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts.map((part) => part.trim());
}

function stepped({ from, to }: Between, text: string, refuse: Refuse): string[] {
  const step = quantity(text);
  if (step === null || step.unit !== from.unit || !(step.value > 0))
    throw refuse(`the step ${text} is no number above zero in the unit of ${from.text}`);
  // A little over, so that 0.1 in steps of 0.1 reaches 0.3.
  const count = Math.floor((to.value - from.value) / step.value + 1e-9) + 1;
  if (count > MAX_CELLS) throw refuse(`are ${count} values; at most ${MAX_CELLS} are accepted`);
  return Array.from({ length: count }, (_, i) => written(from.value + i * step.value, 12, from.unit));
}

function spaced(between: Between, count: number, refuse: Refuse): string[] {
  if (count < 2 || count > MAX_CELLS) throw refuse(`log needs from 2 to ${MAX_CELLS} values, as in :log7`);
  const values = Array.from({ length: count }, (_, i) => pointAt(between, i / (count - 1)));
  // Few whole numbers may lie close together: 1..4:log7.
  return [...new Set(values)];
}

function continuous(between: Between): Dimension {
  const { path, from, to, log } = between;
  const whole = isWhole(between);
  const sample = (u: number): string =>
    whole && !log
      ? written(from.value + Math.floor(u * (to.value - from.value + 1)), 15, from.unit)
      : pointAt(between, u);
  return { path, values: null, sample };
}

/** Between whole numbers there are whole numbers; elsewhere six digits are enough to tell values apart. */
function pointAt(between: Between, share: number): string {
  const { from, to, log } = between;
  const value = log
    ? from.value * (to.value / from.value) ** share
    : from.value + share * (to.value - from.value);
  return isWhole(between) ? written(Math.round(value), 15, from.unit) : written(value, 6, from.unit);
}

/** In a unit, a fraction is as good as a whole number: 1.5k. */
function isWhole({ from, to }: Between): boolean {
  return from.unit === '' && Number.isInteger(from.value) && Number.isInteger(to.value);
}

function written(value: number, digits: number, unit: string): string {
  return `${Number(value.toPrecision(digits))}${unit}`;
}
