/** The forest plot: how far each strategy is from the reference, with its interval, beside the margin that matters. */
import type { Result, SummaryRow } from '../../sim/result.ts';
import { ABSENT, counted, percentFine } from '../format.ts';
import { inProse } from '../ranked.ts';
import { differenceText, referenceOf, summaryRow } from '../replicated.ts';
import { visible } from '../safe.ts';
import { type Chart, drawable, type Layer } from './chart.ts';
import { CHART_CONFIG, CHART_WIDTH, FOCUS_OPACITY, FOCUS_PARAM, TICKS_X } from './theme.ts';

const METRICS: readonly (readonly [metric: string, label: string])[] = [
  ['responseTime.p99', 'p99'],
  ['responseTime.p999', 'p99.9'],
  ['failedShare', 'failed'],
  ['hottest.utilization', 'hottest node'],
];

const FOREST_ROW_HEIGHT = 24;
const STRATEGIES_MAX = 12;
/** Effects beyond this are drawn at the edge: one strategy at +900 % must not flatten all others. */
const EDGE = 1.5;

interface Effect {
  row: string;
  strategy: string;
  label: string;
  /** Relative to the reference's mean; cut at the edge. */
  x: number | null;
  from: number | null;
  to: number | null;
  verdict: string;
  text: string;
}

/** Null for one seed, or where nothing is compared. */
export function differencesChart(result: Result): Chart | null {
  const reference = referenceOf(result);
  if (result.replications === null || reference === null) return null;
  const { margin, seeds } = result.replications;
  const compared = result.ranking.filter((strategy) => strategy !== reference);
  const drawn = compared.slice(0, STRATEGIES_MAX);
  const effects = METRICS.flatMap(([metric, label]) =>
    drawn.flatMap((strategy) => effectOf(summaryRow(result, strategy, metric), label)),
  );
  if (effects.length === 0) return null;
  const cut = compared.length - drawn.length;
  return {
    id: 'differences',
    topic: 'How sure we are',
    title: finding(result, reference),
    howToRead:
      `Each row compares one strategy with ${inProse(reference)}: the mark is the mean of the differences, paired by seed, ` +
      `the line their 95% interval over ${counted(seeds.length, 'seed')}. Left of zero is better. Inside the grey band, ` +
      `${percentFine(margin)} either way, a difference does not matter. Filled: a difference is shown, or surely does not ` +
      'matter; hollow: these seeds cannot tell, once the verdicts are corrected for their number.' +
      (cut > 0 ? ` The ${cut} lowest ranked strategies are in the table only.` : ''),
    spec: spec(effects, margin),
    table: {
      head: ['strategy', ...METRICS.map(([, label]) => label)],
      rows: compared.map((strategy) => [
        strategy,
        ...METRICS.map(([metric]) => differenceText(summaryRow(result, strategy, metric))),
      ]),
    },
    readout: null,
    overTime: false,
  };
}

function effectOf(row: SummaryRow | null, label: string): Effect[] {
  if (row === null || row.versus === null || row.mean === null) return [];
  const base = Math.abs(row.mean - row.versus.delta);
  if (base === 0) return [];
  const { delta, ci95, verdict } = row.versus;
  const cut = (value: number) => drawable(Math.max(-EDGE, Math.min(EDGE, value / base)));
  const text = differenceText(row);
  if (text === ABSENT) return [];
  return [
    {
      row: `${label} · ${visible(row.strategy)}`,
      strategy: visible(row.strategy),
      label,
      x: cut(delta),
      from: ci95 === null ? null : cut(ci95[0]),
      to: ci95 === null ? null : cut(ci95[1]),
      verdict,
      text,
    },
  ];
}

function spec(effects: readonly Effect[], margin: number): Chart['spec'] {
  const reach = Math.max(2 * margin, ...effects.flatMap(({ x, from, to }) => [x, from, to].map(size)));
  const domain = [-Math.min(EDGE, reach * 1.1), Math.min(EDGE, reach * 1.1)];
  const rows = effects.map(({ row }) => row);
  const x = {
    type: 'quantitative' as const,
    scale: { domain, nice: false },
    axis: { title: 'difference from the reference', format: '+.0%', tickCount: TICKS_X, grid: true },
  };
  const y = {
    field: 'row',
    type: 'nominal' as const,
    scale: { domain: rows },
    axis: { title: null, labelColor: 'var(--ink)', labelLimit: 260 },
  };
  const color = { field: 'verdict', type: 'nominal' as const, scale: VERDICT_COLORS, legend: null };
  const band: Layer = {
    data: { values: [{ from: -margin, to: margin }] },
    mark: { type: 'rect', color: 'var(--line)', opacity: 0.8 },
    encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' } },
  };
  const zero: Layer = {
    data: { values: [{ zero: 0 }] },
    mark: { type: 'rule', color: 'var(--line-strong)' },
    encoding: { x: { ...x, field: 'zero' } },
  };
  return {
    config: CHART_CONFIG,
    width: CHART_WIDTH,
    height: FOREST_ROW_HEIGHT * rows.length,
    autosize: { type: 'fit-x', contains: 'padding' },
    params: [FOCUS_PARAM],
    layer: [
      band,
      zero,
      {
        data: { values: effects.filter(({ from }) => from !== null) },
        mark: { type: 'rule', strokeWidth: 2 },
        encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' }, y, color, opacity: FOCUS_OPACITY },
      },
      {
        data: { values: [...effects] },
        mark: { type: 'point', size: 70, strokeWidth: 2 },
        encoding: {
          x: { ...x, field: 'x' },
          y,
          color,
          shape: { field: 'verdict', type: 'nominal', scale: VERDICT_SHAPES, legend: null },
          fill: {
            condition: { test: "datum.verdict === 'inconclusive'", value: 'var(--paper)' },
            field: 'verdict',
            type: 'nominal',
            scale: VERDICT_COLORS,
            legend: null,
          },
          opacity: FOCUS_OPACITY,
          tooltip: [
            { field: 'strategy', type: 'nominal' },
            { field: 'label', type: 'nominal' },
            { field: 'text', type: 'nominal' },
          ],
        },
      },
    ],
  };
}

const VERDICTS = ['better', 'worse', 'equivalent', 'inconclusive'];
const VERDICT_COLORS = {
  domain: VERDICTS,
  range: ['var(--best)', 'var(--fault)', 'var(--ink-soft)', 'var(--ink-soft)'],
};
const VERDICT_SHAPES = {
  domain: VERDICTS,
  range: ['triangle-left', 'triangle-right', 'square', 'circle'],
};

function size(value: number | null): number {
  return Math.abs(value ?? 0);
}

function finding(result: Result, reference: string): string {
  const judged = result.summary.filter(
    ({ metric, versus }) => metric === 'responseTime.p99' && versus !== null,
  );
  const count = (verdict: string) => judged.filter(({ versus }) => versus?.verdict === verdict).length;
  const parts = VERDICTS.map((verdict) => [count(verdict), verdict] as const).filter(([n]) => n > 0);
  const text = parts.map(([n, verdict]) => `${n} ${verdict === 'inconclusive' ? 'not told apart' : verdict}`);
  return `Against ${inProse(reference)}, at p99: ${text.join(', ')}`;
}
