/**
 * How strategies look, on every chart the same: Okabe and Ito's colours, which survive colour blindness, with
 * a dash pattern and a shape as second code. Colours are CSS variables, so one drawing serves light, dark and
 * print. Beyond eight, strategies are grey.
 */
import type { Config } from 'vega-lite';

export interface SeriesStyle {
  strategy: string;
  color: string;
  /** Dash and gap lengths [px]; [1, 0] is solid. */
  dash: readonly number[];
  /** A shape of Vega. */
  shape: string;
}

export const SERIES_HIGHLIGHTED = 8;

const DASHES = [
  [1, 0],
  [7, 3],
  [2, 2],
  [10, 3, 2, 3],
  [5, 2],
  [12, 4],
  [3, 3, 8, 3],
  [1, 3],
];
const SHAPES = [
  'circle',
  'square',
  'triangle-up',
  'diamond',
  'cross',
  'triangle-down',
  'triangle-right',
  'stroke',
];

/** @param runs in order of rank */
export function seriesStyles(runs: readonly { readonly strategy: string }[]): SeriesStyle[] {
  return runs.map(({ strategy }, i) => ({
    strategy,
    color: i < SERIES_HIGHLIGHTED ? `var(--series-${i + 1})` : 'var(--series-other)',
    dash: DASHES[i] ?? [1, 0],
    shape: SHAPES[i] ?? 'circle',
  }));
}

/** Color, dash and shape scales that share the strategies as their domain. */
export function seriesScales(styles: readonly SeriesStyle[]) {
  const domain = styles.map((style) => style.strategy);
  return {
    color: { domain, range: styles.map((style) => style.color) },
    dash: { domain, range: styles.map((style) => [...style.dash]) },
    shape: { domain, range: styles.map((style) => style.shape) },
  };
}

/** Faded while another strategy has the focus; the page sets the parameter `focus`. */
export const FOCUS_PARAM = { name: 'focus', value: '' } as const;
export const FOCUS_OPACITY = {
  condition: { test: "focus === '' || focus === datum.strategy", value: 1 },
  value: 0.12,
} as const;

/** Drawn width [px] where nobody says otherwise; the page fits it to its column. */
export const CHART_WIDTH = 860;
/** Of one strategy, in charts that have a row for each [px]. */
export const ROW_HEIGHT = 34;

/** As many ticks as there is room for. */
export const TICKS_X = { expr: 'ceil(width / 80)' };

const FONT = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif';

export const CHART_CONFIG: Config = {
  background: 'transparent',
  font: FONT,
  view: { stroke: null },
  axis: {
    labelColor: 'var(--ink-soft)',
    titleColor: 'var(--ink-soft)',
    gridColor: 'var(--line)',
    domain: false,
    ticks: false,
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: 'normal',
    labelPadding: 6,
    titlePadding: 10,
    labelLimit: 170,
  },
  axisX: { domain: true, domainColor: 'var(--line-strong)', grid: false },
  text: { color: 'var(--ink-soft)', fontSize: 12, font: FONT },
  line: { strokeWidth: 2, strokeCap: 'butt', strokeJoin: 'round' },
};
