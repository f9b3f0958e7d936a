/** Small multiples over time, one map per strategy, with labels in HTML so that they stay sharp. */
import type { FaultMark, Result, RunResult } from '../../sim/result.ts';
import { BUSY_LEGEND, busyFinding } from '../charts/busy-map.ts';
import { type HeatmapData, heatmapPaths } from '../charts/heatmap.ts';
import type { HeatmapFamily } from '../charts/heatmap-drawing.ts';
import { RESPONSE_LEGEND, responseFinding } from '../charts/response-map.ts';
import { moment } from '../format.ts';
import { type Html, html } from '../safe.ts';
import { dataDetails, dataTable, howToRead, name, type SectionText, section } from './parts.ts';

const TABLE_COLUMNS = 12;

export interface HeatmapSection extends SectionText, HeatmapFamily {
  id: 'heatmap' | 'response-map';
  howToRead: string;
  caption: string;
}

export function busySection(runs: readonly RunResult[], maps: readonly HeatmapData[]): HeatmapSection {
  const left = Math.max(
    ...runs.slice(0, maps.length).map((run, i) => run.nodes.length - maps[i]!.rows.length),
  );
  return {
    id: 'heatmap',
    topic: 'Load over time',
    title: busyFinding(runs),
    maps,
    scale: 'Busy share of a step, from',
    legend: BUSY_LEGEND,
    howToRead:
      'A row is a node, the busiest on top; a column is a moment; the scale tells what its colour means. An even keel ' +
      'has no stripes; a node that is down has the colour of an idle one. Dashed lines are faults.' +
      (left > 0 ? ` Less busy nodes, up to ${left} of a strategy, are left out.` : '') +
      leftOut(runs, maps),
    rowPx: 13,
    namedEvery: 1,
    caption: 'Highest utilization of each node, from the named moment on',
  };
}

/** Null where nothing was completed. */
export function responseSection(
  runs: readonly RunResult[],
  maps: readonly HeatmapData[],
): HeatmapSection | null {
  if (maps.length === 0) return null;
  return {
    id: 'response-map',
    topic: 'Response time over time',
    title: responseFinding(runs),
    maps,
    scale: 'Share of the moment’s completed requests, from',
    legend: RESPONSE_LEGEND,
    howToRead:
      'A column is a moment, a row a range of response times, the slowest on top: two rows are a factor of two. Colour is ' +
      'the share of requests, on a logarithmic scale, so that one request in ten thousand still shows. A dark band low down is what ' +
      'most requests feel; what rises from it is the tail.' +
      leftOut(runs, maps),
    rowPx: 7,
    namedEvery: 4,
    caption: 'Highest share of requests in each range of response times, from the named moment on',
  };
}

function leftOut(runs: readonly RunResult[], maps: readonly HeatmapData[]): string {
  return runs.length > maps.length ? ` Drawn are ${maps.length} strategies of ${runs.length}.` : '';
}

export function heatmapSection(result: Result, family: HeatmapSection): Html {
  const { id, scale, legend, maps, caption } = family;
  const classes = legend.map(
    (label, level) =>
      html`<li><svg width="100%" height="10" aria-hidden="true"><rect class="heat-${level}" width="100%" height="10"/></svg>${label}</li>`,
  );
  return section(
    family,
    html`<div class="heat-key"><span id="${id}-scale">${scale}</span><ul aria-labelledby="${id}-scale">${classes}</ul></div>
<div class="heatmaps">${maps.map((map, i) => heatmap(map, i, family, result))}</div>
<p class="caption">${howToRead(family.howToRead)}</p>
${dataDetails(heatTable(maps, caption))}`,
  );
}

function heatmap(map: HeatmapData, index: number, family: HeatmapSection, { scenario }: Result): Html {
  const { id, rowPx, namedEvery, topic } = family;
  const columns = map.values[0]?.length ?? 0;
  const rows = map.rows.length;
  const lengthMs = columns * map.stepMs;
  const label = `${topic}: ${rows} rows over ${moment(lengthMs)}; the values are in the table below`;
  const axis = [0, 0.25, 0.5, 0.75, 1].map(
    (part) =>
      html`<text x="${part * 100}%" y="12" text-anchor="${part === 0 ? 'start' : part === 1 ? 'end' : 'middle'}">${moment(part * lengthMs)}</text>`,
  );
  return html`<figure class="heatmap ${id}">
<figcaption>${name(map.strategy)}</figcaption>
<ol class="row-names">${map.rows.map((row, i) => html`<li>${i % namedEvery === 0 ? name(row) : null}</li>`)}</ol>
<div class="cells" id="${id}-${index}"><svg width="100%" height="${rows * rowPx}" role="img" aria-label="${label}"><svg width="100%" height="100%" viewBox="0 0 ${columns} ${rows}" preserveAspectRatio="none">${heatmapPaths(map).map(({ level, d }) => html`<path class="heat-${level}" d="${d}"/>`)}</svg>${scenario.faults.map((fault) => faultLine(fault, lengthMs))}</svg></div>
<svg class="axis" width="100%" height="16" aria-hidden="true">${axis}</svg>
</figure>
`;
}

function faultLine(fault: FaultMark, lengthMs: number): Html {
  const x = Number(((100 * fault.atMs) / lengthMs).toFixed(2));
  return html`<line class="fault" x1="${x}%" x2="${x}%" y1="0" y2="100%"/>`;
}

/** Every strategy and row, in a dozen columns of time: the highest value of each. */
function heatTable(maps: readonly HeatmapData[], caption: string): Html {
  const first = maps[0]!;
  const bin = Math.max(1, Math.ceil((first.values[0]?.length ?? 0) / TABLE_COLUMNS));
  const starts = (first.values[0] ?? []).map((_, step) => step).filter((step) => step % bin === 0);
  return dataTable(caption, {
    head: ['strategy', 'row', ...starts.map((step) => moment(step * first.stepMs))],
    rows: maps.flatMap((map) =>
      map.rows.map((row, i) => [
        map.strategy,
        row,
        ...starts.map((step) => `${Math.max(...map.values[i]!.slice(step, step + bin))}%`),
      ]),
    ),
  });
}
