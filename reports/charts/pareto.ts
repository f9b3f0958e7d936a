/** The trade-off: what a strategy's tail costs, and which strategies no other beats in both. */
import type { RunResult } from '../../sim/result.ts';
import { ABSENT, bytes, counted, duration, integer, listed } from '../format.ts';
import { inProse } from '../ranked.ts';
import { type Chart, drawable, type Layer } from './chart.ts';
import {
  CHART_CONFIG,
  CHART_WIDTH,
  FOCUS_OPACITY,
  FOCUS_PARAM,
  seriesScales,
  seriesStyles,
} from './theme.ts';

interface Price {
  axis: string;
  /** As in `against ...`. */
  noun: string;
  of(run: RunResult): number;
  show(value: number): string;
  /** Of the axis, per unit of `of`. */
  scale: number;
}

/** In order of interest: the first in which strategies differ is drawn. */
const PRICES: readonly Price[] = [
  { axis: 'nodes', noun: 'nodes', of: (run) => run.cost.nodes, show: integer, scale: 1 },
  {
    axis: 'memory beyond data and replicas [MiB]',
    noun: 'memory',
    of: (run) => run.memoryOverhead,
    show: bytes,
    scale: 1 / 2 ** 20,
  },
  {
    axis: 'requests moved to another shard',
    noun: 'moved requests',
    of: (run) => run.movedKeys,
    show: integer,
    scale: 1,
  },
  {
    axis: 'attempts per request',
    noun: 'attempts per request',
    of: (run) => run.requests.attempts / Math.max(1, run.requests.offered),
    show: (value) => value.toFixed(3),
    scale: 1,
  },
];

/** Null where strategies cost the same, or fewer than two have a p99. */
export function paretoChart(runs: readonly RunResult[]): Chart | null {
  const timed = runs.filter((run) => run.p99WithFailures !== null);
  const price = PRICES.find(({ of }) => new Set(timed.map(of)).size > 1);
  if (timed.length < 2 || price === undefined) return null;
  const front = frontOf(
    timed.filter((run) => !run.bound),
    price,
  );
  const left = runs.length - timed.length;
  return {
    id: 'pareto',
    topic: 'What it costs',
    title: finding(front, timed, price),
    howToRead:
      'Each mark is a strategy: further left costs less, lower has the shorter tail. The line joins those that no other ' +
      'strategy beats in both; everything above and right of it can be had better.' +
      (left > 0
        ? ` ${counted(left, 'strategy').replace('strategys', 'strategies')} failed over 1% of requests and have no p99.`
        : ''),
    spec: spec(timed, front, price),
    table: {
      head: ['strategy', price.axis.replace(' [MiB]', ''), 'p99 with failures', 'on the front'],
      rows: runs.map((run) => [
        run.strategy,
        price.show(price.of(run)),
        run.p99WithFailures === null ? ABSENT : duration(run.p99WithFailures),
        front.includes(run) ? 'yes' : run.bound ? 'a bound' : 'no',
      ]),
    },
    readout: null,
    overTime: false,
  };
}

/** Cheapest first; each has a lower p99 than all that cost less or the same. */
function frontOf(runs: readonly RunResult[], { of }: Price): RunResult[] {
  const front: RunResult[] = [];
  const cheapFirst = runs.toSorted((a, b) => of(a) - of(b) || a.p99WithFailures! - b.p99WithFailures!);
  for (const run of cheapFirst)
    if (front.length === 0 || run.p99WithFailures! < front.at(-1)!.p99WithFailures!) front.push(run);
  return front;
}

function spec(runs: readonly RunResult[], front: readonly RunResult[], price: Price): Chart['spec'] {
  const scales = seriesScales(seriesStyles(runs));
  const point = (run: RunResult) => ({
    x: drawable(price.of(run) * price.scale),
    y: drawable(run.p99WithFailures),
    strategy: run.strategy,
    label: inProse(run.strategy),
    price: price.show(price.of(run)),
    p99: duration(run.p99WithFailures),
  });
  const times = runs.map((run) => run.p99WithFailures!);
  const wide = Math.max(...times) > 20 * Math.min(...times);
  const prices = runs.map((run) => price.of(run) * price.scale);
  const [least, most] = [Math.min(...prices), Math.max(...prices)];
  const rightOf = (least + most) / 2;
  const x = {
    field: 'x',
    type: 'quantitative' as const,
    scale: { domain: [Math.max(0, least - (most - least) / 8), most + (most - least) / 8], nice: false },
    axis: { title: price.axis, tickCount: { expr: 'ceil(width / 110)' }, format: '~s', grid: true },
  };
  const y = {
    field: 'y',
    type: 'quantitative' as const,
    scale: wide ? { type: 'log' as const, padding: 18 } : { zero: false, padding: 18 },
    axis: { title: 'p99 with failures [ms]', format: ',~r', tickCount: 6 },
  };
  const frontLabels = (align: 'left' | 'right'): Layer => ({
    data: { values: front.map(point).filter((one) => one.x! > rightOf === (align === 'right')) },
    mark: {
      type: 'text',
      align,
      baseline: 'bottom',
      dx: align === 'left' ? 8 : -8,
      dy: -6,
      color: 'var(--ink)',
      limit: 180,
    },
    encoding: { x, y, text: { field: 'label', type: 'nominal' }, opacity: FOCUS_OPACITY },
  });
  return {
    config: CHART_CONFIG,
    width: CHART_WIDTH,
    height: 320,
    autosize: { type: 'fit-x', contains: 'padding' },
    params: [FOCUS_PARAM],
    layer: [
      {
        data: { values: front.map(point) },
        mark: { type: 'line', interpolate: 'step-after', color: 'var(--line-strong)', strokeWidth: 1.5 },
        encoding: { x, y },
      },
      {
        data: { values: runs.map(point).reverse() },
        mark: { type: 'point', size: 110, filled: true },
        encoding: {
          x,
          y,
          color: { field: 'strategy', type: 'nominal', scale: scales.color, legend: null },
          shape: { field: 'strategy', type: 'nominal', scale: scales.shape, legend: null },
          opacity: FOCUS_OPACITY,
          tooltip: [
            { field: 'strategy', type: 'nominal' },
            { field: 'p99', type: 'nominal' },
            { field: 'price', type: 'nominal', title: price.noun },
          ],
        },
      },
      ...(['left', 'right'] as const).map((align) => frontLabels(align)),
    ],
  };
}

function finding(
  front: readonly RunResult[],
  timed: readonly RunResult[],
  { noun, of, show }: Price,
): string {
  if (front.length === 0) return `No competitor has both a p99 and a known price in ${noun}`;
  const names = listed(front.slice(0, 4).map((run) => inProse(run.strategy)));
  if (front.length === 1) return `${names} beats all ${timed.length - 1} others in both, p99 and ${noun}`;
  const [cheap, best] = [front[0]!, front.at(-1)!];
  const ratio = cheap.p99WithFailures! / best.p99WithFailures!;
  const gain =
    ratio >= 2
      ? `a p99 ${ratio.toFixed(ratio < 10 ? 1 : 0)} times lower`
      : `a ${Math.round(100 * (1 - 1 / ratio))}% lower p99`;
  return (
    `${counted(front.length, 'strategy').replace('strategys', 'strategies')} of ${timed.length} are unbeaten in p99 and ${noun}: ${inProse(best.strategy)} has ` +
    `${gain} than ${inProse(cheap.strategy)}, at ${show(of(best))} against ${show(of(cheap))}`
  );
}
