/** What happened after each crash, on the clock of the timelines above it: a lane for each strategy. */
import type { FailoverResult, Result, RunResult } from '../../sim/result.ts';
import { ABSENT, duration, moment } from '../format.ts';
import { inProse } from '../ranked.ts';
import { type Chart, drawable } from './chart.ts';
import { SAME_LEFT_EDGE } from './lines.ts';
import {
  CHART_CONFIG,
  CHART_WIDTH,
  FOCUS_OPACITY,
  FOCUS_PARAM,
  seriesScales,
  seriesStyles,
  TICKS_X,
} from './theme.ts';

const EVENTS = [
  { event: 'crash', shape: 'cross', of: ({ failover }: Case) => failover.atMs },
  { event: 'detected', shape: 'diamond', of: ({ failover }: Case) => failover.detectedMs },
  { event: 'elected', shape: 'triangle-right', of: ({ failover }: Case) => failover.decidedMs },
  { event: 'promoted', shape: 'triangle-up', of: ({ failover }: Case) => failover.promotedMs },
  { event: 'served again', shape: 'square', of: ({ failover }: Case) => failover.recoveredMs },
  { event: 'cache refilled', shape: 'triangle-down', of: (one: Case) => backAt(one, 'hitRatioBackAfterMs') },
  { event: 'p99 as before', shape: 'circle', of: (one: Case) => backAt(one, 'p99BackAfterMs') },
] as const;

interface Case {
  readonly run: RunResult;
  readonly failover: FailoverResult;
}

/** Null where it never was otherwise, or did not come back. */
function backAt({ run, failover }: Case, what: 'p99BackAfterMs' | 'hitRatioBackAfterMs'): number | null {
  const impact = run.faults.find(({ fault }) => fault === failover.fault);
  return impact?.[what] ? impact.atMs + impact[what] : null;
}

const LANE_HEIGHT = 22;

/** Null where nothing crashed. */
export function eventLanesChart(result: Result, runs: readonly RunResult[]): Chart | null {
  const cases = runs.flatMap((run) => run.failover.map((failover) => ({ run, failover })));
  if (cases.length === 0) return null;
  const { durationMs } = result.scenario;
  const marks = cases.flatMap(({ run, failover }) =>
    EVENTS.flatMap(({ event, of }) => {
      const atMs = of({ run, failover });
      if (atMs === null) return [];
      const text = `${event}: ${moment(atMs)}${event === 'crash' ? '' : `, ${duration(atMs - failover.atMs)} after`}`;
      return [{ x: drawable(atMs / 1000), strategy: run.strategy, event, text }];
    }),
  );
  const spans = cases.map(({ run, failover }) => ({
    from: drawable(failover.atMs / 1000),
    to: drawable((failover.recoveredMs ?? durationMs) / 1000),
    strategy: run.strategy,
  }));
  const after = (failover: FailoverResult, ms: number | null) =>
    ms === null ? ABSENT : `+${duration(ms - failover.atMs)}`;
  return {
    id: 'event-lanes',
    topic: 'What happened when',
    title: finding(cases),
    howToRead:
      'A lane for each strategy, best first, on the time of the charts above. Cross: the crash; diamond: detected; ' +
      'triangle to the right: an election began; up: a replica promoted; square: the dead node’s keys are served again; triangle down: ' +
      'the hit ratio is as before; dot: p99 is as before. A lane that runs to the edge never got there.',
    spec: spec(runs, marks, spans, durationMs),
    table: {
      head: ['strategy', 'fault', 'node', ...EVENTS.map(({ event }) => event)],
      rows: cases.map(({ run, failover }) => [
        run.strategy,
        failover.fault,
        failover.node,
        moment(failover.atMs),
        ...EVENTS.slice(1).map(({ of }) => after(failover, of({ run, failover }))),
      ]),
    },
    readout: null,
    overTime: true,
  };
}

function spec(
  runs: readonly RunResult[],
  marks: readonly object[],
  spans: readonly object[],
  durationMs: number,
): Chart['spec'] {
  const scales = seriesScales(seriesStyles(runs));
  const x = {
    type: 'quantitative' as const,
    scale: { type: 'linear' as const, domain: [0, durationMs / 1000], nice: false },
    axis: { title: 'time since the start [s]', tickCount: TICKS_X },
  };
  const y = {
    field: 'strategy',
    type: 'nominal' as const,
    scale: { domain: runs.map(({ strategy }) => strategy) },
    axis: { title: 'strategies', labels: false, ...SAME_LEFT_EDGE },
  };
  const color = { field: 'strategy', type: 'nominal' as const, scale: scales.color, legend: null };
  return {
    config: CHART_CONFIG,
    width: CHART_WIDTH,
    height: LANE_HEIGHT * runs.length,
    autosize: { type: 'fit-x', contains: 'padding' },
    params: [FOCUS_PARAM],
    layer: [
      {
        data: { values: [...spans] },
        mark: { type: 'rule', strokeWidth: 2, clip: true },
        encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' }, y, color, opacity: FOCUS_OPACITY },
      },
      {
        data: { values: [...marks] },
        mark: { type: 'point', size: 80, strokeWidth: 1.5, filled: true, clip: true },
        encoding: {
          x: { ...x, field: 'x' },
          y,
          color,
          shape: {
            field: 'event',
            type: 'nominal',
            scale: { domain: EVENTS.map(({ event }) => event), range: EVENTS.map(({ shape }) => shape) },
            legend: null,
          },
          opacity: FOCUS_OPACITY,
          tooltip: [
            { field: 'strategy', type: 'nominal' },
            { field: 'text', type: 'nominal' },
          ],
        },
      },
    ],
  };
}

function finding(cases: readonly Case[]): string {
  const back = cases
    .filter(({ failover }) => failover.recoveredMs !== null)
    .map(({ run, failover }) => ({ run, ms: failover.recoveredMs! - failover.atMs }))
    .sort((a, b) => a.ms - b.ms);
  const never = cases.length - back.length;
  const [first, last] = [back[0], back.at(-1)];
  if (first === undefined) return 'No crash was over, for the dead node’s keys, before the run ended';
  const rest = never > 0 ? `; ${never} of ${cases.length} outages outlast the run` : '';
  const to = last === first ? '' : `, ${inProse(last!.run.strategy)} ${duration(last!.ms)}`;
  return `${inProse(first.run.strategy)} serves the dead node’s keys again after ${duration(first.ms)}${to}${rest}`;
}
