/**
 * Node load over time: node x step, coloured by utilization on one scale for every strategy. Drawn as plain SVG
 * with one path per colour, which stays small, sharp and printable where a canvas would not.
 */
import { interpolateInferno, interpolateYlOrRd, scaleLinear, scaleQuantize } from 'd3';
import type { RunResult } from '../../sim/result.ts';
import { percent } from '../format.ts';
import { inProse } from '../ranked.ts';

/** What the page needs of one strategy: percentages, binned where there is more than can be seen. */
export interface HeatmapData {
  strategy: string;
  nodes: string[];
  stepMs: number;
  /** [node][step]; whole percent, the highest of the steps binned together. */
  busy: number[][];
  nodesLeftOut: number;
}

const COLUMNS_MAX = 120;
const NODES_MAX = 40;
const CLASSES = 10;

/** Busiest node first: an even cluster looks even, a hot node is a stripe at the top. */
export function heatmapData(run: RunResult): HeatmapData {
  const { stepMs, utilization } = run.timeline;
  const bin = Math.max(1, Math.ceil((utilization[0]?.length ?? 0) / COLUMNS_MAX));
  const order = run.nodes
    .map((node, i) => ({ node, i }))
    .sort((a, b) => b.node.utilization - a.node.utilization || a.i - b.i);
  const kept = order.slice(0, NODES_MAX);
  return {
    strategy: run.strategy,
    nodes: kept.map(({ node }) => node.id),
    stepMs: stepMs * bin,
    busy: kept.map(({ i }) => binned(utilization[i]!, bin)),
    nodesLeftOut: order.length - kept.length,
  };
}

function binned(values: readonly number[], bin: number): number[] {
  return Array.from({ length: Math.ceil(values.length / bin) }, (_, column) =>
    Math.round(100 * Math.max(...values.slice(column * bin, (column + 1) * bin))),
  );
}

const classOf = scaleQuantize<number>()
  .domain([0, 100])
  .range(Array.from({ length: CLASSES }, (_, i) => i));

/** One path per colour class, in units of steps and nodes; neighbours of one class are joined. */
export function heatmapPaths({ busy }: HeatmapData): { level: number; d: string }[] {
  const paths = Array.from({ length: CLASSES }, () => '');
  for (const [row, values] of busy.entries())
    for (let from = 0; from < values.length; ) {
      const level = classOf(values[from]!);
      let to = from + 1;
      while (to < values.length && classOf(values[to]!) === level) to++;
      paths[level] += `M${from} ${row}h${to - from}v1h${from - to}z`;
      from = to;
    }
  return paths.map((d, level) => ({ level, d })).filter(({ d }) => d !== '');
}

/** CSS of the colour classes, light to dark on paper and the reverse at night. */
export function heatmapColors(): { light: string; dark: string } {
  const light = scaleLinear([0, CLASSES - 1], [0.02, 1]);
  const dark = scaleLinear([0, CLASSES - 1], [0.1, 0.96]);
  const ramp = (color: (level: number) => string) =>
    Array.from({ length: CLASSES }, (_, level) => `--heat-${level}:${color(level)};`).join('');
  return {
    light: ramp((level) => interpolateYlOrRd(light(level))),
    dark: ramp((level) => interpolateInferno(dark(level))),
  };
}

/** The classes with what they mean, for the legend. */
export function heatmapLegend(): { level: number; label: string }[] {
  return Array.from({ length: CLASSES }, (_, level) => ({
    level,
    label: `${level * CLASSES}%`,
  }));
}

/** How long nodes were close to saturation, by strategy. */
export function heatmapFinding(runs: readonly RunResult[]): string {
  const hot = (run: RunResult) => {
    const cells = run.timeline.utilization.flat();
    return cells.length === 0 ? 0 : cells.filter((value) => value >= 0.8).length / cells.length;
  };
  const sorted = runs.toSorted((a, b) => hot(a) - hot(b));
  const [best, worst] = [sorted[0]!, sorted.at(-1)!];
  if (hot(worst) === 0) return 'No node is ever above 80% busy';
  const of = (run: RunResult) => `${percent(hot(run))} of node time under ${inProse(run.strategy)}`;
  const least = hot(best) === 0 ? `never under ${inProse(best.strategy)}` : of(best);
  return `Nodes are above 80% busy for ${of(worst)}${best === worst ? '' : `, ${least}`}`;
}
