/**
 * What a gate's values say before they are judged together with the other gates. The harm of a seed is how far it
 * is on the wrong side: value - limit for `<`, limit - value for `>`. A gate holds while the mean harm is at most
 * the slack that `baseline + 5%` grants.
 *
 * Some cases need no statistics. One run of an absolute gate is exact: a seeded run has no noise. Equality, and
 * promises about every run (no lost write), hold for each seed or not at all. A value that never came (no
 * recovery) breaks its gate whatever the other seeds say, and so does the first lost write where the same seeds of
 * the baseline lost none: a step from zero is not measured in percent.
 */
import {
  type Estimate,
  estimateMean,
  estimatePaired,
  estimateUnpaired,
  type Interval,
  intervalOf,
} from '../statistics/estimate.ts';
import { momentsOf } from '../statistics/moments.ts';
import { ratioInterval } from '../statistics/ratio-interval.ts';
import type { Gate } from './check.ts';

/** Values by seed. */
export type Values = ReadonlyMap<number, number>;

export interface Figures {
  /** Mean over seeds, or ratio of means. */
  readonly got: number;
  readonly interval: Interval | null;
  /** What `got` is held against: for a baseline, its mean plus the slack. */
  readonly limit: number;
  /** Mean of the baseline; null without one. */
  readonly baseline: number | null;
  readonly seeds: number;
  /** Seed for seed against the baseline, or between the terms of a ratio. */
  readonly paired: boolean;
  /** Seed of the largest harm: the one to look at. */
  readonly worstSeed: number;
}

export interface Sample {
  readonly kind: 'sample';
  readonly figures: Figures;
  readonly harm: Estimate;
  readonly slack: number;
}

export type Evidence =
  | Sample
  | { readonly kind: 'settled'; readonly figures: Figures; readonly holds: boolean }
  | { readonly kind: 'nothing'; readonly why: string };

/** `value < 5ms`, over seeds. */
export function againstAmount(gate: Gate, values: Values, limit: number, level: number): Evidence {
  const list = [...values.values()];
  const harms = list.map((value) => harmOf(gate, value, limit));
  const everySeed = list.length === 1 || gate.comparator === '==' || gate.term.metric.everySeed === true;
  const figures = figuresOf([...values.keys()], list, harms, limit, level);
  if (everySeed || !harms.every(Number.isFinite))
    return { kind: 'settled', figures, holds: list.every((value) => holds(gate, value, limit)) };
  return { kind: 'sample', figures, harm: estimateMean(harms), slack: 0 };
}

/** `ratio(over, under) < limit`: whether over - limit * under is negative, seed by seed. */
export function againstRatio(
  gate: Gate,
  over: Values,
  under: Values,
  limit: number,
  level: number,
): Evidence {
  const seeds = commonSeeds(over, under);
  if (seeds.length === 0) return nothing('the two strategies of the ratio have no seed in common');
  const tops = seeds.map((seed) => over.get(seed)!);
  const bottoms = seeds.map((seed) => under.get(seed)!);
  if (bottoms.some((bottom) => bottom === 0)) return nothing('the lower term of the ratio is zero');
  const harms = tops.map((top, i) => harmOf(gate, top, limit * bottoms[i]!));
  if (harms.some(Number.isNaN)) return nothing('both terms of the ratio are without end');
  const finite = harms.every(Number.isFinite);
  const figures = {
    ...figuresOf(seeds, tops, harms, limit, level),
    got: finite ? momentsOf(tops).mean / momentsOf(bottoms).mean : meanOf(tops) / meanOf(bottoms),
    interval: finite ? ratioInterval(bottoms, tops, level) : null,
    paired: true,
  };
  if (seeds.length > 1 && finite && gate.comparator !== '==')
    return { kind: 'sample', figures, harm: estimateMean(harms), slack: 0 };
  return { kind: 'settled', figures, holds: tops.every((top, i) => holds(gate, top / bottoms[i]!, limit)) };
}

/** `value <= baseline + 5%`: paired where the seeds are the same. */
export function againstBaseline(gate: Gate, values: Values, base: Values, level: number): Evidence {
  if (gate.limit.kind !== 'baseline') throw new TypeError('the limit of this gate is not a baseline');
  const common = commonSeeds(values, base);
  const paired = common.length >= 2 || (common.length === 1 && values.size === 1 && base.size === 1);
  const seeds = paired ? common : [...values.keys()];
  const after = seeds.map((seed) => values.get(seed)!);
  const before = paired ? seeds.map((seed) => base.get(seed)!) : [...base.values()];
  const baseline = meanOf(before);
  const limit = baseline + gate.limit.absolute + gate.limit.relative * Math.abs(baseline);
  const harms = after.map((value, i) => harmOf(gate, value, paired ? before[i]! : baseline));
  const figures = { ...figuresOf(seeds, after, harms, limit, level), baseline, paired };
  if (![...after, ...before].every(Number.isFinite)) return endless(gate, after, before, figures);
  if (gate.comparator === '==') {
    if (!paired) return nothing('an exact comparison needs the seeds of the baseline');
    return { kind: 'settled', figures, holds: after.every((value, i) => value === before[i]) };
  }
  const fromZero = gate.term.metric.everySeed && paired && before.every((value) => value === 0);
  if (fromZero && after.some((value) => harmOf(gate, value, limit) > 0))
    return { kind: 'settled', figures, holds: false };
  const sign = gate.comparator.startsWith('<') ? 1 : -1;
  const change = paired ? estimatePaired(before, after) : estimateUnpaired(before, after);
  return {
    kind: 'sample',
    figures,
    harm: { ...change, mean: sign * change.mean },
    slack: sign * (limit - baseline),
  };
}

/** Some value never came: worse than a baseline where it always did, unknown where it did not there either. */
function endless(
  gate: Gate,
  after: readonly number[],
  before: readonly number[],
  figures: Figures,
): Evidence {
  const never = (values: readonly number[]): number =>
    values.filter((value) => !Number.isFinite(value)).length;
  const more = never(after) / after.length - never(before) / before.length;
  if (more !== 0) return { kind: 'settled', figures, holds: more < 0 };
  return nothing(`${gate.term.metric.name} is without end here and in the baseline alike`);
}

function holds({ comparator }: Gate, value: number, limit: number): boolean {
  if (comparator === '==') return value === limit;
  if (comparator === '<') return value < limit;
  if (comparator === '<=') return value <= limit;
  return comparator === '>' ? value > limit : value >= limit;
}

function harmOf({ comparator }: Gate, value: number, limit: number): number {
  if (comparator === '==') return Math.abs(value - limit);
  return comparator.startsWith('<') ? value - limit : limit - value;
}

function commonSeeds(a: Values, b: Values): number[] {
  return [...a.keys()].filter((seed) => b.has(seed));
}

export function nothing(why: string): Evidence {
  return { kind: 'nothing', why };
}

/** Infinite where one of the values is. */
function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function figuresOf(
  seeds: readonly number[],
  values: readonly number[],
  harms: readonly number[],
  limit: number,
  level: number,
): Figures {
  const finite = values.every(Number.isFinite);
  return {
    got: finite ? momentsOf(values).mean : meanOf(values),
    interval: finite ? intervalOf(estimateMean(values), level) : null,
    limit,
    baseline: null,
    seeds: seeds.length,
    paired: false,
    worstSeed: seeds[harms.indexOf(Math.max(...harms))] ?? seeds[0]!,
  };
}
