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
  /** [run][x] around the line; null for none. */
  bands?: readonly (readonly (readonly [number | null, number | null])[] | null)[];
  axisX: Axis;
  axisY: Axis;
  height: number;
  faults: readonly FaultMark[];
}

/** Charts over the same time stand under each other: their plots begin at the same place [px]. */
export const SAME_LEFT_EDGE = { minExtent: 58, maxExtent: 58 };

export function linesSpec(input: LinesInput): TopLevelSpec {
  const { runs, x, y, axisX, axisY, height, faults } = input;
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
      ...bandLayer(input, scales.color),
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

function bandLayer({ runs, x, bands, axisX, axisY }: LinesInput, color: SeriesColor): Layer[] {
  if (bands === undefined || bands.every((band) => band === null)) return [];
  const values = runs
    .flatMap((run, r) =>
      (bands[r] ?? []).map(([low, high], i) => ({
        x: drawable(x[i]!),
        low: drawable(low),
        high: drawable(high),
        strategy: run.strategy,
      })),
    )
    .filter(({ low, high }) => low !== null && high !== null && low > 0);
  return [
    {
      data: { values },
      mark: { type: 'area', opacity: 0.18, clip: true },
      encoding: {
        x: { field: 'x', type: 'quantitative', scale: scaleOf(axisX) },
        y: {
          field: 'low',
          type: 'quantitative',
          scale: scaleOf(axisY),
          axis: { ...axisOf(axisY), ...SAME_LEFT_EDGE },
        },
        y2: { field: 'high' },
        color: { field: 'strategy', type: 'nominal', scale: color, legend: null },
      },
    },
  ];
}

type SeriesColor = ReturnType<typeof seriesScales>['color'];

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
