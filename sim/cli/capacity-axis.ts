/**
 * What `capacity` varies: a whole number such as `cluster.shards`, or a rate on a grid of equal ratios. As places
 * for the bracket, so that a higher place is an easier one: more shards, fewer requests.
 */
import { isMap, parsePath, valueAt } from '../../scenarios/draft.ts';
import type { ScenarioStrategy } from '../../scenarios/scenario.ts';
import type { Places } from '../experiments/bracket.ts';
import { formatRate, parseCount, parseRate, UnitError } from '../units.ts';
import { usageError } from './failures.ts';

export interface Axis {
  readonly path: string;
  readonly find: 'fewest' | 'most';
  /** The ends in the order they are written. */
  readonly range: readonly [string, string];
  /** @param start null: the axis does not know where this strategy stands */
  placesFrom(start: number | null): Places;
  valueAt(place: number): number;
  /** As after `--set`, and for people. */
  written(place: number): string;
}

const EXAMPLE = '--vary cluster.shards, --vary cluster.shards=2..64 or --vary workload.rate=1k/s..1M/s';
const MOST_OF_A_COUNT = 1024;
/** A rate may be so many times the scenario's, or so small a part of it. */
const RATE_FACTOR = 1000;

/** @param resolution ratio of neighbouring rates, minus one */
export function parseAxis(
  given: string,
  wanted: 'fewest' | 'most' | null,
  resolution: number,
): (own: number | null) => Axis {
  const parts = /^\s*([^=\s]+?)\s*(?:=\s*([^.]\S*?)\.\.(\S+)\s*)?$/.exec(given);
  if (parts === null)
    throw usageError(`--vary ${given}: needs a path, and ends where they matter: ${EXAMPLE}`);
  const [, path, from, to] = parts as unknown as [string, string, string?, string?];
  const isRate = parsePath(path).at(-1) === 'rate';
  const find = wanted ?? (isRate ? 'most' : 'fewest');
  const read = (text: string): number => {
    try {
      return (isRate ? parseRate : parseCount)(text);
    } catch (error) {
      if (!(error instanceof UnitError)) throw error;
      throw usageError(`--vary ${given}: ${error.message}`);
    }
  };
  const ends = from === undefined || to === undefined ? null : ([read(from), read(to)] as const);
  if (ends !== null && !(ends[0] < ends[1]))
    throw usageError(`--vary ${given}: a range goes up, as in ${to}..${from}`);
  if (ends !== null && isRate && ends[0] <= 0) throw usageError(`--vary ${given}: a rate is above zero`);
  return (own) => {
    if (own === null && ends === null)
      throw usageError(
        `--vary ${given}: the scenario has no number there to begin from; say where to look: ${path}=1..64`,
      );
    return isRate
      ? rateAxis(path, find, ends ?? [own! / RATE_FACTOR, own! * RATE_FACTOR], own ?? ends![0], resolution)
      : countAxis(path, find, ends ?? [path.endsWith('.replicas') ? 0 : 1, Math.max(own!, MOST_OF_A_COUNT)]);
  };
}

type Ends = readonly [low: number, high: number];

function countAxis(path: string, find: Axis['find'], [low, high]: Ends): Axis {
  return axis(
    path,
    find,
    [low, high],
    (value) => Math.round(value),
    (index) => index,
    String,
  );
}

/** @param anchor a rate of the grid: the scenario's own, so that every strategy is asked at the same rates */
function rateAxis(
  path: string,
  find: Axis['find'],
  [low, high]: Ends,
  anchor: number,
  resolution: number,
): Axis {
  const step = Math.log1p(resolution);
  const index = (value: number) => Math.round(Math.log(value / anchor) / step);
  const value = (at: number) => (at === 0 ? anchor : Number((anchor * Math.exp(at * step)).toPrecision(3)));
  return axis(path, find, [low, high], index, value, formatRate);
}

function axis(
  path: string,
  find: Axis['find'],
  [low, high]: Ends,
  toIndex: (value: number) => number,
  toValue: (index: number) => number,
  write: (value: number) => string,
): Axis {
  const sign = find === 'fewest' ? 1 : -1;
  const ends = [sign * toIndex(low), sign * toIndex(high)].sort((a, b) => a - b) as [number, number];
  const valueAtPlace = (place: number) => toValue(sign * place);
  return {
    path,
    find,
    range: [write(toValue(toIndex(low))), write(toValue(toIndex(high)))],
    placesFrom: (start) => {
      const [hardest, easiest] = ends;
      const wished = start === null ? Math.round((hardest + easiest) / 2) : sign * toIndex(start);
      return { start: Math.min(easiest, Math.max(hardest, wished)), hardest, easiest };
    },
    valueAt: valueAtPlace,
    written: (place) => write(valueAtPlace(place)),
  };
}

/** The number that a strategy has there now: in its settings, or among its own parameters. */
export function currentValue(path: string, strategy: ScenarioStrategy): number | null {
  const steps = parsePath(path);
  const inSettings = valueAt(strategy.settings, steps);
  if (typeof inSettings === 'number') return inSettings;
  const own = steps[0] === 'strategies' ? valueAt(strategy.input, steps.slice(2)) : undefined;
  return typeof own === 'number' ? own : null;
}

/** `path=value` for `--set`, laid over the strategy's own `with` where that has a word on it. */
export function assignmentFor(path: string, value: string, { name, input }: ScenarioStrategy): string {
  const own = typeof input === 'string' ? {} : (input.with ?? {});
  const key = Object.keys(own).find((candidate) => path === candidate || path.startsWith(`${candidate}.`));
  if (key === undefined || !isMap(own)) return `${path}=${value}`;
  const rest = path === key ? [] : path.slice(key.length + 1).split('.');
  const plain: unknown = /^\d+$/.test(value) ? Number(value) : value;
  const inner = rest.reduceRight((below, step) => ({ [step]: below }), plain);
  return `strategies.${name}.with=${JSON.stringify({ [key]: inner })}`;
}
