/** Small multiples of a sweep: a figure over what is varied, one line per strategy, one panel per other setting. */
import type { TopLevelSpec } from 'vega-lite';
import { ABSENT, millis, percent } from '../format.ts';
import { inProse } from '../ranked.ts';
import type { SweepFigure, SweepRow, SweepTable } from '../sweep-table.ts';
import { type Chart, drawable, type Layer, logTicks } from './chart.ts';
import { CHART_CONFIG, FOCUS_OPACITY, FOCUS_PARAM, seriesScales, seriesStyles } from './theme.ts';

export interface Panels {
  readonly id: string;
  readonly topic: string;
  readonly title: string;
  readonly charts: readonly Chart[];
}

/** More are no longer compared at a glance. */
export const PANELS_MAX = 12;
/** Before the page fits it to its column [px]. */
const PANEL_WIDTH = 420;

interface Measure {
  readonly id: string;
  readonly topic: string;
  readonly axis: string;
  of(row: SweepRow): SweepFigure;
  show(value: number): string;
  /** Of the axis, per unit of `of`. */
  readonly scale: number;
}

const MEASURES: readonly Measure[] = [
  {
    id: 'p99',
    topic: 'p99',
    axis: 'p99 [ms]',
    of: (row) => row.p99,
    show: (ms) => `${millis(ms)} ms`,
    scale: 1,
  },
  {
    id: 'failed',
    topic: 'Failed requests',
    axis: 'failed [%]',
    of: (row) => row.failed,
    show: percent,
    scale: 100,
  },
  {
    id: 'hottest',
    topic: 'The hottest node',
    axis: 'utilization of the hottest node [%]',
    of: (row) => row.hottest,
    show: percent,
    scale: 100,
  },
  { id: 'nodes', topic: 'Cost', axis: 'nodes', of: (row) => row.nodes, show: String, scale: 1 },
];

/** What is varied most goes along the x axis; every combination of the rest has a panel. */
interface Layout {
  readonly along: number;
  readonly xs: readonly string[];
  readonly panels: readonly (readonly SweepRow[])[];
}

/** Nothing where there would be too many panels, as in a sample; figures that never differ are left out. */
export function sweepPanels(table: SweepTable): Panels[] {
  const layout = layoutOf(table);
  if (layout.panels.length > PANELS_MAX || layout.xs.length < 2) return [];
  return MEASURES.flatMap((measure) => panelsOf(table, layout, measure) ?? []);
}

function layoutOf({ paths, rows }: SweepTable): Layout {
  const valuesAt = (at: number) => [...new Set(rows.map(({ values }) => values[at]!))];
  const counts = paths.map((_, at) => valuesAt(at).length);
  const along = counts.indexOf(Math.max(...counts));
  const others = ({ values }: SweepRow) => JSON.stringify(values.toSpliced(along, 1));
  return { along, xs: valuesAt(along), panels: [...Map.groupBy(rows, others).values()] };
}

function panelsOf(table: SweepTable, layout: Layout, measure: Measure): Panels | null {
  const known = table.rows
    .map((row) => ({ row, mean: meanOf(measure.of(row)) }))
    .filter((one): one is { row: SweepRow; mean: number } => one.mean !== null)
    .sort((a, b) => a.mean - b.mean);
  const [least, most] = [known[0], known.at(-1)];
  if (least === undefined || most === undefined || least.mean === most.mean) return null;
  const where = ({ strategy, values }: SweepRow) =>
    `${inProse(strategy)} at ${values.map(inProse).join(', ')}`;
  const title = `From ${measure.show(least.mean)} (${where(least.row)}) to ${measure.show(most.mean)} (${where(most.row)})`;
  const domain = [least.mean * measure.scale, most.mean * measure.scale] as const;
  const charts = layout.panels.map((rows, i) => panelChart(table, layout, { measure, rows, domain, i }));
  return { id: `sweep-${measure.id}`, topic: measure.topic, title, charts };
}

interface Panel {
  readonly measure: Measure;
  readonly rows: readonly SweepRow[];
  /** Shared by all panels. */
  readonly domain: readonly [number, number];
  readonly i: number;
}

function panelChart({ paths, rows: all }: SweepTable, { along, xs }: Layout, panel: Panel): Chart {
  const { measure, rows, i } = panel;
  const rest = paths.flatMap((path, at) => (at === along ? [] : `${path} = ${rows[0]!.values[at]}`));
  const strategies = [...new Set(all.map(({ strategy }) => strategy))].map((strategy) => ({ strategy }));
  const points = rows.map((row) => {
    const figure = measure.of(row);
    return {
      x: row.values[along]!,
      strategy: row.strategy,
      ...spanOf(figure, panel),
      text: shown(figure, measure),
    };
  });
  return {
    id: `sweep-${measure.id}-${i}`,
    topic: measure.topic,
    title: rest.length === 0 ? measure.axis : rest.join(', '),
    howToRead: '',
    spec: spec(points, { along: paths[along]!, xs, panel, strategies }),
    table: {
      head: [paths[along]!, ...strategies.map(({ strategy }) => strategy)],
      rows: xs.map((x) => [
        x,
        ...strategies.map(
          ({ strategy }) =>
            points.find((point) => point.x === x && point.strategy === strategy)?.text ?? ABSENT,
        ),
      ]),
    },
    readout: null,
    overTime: false,
  };
}

interface Point {
  readonly x: string;
  readonly strategy: string;
  readonly y: number | null;
  /** Of the interval; null where there is none. */
  readonly low: number | null;
  readonly high: number | null;
  readonly text: string;
}

interface Drawing {
  readonly along: string;
  readonly xs: readonly string[];
  readonly panel: Panel;
  readonly strategies: readonly { readonly strategy: string }[];
}

function spec(points: readonly Point[], { along, xs, panel, strategies }: Drawing): TopLevelSpec {
  const scales = seriesScales(seriesStyles(strategies));
  const [low, high] = panel.domain;
  const wide = low > 0 && high > 20 * low;
  const x = {
    field: 'x',
    type: 'ordinal' as const,
    scale: { type: 'point' as const, domain: [...xs], padding: 0.4 },
    axis: { title: along, labelAngle: 0, labelOverlap: true, labelLimit: 90 },
  };
  const y = {
    field: 'y',
    type: 'quantitative' as const,
    scale: wide
      ? { type: 'log' as const, domain: [low / 1.2, high * 1.2], nice: false }
      : { domain: [0, high * 1.08], nice: false },
    axis: {
      title: panel.measure.axis,
      format: ',~r',
      minExtent: 44,
      ...(wide ? { values: logTicks(low / 1.2, high * 1.2) } : { tickCount: 5 }),
    },
  };
  const color = { field: 'strategy', type: 'nominal' as const, scale: scales.color, legend: null };
  const opacity = FOCUS_OPACITY;
  const known = points.filter(({ low: from }) => from !== null);
  const stroke = { type: 'rule' as const, clip: true, aria: false };
  const span = { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color, opacity };
  const intervals: Layer[] =
    known.length === 0 ? [] : [{ data: { values: known }, mark: stroke, encoding: span }];
  return {
    config: CHART_CONFIG,
    width: PANEL_WIDTH,
    height: 220,
    autosize: { type: 'fit-x', contains: 'padding' },
    params: [FOCUS_PARAM],
    data: { values: [...points] },
    layer: [
      ...intervals,
      {
        mark: { type: 'line', clip: true },
        encoding: {
          x,
          y,
          color,
          opacity,
          strokeDash: { field: 'strategy', type: 'nominal', scale: scales.dash, legend: null },
        },
      },
      {
        mark: { type: 'point', filled: true, size: 45, clip: true },
        encoding: {
          x,
          y,
          color,
          opacity,
          shape: { field: 'strategy', type: 'nominal', scale: scales.shape, legend: null },
          tooltip: [
            { field: 'strategy', type: 'nominal' },
            { field: 'x', type: 'nominal', title: 'value' },
            { field: 'text', type: 'nominal', title: panel.measure.topic },
          ],
        },
      },
    ],
  };
}

/** Where mark and interval are drawn; null where there is no figure. */
function spanOf(figure: SweepFigure, { measure, domain }: Panel) {
  if (figure === null || figure === 'never') return { y: null, low: null, high: null };
  const { mean, half } = figure;
  const at = (value: number) => drawable(value * measure.scale);
  const floor = domain[0] / 1.2;
  const low = half === null ? null : drawable(Math.max(floor, (mean - half) * measure.scale));
  return { y: at(mean), low, high: half === null ? null : at(mean + half) };
}

function meanOf(figure: SweepFigure): number | null {
  return figure === null || figure === 'never' ? null : figure.mean;
}

function shown(figure: SweepFigure, { show }: Measure): string {
  const mean = meanOf(figure);
  if (mean === null) return figure === 'never' ? 'never' : ABSENT;
  return show(mean);
}
