/** Each crash as its clients lived it: undetected, detected but leaderless, promoted but not yet found. */
import type { FailoverResult, Result, RunResult } from '../../sim/result.ts';
import { duration, integer } from '../format.ts';
import { inProse } from '../ranked.ts';
import { type Chart, drawable } from './chart.ts';
import { CHART_CONFIG, CHART_WIDTH, FOCUS_OPACITY, FOCUS_PARAM, ROW_HEIGHT, TICKS_X } from './theme.ts';

const PHASES = ['until detected', 'until promoted', 'until recovered'] as const;

interface Segment {
  row: string;
  strategy: string;
  phase: (typeof PHASES)[number];
  from: number;
  to: number;
  lasted: string;
}

export function failoverChart(result: Result, runs: readonly RunResult[]): Chart | null {
  const cases = runs.flatMap((run) => run.failover.map((failover) => ({ run, failover })));
  if (cases.length === 0) return null;
  const several = runs.some((run) => run.failover.length > 1);
  const row = ({ run, failover }: (typeof cases)[number], i: number) =>
    several ? `${run.strategy} · ${inProse(failover.fault)} · ${i + 1}` : run.strategy;
  const end = result.scenario.durationMs;
  const segments = cases.flatMap((one, i) => segmentsOf(row(one, i), one.run, one.failover, end));
  const totals = cases.map((one, i) => ({
    row: row(one, i),
    strategy: one.run.strategy,
    x: drawable(((one.failover.recoveredMs ?? end) - one.failover.atMs) / 1000),
    label: `${one.failover.recoveredMs === null ? 'not recovered, ' : ''}${duration(one.failover.unavailableMs)}`,
  }));
  return {
    id: 'failover',
    topic: 'When a node dies',
    title: finding(cases),
    howToRead:
      'Time runs from the crash to the right. A bar ends when the dead node’s keys are served again without a ' +
      'gap, its label is the longest outage; its shades tell who was waited for: the failure detector, the ' +
      'election, then the clients’ own view of the cluster. No shade for a step that did not happen.',
    spec: spec(cases.map(row), segments, totals),
    table: {
      head: [
        'strategy',
        'fault',
        'node',
        'detected',
        'promoted',
        'recovered',
        'reads out',
        'writes out',
        'failed',
        'lost writes',
        'stale reads',
      ],
      rows: cases.map(({ run, failover }) => {
        const after = (ms: number | null) => (ms === null ? 'never' : `+${duration(ms - failover.atMs)}`);
        return [
          run.strategy,
          failover.fault,
          failover.node,
          after(failover.detectedMs),
          after(failover.promotedMs),
          after(failover.recoveredMs),
          duration(failover.unavailableReadMs),
          duration(failover.unavailableWriteMs),
          integer(failover.failedRequests),
          integer(failover.lostWrites),
          integer(failover.staleReads),
        ];
      }),
    },
    readout: null,
    overTime: false,
  };
}

function segmentsOf(row: string, run: RunResult, failover: FailoverResult, endMs: number): Segment[] {
  const until = failover.recoveredMs ?? endMs;
  const marks = [failover.detectedMs, failover.promotedMs, until];
  const segments: Segment[] = [];
  let from = failover.atMs;
  for (const [i, mark] of marks.entries()) {
    if (mark === null || mark <= from) continue;
    const to = Math.min(mark, until);
    segments.push({
      row,
      strategy: run.strategy,
      phase: PHASES[i]!,
      from: drawable((from - failover.atMs) / 1000)!,
      to: drawable((to - failover.atMs) / 1000)!,
      lasted: duration(to - from),
    });
    from = to;
  }
  return segments;
}

function spec(
  rows: readonly string[],
  segments: readonly Segment[],
  totals: readonly object[],
): Chart['spec'] {
  const y = {
    field: 'row',
    type: 'nominal' as const,
    scale: { domain: [...rows], paddingInner: 0.45 },
    axis: { title: null, labelColor: 'var(--ink)' },
  };
  return {
    config: CHART_CONFIG,
    width: CHART_WIDTH,
    height: ROW_HEIGHT * rows.length,
    autosize: { type: 'fit-x', contains: 'padding' },
    params: [FOCUS_PARAM],
    layer: [
      {
        data: { values: [...segments] },
        mark: { type: 'bar' },
        encoding: {
          y,
          x: {
            field: 'from',
            type: 'quantitative',
            axis: { title: 'time since the crash [s]', tickCount: TICKS_X },
          },
          x2: { field: 'to' },
          color: {
            field: 'phase',
            type: 'nominal',
            scale: { domain: [...PHASES], range: ['var(--phase-1)', 'var(--phase-2)', 'var(--phase-3)'] },
            legend: {
              orient: 'top',
              direction: 'horizontal',
              title: null,
              labelColor: 'var(--ink-soft)',
              labelFontSize: 12,
              symbolType: 'square',
            },
          },
          opacity: FOCUS_OPACITY,
          tooltip: [
            { field: 'phase', type: 'nominal' },
            { field: 'lasted', type: 'nominal' },
          ],
        },
      },
      {
        data: { values: [...totals] },
        mark: { type: 'text', align: 'left', dx: 6, color: 'var(--ink)' },
        encoding: {
          y,
          x: { field: 'x', type: 'quantitative' },
          text: { field: 'label', type: 'nominal' },
          opacity: FOCUS_OPACITY,
        },
      },
    ],
  };
}

function finding(cases: readonly { run: RunResult; failover: FailoverResult }[]): string {
  const sorted = cases.toSorted((a, b) => a.failover.unavailableMs - b.failover.unavailableMs);
  const of = ({ run, failover }: (typeof cases)[number]) =>
    `${duration(failover.unavailableMs)} under ${inProse(run.strategy)}`;
  const best = sorted[0]!;
  const worst = sorted.at(-1)!;
  if (sorted.length === 1) return `The dead node’s keys are unavailable for ${of(best)}`;
  return `A dead node’s keys are out for ${of(worst)}, for ${of(best)}`;
}
