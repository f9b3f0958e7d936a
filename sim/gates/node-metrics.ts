/** Metrics of single nodes, reduced to the worst or the mean of those selected; quantiles are never averaged. */
import type { NodeResult, RunResult } from '../result.ts';
import type { Metric, Reading } from './metric.ts';
import { share, sumOf } from './run-metrics.ts';

type OfNode = (node: NodeResult, index: number, run: RunResult, steps: Reading['steps']) => number | null;

const utilization: OfNode = (node, index, { timeline }, steps) =>
  steps === null
    ? node.utilization
    : share(sumOf(timeline.utilization[index] ?? [], steps), steps[1] - steps[0]);

const attemptShare: OfNode = (node, index, { timeline }, steps) => {
  if (steps === null) return node.share;
  const all = timeline.attempts.reduce((sum, column) => sum + sumOf(column, steps), 0);
  return share(sumOf(timeline.attempts[index] ?? [], steps), all);
};

const largest = (values: readonly number[]): number => Math.max(...values);
const smallest = (values: readonly number[]): number => Math.min(...values);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function nodeMetric(
  name: string,
  unit: Metric['unit'],
  better: Metric['better'],
  explains: string,
  ofNode: OfNode,
  reduce: (values: readonly number[]) => number,
  narrows: Metric['narrows'] = ['nodes', 'steps'],
): Metric {
  return {
    name,
    unit,
    better,
    explains,
    narrows,
    read: (run, { nodes, steps }) => {
      const values = run.nodes
        .map((node, index) => (nodes === null || nodes(node) ? ofNode(node, index, run, steps) : null))
        .filter((value) => value !== null);
      return values.length === 0 ? null : reduce(values);
    },
  };
}

export const NODE_METRICS: readonly Metric[] = [
  nodeMetric(
    'hottest.utilization',
    'share',
    'lower',
    'Busy share of the busiest node.',
    utilization,
    largest,
  ),
  nodeMetric('coldest.utilization', 'share', null, 'Busy share of the idlest node.', utilization, smallest),
  nodeMetric('mean.utilization', 'share', null, 'Busy share of the mean node.', utilization, mean),
  nodeMetric(
    'hottest.share',
    'share',
    'lower',
    'Largest share of all attempts on one node.',
    attemptShare,
    largest,
  ),
  nodeMetric(
    'hottest.maxQueue',
    'count',
    'lower',
    'Longest queue of any node.',
    (node) => node.maxQueue,
    largest,
    ['nodes'],
  ),
  nodeMetric(
    'slowest.p99',
    'ms',
    'lower',
    'Highest p99 response time of any node, over its own attempts.',
    (node) => node.responseTime.p99,
    largest,
    ['nodes'],
  ),
];
