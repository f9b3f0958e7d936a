/** Balance as a Lorenz curve: what share of the attempts the less loaded part of the nodes gets. */
import type { RunResult } from '../../sim/result.ts';
import { percentFine } from '../format.ts';
import { inProse } from '../ranked.ts';
import type { Chart } from './chart.ts';
import { linesSpec } from './lines.ts';

/** Null where there is one node, or none was asked anything. */
export function lorenzChart(runs: readonly RunResult[]): Chart | null {
  const drawn = runs.filter(({ nodes }) => nodes.length > 1 && nodes.some(({ attempts }) => attempts > 0));
  if (drawn.length === 0) return null;
  const steps = Math.max(...drawn.map(({ nodes }) => nodes.length));
  const x = Array.from({ length: steps + 1 }, (_, i) => i / steps);
  const curves = runs.map(({ nodes }) => curveOf(nodes.map(({ attempts }) => attempts)));
  const y = curves.map((curve) => x.map((share) => at(curve, share)));
  return {
    id: 'lorenz',
    topic: 'Balance',
    title: finding(drawn),
    howToRead:
      'Nodes are lined up from the least to the most asked; the line tells what share of all attempts the first of them ' +
      'got together. A perfectly even load is the straight diagonal; the deeper a line sags, the fewer nodes do the work. ' +
      'Nodes that only stand by, such as replicas that serve no reads, count as nodes.',
    spec: linesSpec({
      runs,
      x,
      y,
      height: 300,
      faults: [],
      axisX: {
        title: 'share of nodes, least asked first',
        type: 'linear',
        domain: [0, 1],
        label: "format(datum.value, '.0%')",
      },
      axisY: {
        title: 'share of attempts',
        type: 'linear',
        domain: [0, 1],
        label: "format(datum.value, '.0%')",
      },
    }),
    table: {
      head: ['strategy', 'Gini', 'max / mean', 'coefficient of variation', 'Jain’s index'],
      rows: runs.map(({ strategy, imbalance }) => [
        strategy,
        imbalance.gini.toFixed(3),
        imbalance.maxOverMean.toFixed(2),
        imbalance.cov.toFixed(3),
        imbalance.jain.toFixed(3),
      ]),
    },
    readout: {
      x,
      labels: x.map((share) => `the least asked ${percentFine(share)} of nodes`),
      values: y.map((row) => row.map(percentFine)),
    },
    overTime: false,
  };
}

/** Cumulated shares of the ascending values: [0, ..., 1]. */
function curveOf(values: readonly number[]): number[] {
  const total = Math.max(
    1,
    values.reduce((sum, value) => sum + value, 0),
  );
  const curve = [0];
  for (const value of values.toSorted((a, b) => a - b)) curve.push(curve.at(-1)! + value / total);
  return curve;
}

function at(curve: readonly number[], share: number): number {
  const place = share * (curve.length - 1);
  const below = Math.min(curve.length - 2, Math.floor(place));
  return curve[below]! + (place - below) * (curve[below + 1]! - curve[below]!);
}

function finding(runs: readonly RunResult[]): string {
  const sorted = runs.toSorted((a, b) => a.imbalance.gini - b.imbalance.gini);
  const busiestHalf = ({ nodes }: RunResult) => 1 - at(curveOf(nodes.map(({ attempts }) => attempts)), 0.5);
  const [even, uneven] = [sorted[0]!, sorted.at(-1)!];
  const lead = `The busier half of the nodes does ${percentFine(busiestHalf(uneven))} of all attempts under ${inProse(uneven.strategy)}`;
  return even === uneven
    ? lead
    : `${lead}, ${percentFine(busiestHalf(even))} under ${inProse(even.strategy)}`;
}
