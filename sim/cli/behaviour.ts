/** What a seeded run does is exact, so any metric that moved is a change of behaviour: good, bad or neither. */
import type { BehaviourChange } from '../../reports/check-report.ts';
import { showAmount } from '../gates/amounts.ts';
import { metricNamed } from '../gates/catalogue.ts';
import { momentsOf } from '../statistics/moments.ts';

/** Null: nothing to measure. Text: `never`, as it did not happen before the run ended, or a fingerprint. */
export type StoredValue = number | string | null;

/** Kept beside the metrics: it moves with anything that happened in a run. */
export const FINGERPRINT = 'fingerprint';

/** By strategy, by metric, by seed. */
export type Measurements = ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<number, StoredValue>>>;

/** Over the seeds that both know; the largest relative change first. */
export function changesBetween(before: Measurements, after: Measurements): BehaviourChange[] {
  const changes = [...after].flatMap(([strategy, metrics]) => {
    const old = before.get(strategy) ?? new Map<string, Column>();
    const found = [...new Set([...old.keys(), ...metrics.keys()])].flatMap((metric) => {
      const change = changeOf(old.get(metric) ?? new Map(), metrics.get(metric) ?? new Map(), metric);
      return change === null ? [] : [{ strategy, metric, ...change }];
    });
    // It tells nothing where a metric tells what it is about.
    return found.length > 1 ? found.filter(({ metric }) => metric !== FINGERPRINT) : found;
  });
  const size = ({ relative }: BehaviourChange) => (relative === null ? Infinity : Math.abs(relative));
  return changes.sort((a, b) => (size(a) === size(b) ? 0 : size(b) - size(a)));
}

type Column = ReadonlyMap<number, StoredValue>;

function changeOf(
  was: Column,
  now: Column,
  metric: string,
): Omit<BehaviourChange, 'strategy' | 'metric'> | null {
  const seeds = was.size === 0 || now.size === 0 ? [...was.keys(), ...now.keys()] : [...now.keys()];
  const common = seeds.filter((seed) => was.size === 0 || now.size === 0 || was.has(seed));
  const moved = common.filter((seed) => (was.get(seed) ?? null) !== (now.get(seed) ?? null));
  if (moved.length === 0) return null;
  const [before, after] = [meanOf(was, common), meanOf(now, common)];
  const relative =
    typeof before === 'number' && typeof after === 'number' && before !== 0
      ? (after - before) / Math.abs(before)
      : null;
  return { was: shown(before, metric), now: shown(after, metric), relative, seedsMoved: moved.length };
}

function meanOf(column: Column, seeds: readonly number[]): StoredValue {
  const values = seeds.map((seed) => column.get(seed) ?? null);
  const text = values.find((value) => typeof value === 'string');
  if (text !== undefined) return text;
  const numbers = values.filter((value) => typeof value === 'number');
  return numbers.length === 0 ? null : momentsOf(numbers).mean;
}

/** Three digits; a change too small to be seen in them is told by its percentage. */
function shown(value: StoredValue, name: string): string {
  const metric = metricNamed(name);
  if (typeof value !== 'number') return value ?? 'nothing';
  return metric === undefined ? String(Number(value.toPrecision(6))) : showAmount(value, metric.unit);
}
