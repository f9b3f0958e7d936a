/** Every metric a gate can name, and the short names for the usual ones. */
import { FAULT_METRICS } from './fault-metrics.ts';
import type { Metric } from './metric.ts';
import { NODE_METRICS } from './node-metrics.ts';
import { RUN_METRICS } from './run-metrics.ts';

export const METRICS: readonly Metric[] = [...RUN_METRICS, ...NODE_METRICS, ...FAULT_METRICS];

export const SHORT_NAMES: Readonly<Record<string, string>> = {
  mean: 'responseTime.mean',
  p50: 'responseTime.p50',
  p90: 'responseTime.p90',
  p99: 'responseTime.p99',
  p999: 'responseTime.p999',
  p9999: 'responseTime.p9999',
  failed: 'failedShare',
  hitRatio: 'cache.hitRatio',
  unavailability: 'unavailableTime',
};

const byName = new Map(METRICS.map((metric) => [metric.name, metric]));

export function metricNamed(name: string): Metric | undefined {
  return byName.get(Object.hasOwn(SHORT_NAMES, name) ? SHORT_NAMES[name]! : name);
}

export function metricNames(): string[] {
  return [...Object.keys(SHORT_NAMES), ...byName.keys()];
}
