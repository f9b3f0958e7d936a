/** Node load over time: node x step, coloured by utilization. */
import type { RunResult } from '../../sim/result.ts';
import { percent } from '../format.ts';
import { inProse } from '../ranked.ts';
import { CLASSES, columnSteps, type HeatmapData, levelsOf } from './heatmap.ts';

const NODES_MAX = 40;

/** Busiest node first: an even cluster looks even, a hot node is a stripe at the top. */
export function busyMap(run: RunResult): HeatmapData {
  const { stepMs, utilization } = run.timeline;
  const bin = columnSteps(utilization[0]?.length ?? 0);
  const order = run.nodes
    .map((node, i) => ({ node, i }))
    .sort((a, b) => b.node.utilization - a.node.utilization || a.i - b.i)
    .slice(0, NODES_MAX);
  const values = order.map(({ i }) => binned(utilization[i]!, bin));
  return {
    strategy: run.strategy,
    rows: order.map(({ node }) => node.id),
    stepMs: stepMs * bin,
    values,
    levels: levelsOf(values, levelOf),
    unit: 'busy',
  };
}

/** Whole percent, the highest of the steps binned together. */
function binned(values: readonly number[], bin: number): number[] {
  return Array.from({ length: Math.ceil(values.length / bin) }, (_, column) =>
    Math.round(100 * Math.max(...values.slice(column * bin, (column + 1) * bin))),
  );
}

function levelOf(busy: number): number {
  return Math.min(CLASSES - 1, Math.floor(busy / CLASSES));
}

/** The lower edges of the classes. */
export const BUSY_LEGEND: readonly string[] = Array.from({ length: CLASSES }, (_, level) => `${level * 10}%`);

/** How long nodes were close to saturation, by strategy. */
export function busyFinding(runs: readonly RunResult[]): string {
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
