/**
 * Conditions under which a fault strikes: `utilization(node-3) > 90% for 2s`.
 *
 * Somebody looks every 100 ms of simulated time, from 100 ms on. What can be counted is counted over the second before
 * that moment, or since the start of a younger run; what stands (a queue, memory, requests in flight) is taken as it
 * stands. Without a value (no request ended, no get was answered) a condition does not hold. With `for`, it must hold at
 * every look for so long: at the first, and still so much later. `any` node: one and the same node all the time.
 */
import type { Unit } from '../gates/amounts.ts';
import type { Nanos, NodeId } from '../strategy.ts';

export const LOOK_NS: Nanos = 100e6;
export const WINDOW_NS: Nanos = 1000e6;

export const COMPARATORS = ['<', '<=', '>', '>='] as const;
export type Comparator = (typeof COMPARATORS)[number];

/** Whose value: the whole cluster's; of these nodes together; or each node's that has this role by then. */
export type Whose =
  | { readonly kind: 'all' }
  | { readonly kind: 'together'; readonly nodes: readonly NodeId[] }
  | { readonly kind: 'any'; readonly role: AnyRole };

export const ANY_ROLES = ['node', 'primary', 'replica'] as const;
type AnyRole = (typeof ANY_ROLES)[number];

interface ConditionMetric {
  readonly unit: Unit;
  /** What stands in parentheses. */
  readonly of: 'nothing' | 'node' | 'node or zone';
  readonly explains: string;
}

export const CONDITION_METRICS = {
  utilization: {
    unit: 'share',
    of: 'node or zone',
    explains: 'busy share of the service threads of a node, or of all nodes of a zone',
  },
  queue: { unit: 'count', of: 'node', explains: 'requests that wait at a node' },
  memory: { unit: 'share', of: 'node', explains: 'used share of the memory limit of a node' },
  failedShare: { unit: 'share', of: 'nothing', explains: 'requests that failed, of those that ended' },
  p99: {
    unit: 'ms',
    of: 'nothing',
    explains: '99th percentile of response times, a failed request counted as slower than any',
  },
  hitRatio: { unit: 'share', of: 'nothing', explains: 'gets that were hits' },
  inFlight: { unit: 'count', of: 'nothing', explains: 'requests that have not ended' },
} as const satisfies Record<string, ConditionMetric>;
export type ConditionMetricName = keyof typeof CONDITION_METRICS;

export interface Condition {
  /** As it was written. */
  readonly source: string;
  readonly metric: ConditionMetricName;
  readonly whose: Whose;
  readonly comparator: Comparator;
  /** In the metric's unit. */
  readonly limit: number;
  /** It must hold for so long; 0 for one look. */
  readonly forNs: Nanos;
}

/** NaN is no value: nothing holds. */
export function holds({ comparator, limit }: Condition, value: number): boolean {
  switch (comparator) {
    case '<':
      return value < limit;
    case '<=':
      return value <= limit;
    case '>':
      return value > limit;
    case '>=':
      return value >= limit;
  }
}
