/** A sampled run for a terminal: what it would have shown, with intervals. */
import { aligned, fitted, wrapped } from './columns.ts';
import { ABSENT, counted, duration, integer, millis, percent, percentFine, rate } from './format.ts';
import { visible } from './safe.ts';
import type { SampledFigure, SampledStrategy, SampleReport } from './sample-report.ts';

const WIDTH = 80;
const NAME_WIDTH = 22;

export function renderSampleText(report: SampleReport): string {
  const lines = [
    ...wrapped(visible(`${report.scenario.name}: ${report.scenario.question}`), WIDTH, '  '),
    ...wrapped(visible(sampleHead(report)), WIDTH, '  '),
    '',
    ...table([RESPONSE_HEAD, ...report.strategies.map(responseCells)]),
    '',
    ...table([HARM_HEAD, ...report.strategies.map(harmCells)]),
    '',
    ...faultTable(report),
    ...table([STRATA_HEAD, ...report.strata.map(stratumCells)]),
    '',
    ...sampleNotes(report).flatMap((note) => wrapped(visible(note), WIDTH, '  ')),
  ];
  return `${lines.join('\n')}\n`;
}

export function sampleHead({ requests, scenario, strata }: SampleReport): string {
  const windows = strata.reduce((sum, stratum) => sum + stratum.windows, 0);
  const simulatedMs = strata.reduce((sum, stratum) => sum + stratum.simulatedMs, 0);
  return `${integer(requests)} requests in ${spanText(scenario.durationMs)}, told by ${counted(windows, 'window')}, ${spanText(simulatedMs)} in all`;
}

export function sampleNotes({ notes, strategies }: SampleReport): string[] {
  return [
    'Intervals hold the value of the whole run with 95 % confidence; a strategy is better where they do not meet.',
    'Ranked by p99 over all requests, a failed one counted as slower than any.',
    ...strategies.flatMap(({ strategy, unsettled }) =>
      unsettled.map(
        (name) =>
          `${strategy} still fails requests at the end of "${name}": what follows is not in its figures; --around 10min follows longer.`,
      ),
    ),
    ...notes,
  ];
}

export const RESPONSE_HEAD = ['strategy', 'mean ms', 'p50 ms', 'p99 ms', 'p99.9 ms'];

export function responseCells({ strategy, bound, responseTime }: SampledStrategy): string[] {
  const { mean, p50, p99, p999 } = responseTime;
  return [
    bound ? `${strategy} (bound)` : strategy,
    withInterval(mean, millis),
    withInterval(p50, millis),
    withInterval(p99, millis),
    withInterval(p999, millis),
  ];
}

export const HARM_HEAD = ['strategy', 'failed', 'hit ratio', 'lost writes', 'hottest at peak'];

export function harmCells({
  strategy,
  failedShare,
  hitRatio,
  lostWrites,
  hottestAtPeak,
}: SampledStrategy): string[] {
  return [
    strategy,
    withInterval(failedShare, fineShare),
    withInterval(hitRatio, percent),
    withInterval(lostWrites, (value) => (value === null ? ABSENT : integer(value))),
    percent(hottestAtPeak),
  ];
}

/** A month fails by the thousandth of a percent. */
function fineShare(value: number | null): string {
  if (value === null || value === 0 || value >= 0.01) return percent(value);
  return `${Number((value * 100).toPrecision(2))}%`;
}

function withInterval({ value, low, high }: SampledFigure, text: (value: number | null) => string): string {
  if (value === null) return ABSENT;
  const [from, to] = [text(low), high === null ? 'more' : text(high)];
  return from === to && from === text(value) ? from : `${text(value)} [${from}, ${to}]`;
}

export const STRATA_HEAD = ['stratum', 'share', 'load', 'time', 'windows'];

export function stratumCells(
  { name, requests, ratePerSec, spanMs, windows, simulatedMs }: SampleReport['strata'][number],
  _: number,
  all: readonly SampleReport['strata'][number][],
): string[] {
  const total = all.reduce((sum, stratum) => sum + stratum.requests, 0);
  return [
    name,
    percentFine(requests / total),
    rate(ratePerSec),
    spanText(spanMs),
    `${windows} x ${duration(simulatedMs / windows)}`,
  ];
}

export const FAULT_HEAD = ['fault', 'strategy', 'unavailable', 'failed requests', 'lost writes'];

export function faultRows({ strategies }: SampleReport): string[][] {
  return strategies.flatMap(({ strategy, faults }) =>
    faults.map(({ fault, unavailableMs, failedRequests, lostWrites }) => [
      fault,
      strategy,
      duration(unavailableMs),
      integer(failedRequests),
      integer(lostWrites),
    ]),
  );
}

function faultTable(report: SampleReport): string[] {
  const rows = faultRows(report);
  return rows.length === 0 ? [] : [...table([FAULT_HEAD, ...rows]), ''];
}

const DAY_MS = 86_400_000;

function spanText(ms: number): string {
  if (ms >= 2 * DAY_MS) return `${Number((ms / DAY_MS).toFixed(1))} days`;
  if (ms >= 7_200_000) return `${Number((ms / 3_600_000).toFixed(1))} h`;
  if (ms >= 120_000) return `${Number((ms / 60_000).toFixed(1))} min`;
  return duration(ms);
}

function table(rows: readonly (readonly string[])[]): string[] {
  return aligned(rows.map(([name, ...rest]) => [fitted(visible(name!), NAME_WIDTH), ...rest.map(visible)]));
}
