/** How busy each node is over the whole run: one mark per node, one row per strategy. */
import type { RunResult } from '../../sim/result.ts';
import { integer, percent, percentFine } from '../format.ts';
import { hottestNode, inProse } from '../ranked.ts';
import { type Chart, drawable } from './chart.ts';
import {
  CHART_CONFIG,
  CHART_WIDTH,
  FOCUS_OPACITY,
  FOCUS_PARAM,
  ROW_HEIGHT,
  seriesScales,
  seriesStyles,
  TICKS_X,
} from './theme.ts';

const TABLE_NODES_MAX = 40;

export function nodeLoadChart(runs: readonly RunResult[]): Chart {
  const scales = seriesScales(seriesStyles(runs));
  const values = runs.flatMap((run) =>
    run.nodes.map((node) => ({
      x: drawable(node.utilization),
      strategy: run.strategy,
      node: inProse(node.id),
      busy: percent(node.utilization),
      role: node.role,
    })),
  );
  const top = Math.max(1, ...values.map((value) => value.x ?? 0));
  return {
    id: 'node-load',
    topic: 'Balance',
    title: finding(runs),
    howToRead:
      'Each mark is a node, placed by the share of the run it was busy. Marks close together: an even keel. A ' +
      'mark far to the right is where queues form; filled marks are primaries at the end of the run, hollow ones replicas.',
    spec: {
      config: CHART_CONFIG,
      width: CHART_WIDTH,
      height: ROW_HEIGHT * runs.length,
      autosize: { type: 'fit-x', contains: 'padding' },
      params: [FOCUS_PARAM],
      data: { values },
      mark: { type: 'point', size: 70, strokeWidth: 1.8 },
      encoding: {
        x: {
          field: 'x',
          type: 'quantitative',
          scale: { domain: [0, top], nice: false },
          axis: { title: 'utilization over the whole run', format: '.0%', tickCount: TICKS_X },
        },
        y: {
          field: 'strategy',
          type: 'nominal',
          scale: { domain: runs.map((run) => run.strategy) },
          axis: { title: null, grid: true, labelColor: 'var(--ink)' },
        },
        color: { field: 'strategy', type: 'nominal', scale: scales.color, legend: null },
        shape: { field: 'strategy', type: 'nominal', scale: scales.shape, legend: null },
        fill: {
          condition: { test: "datum.role === 'replica'", value: 'transparent' },
          field: 'strategy',
          type: 'nominal',
          scale: scales.color,
          legend: null,
        },
        opacity: FOCUS_OPACITY,
        tooltip: [
          { field: 'node', type: 'nominal' },
          { field: 'role', type: 'nominal' },
          { field: 'busy', type: 'nominal' },
          { field: 'strategy', type: 'nominal' },
        ],
      },
    },
    table: {
      head: ['strategy', 'node', 'role', 'busy', 'attempts', 'share', 'longest queue'],
      rows: runs.flatMap((run) =>
        run.nodes
          .toSorted((a, b) => b.utilization - a.utilization)
          .slice(0, TABLE_NODES_MAX)
          .map((node) => [
            run.strategy,
            node.id,
            node.state === 'crashed' ? `${node.role}, crashed` : node.role,
            percent(node.utilization),
            integer(node.attempts),
            percentFine(node.share),
            integer(node.maxQueue),
          ]),
      ),
    },
    readout: null,
    overTime: false,
  };
}

function finding(runs: readonly RunResult[]): string {
  const sorted = runs.toSorted((a, b) => hottestNode(a).utilization - hottestNode(b).utilization);
  const of = (run: RunResult) =>
    `${percent(hottestNode(run).utilization)} busy under ${inProse(run.strategy)}`;
  const worst = sorted.at(-1)!;
  if (sorted.length === 1) return `The hottest node, ${inProse(hottestNode(worst).id)}, is ${of(worst)}`;
  return `The hottest node is ${of(worst)}, but only ${of(sorted[0]!)}`;
}
