/** The common body of line charts: one line per strategy, faults as labelled rules. */
import type { TopLevelSpec } from 'vega-lite';
import type { FaultMark, RunResult } from '../../sim/result.ts';
import { inProse } from '../ranked.ts';
import { drawable, type Layer } from './chart.ts';
import {
  CHART_CONFIG,
  CHART_WIDTH,
  FOCUS_OPACITY,
  FOCUS_PARAM,
  seriesScales,
  seriesStyles,
  TICKS_X,
} from './theme.ts';

export interface Axis {
  title: string;
  type: 'linear' | 'log';
  domain: readonly [number, number];
  ticks?: readonly number[];
  /** A Vega expression over `datum.value`; never contains names. */
  label?: string;
}

export interface LinesInput {
  runs: readonly RunResult[];
  x: readonly number[];
  /** [run][x]; null breaks the line. */
  y: readonly (readonly (number | null)[])[];
  axisX: Axis;
  axisY: Axis;
  height: number;
  faults: readonly FaultMark[];
}

/** Charts over the same time stand under each other: their plots begin at the same place [px]. */
const SAME_LEFT_EDGE = { minExtent: 58, maxExtent: 58 };

export function linesSpec({ runs, x, y, axisX, axisY, height, faults }: LinesInput): TopLevelSpec {
  const scales = seriesScales(seriesStyles(runs));
  const rowsOf = (run: RunResult, r: number) =>
    x.map((at, i) => ({ x: drawable(at), y: drawable(y[r]![i]!), strategy: run.strategy }));
  const bestOnTop = runs.map(rowsOf).reverse().flat();
  return {
    config: CHART_CONFIG,
    width: CHART_WIDTH,
    height,
    autosize: { type: 'fit-x', contains: 'padding' },
    params: [FOCUS_PARAM],
    layer: [
      {
        data: { values: bestOnTop },
        mark: { type: 'line', clip: true },
        encoding: {
          x: {
            field: 'x',
            type: 'quantitative',
            scale: scaleOf(axisX),
            axis: { ...axisOf(axisX), tickCount: TICKS_X },
          },
          y: {
            field: 'y',
            type: 'quantitative',
            scale: scaleOf(axisY),
            axis: { ...axisOf(axisY), ...SAME_LEFT_EDGE },
          },
          color: { field: 'strategy', type: 'nominal', scale: scales.color, legend: null },
          strokeDash: { field: 'strategy', type: 'nominal', scale: scales.dash, legend: null },
          opacity: FOCUS_OPACITY,
        },
      },
      ...faultLayers(faults),
    ],
  };
}

/** Rules with their labels; labels stand above the plot, in turn on three lines, so that neighbours stay readable. */
function faultLayers(faults: readonly FaultMark[]): Layer[] {
  if (faults.length === 0) return [];
  const values = faults.map((fault, i) => ({
    x: fault.atMs / 1000,
    label: inProse(fault.name),
    rise: -4 - 14 * (i % 3),
  }));
  const x = { field: 'x', type: 'quantitative' as const };
  return [
    { data: { values }, mark: { type: 'rule', color: 'var(--fault)', strokeDash: [4, 3] }, encoding: { x } },
    {
      data: { values },
      mark: {
        type: 'text',
        align: 'left',
        baseline: 'bottom',
        dx: -1,
        y: 0,
        dy: { expr: 'datum.rise' },
        limit: 160,
      },
      encoding: { x, text: { field: 'label', type: 'nominal' } },
    },
  ];
}

function scaleOf({ type, domain }: Axis) {
  return { type, domain: [...domain], nice: false };
}

function axisOf({ title, ticks, label }: Axis) {
  return {
    title,
    ...(ticks === undefined ? {} : { values: [...ticks] }),
    ...(label === undefined ? {} : { labelExpr: label }),
  };
}
