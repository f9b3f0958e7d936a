/** Small multiples of node load over time, one per strategy, with labels in HTML so that they stay sharp. */
import type { FaultMark, Result, RunResult } from '../../sim/result.ts';
import {
  type HeatmapData,
  heatmapData,
  heatmapFinding,
  heatmapLegend,
  heatmapPaths,
} from '../charts/heatmap.ts';
import { SERIES_HIGHLIGHTED } from '../charts/theme.ts';
import { integer, moment } from '../format.ts';
import { type Html, html } from '../safe.ts';
import { dataDetails, dataTable, howToRead, name, section } from './parts.ts';

const ROW_PX = 13;
const TABLE_COLUMNS = 12;

/** Heat maps of the best strategies; the rest is in the tables. */
export function heatmapsOf(runs: readonly RunResult[]): HeatmapData[] {
  return runs.slice(0, SERIES_HIGHLIGHTED).map(heatmapData);
}

export function heatmapSection(
  result: Result,
  runs: readonly RunResult[],
  maps: readonly HeatmapData[],
): Html {
  const leftOut = runs.length - maps.length;
  const legend = heatmapLegend().map(
    ({ level, label }) =>
      html`<li><svg width="100%" height="10" aria-hidden="true"><rect class="heat-${level}" width="100%" height="10"/></svg>${label}</li>`,
  );
  return section(
    { id: 'heatmap', topic: 'Load over time', title: heatmapFinding(runs) },
    html`<div class="heat-key"><span id="heat-scale">Busy share of a step, from</span><ul aria-labelledby="heat-scale">${legend}</ul></div>
<div class="heatmaps">${maps.map((map, i) => heatmap(map, i, result))}</div>
<p class="caption">${howToRead(
      'A row is a node, the busiest on top; a column is a moment; the scale tells what its colour means. An even keel has no stripes; a node that is down has the colour of an idle one. Dashed lines are faults.',
    )}${leftOut > 0 ? ` Drawn are the ${maps.length} best strategies of ${runs.length}.` : ''}</p>
${dataDetails(heatTable(maps))}`,
  );
}

function heatmap(map: HeatmapData, index: number, { scenario }: Result): Html {
  const columns = map.busy[0]?.length ?? 0;
  const rows = map.nodes.length;
  const lengthMs = columns * map.stepMs;
  const label = `Utilization of ${rows} nodes over ${moment(lengthMs)}; the values are in the table below`;
  const axis = [0, 0.25, 0.5, 0.75, 1].map(
    (part) =>
      html`<text x="${part * 100}%" y="12" text-anchor="${part === 0 ? 'start' : part === 1 ? 'end' : 'middle'}">${moment(part * lengthMs)}</text>`,
  );
  return html`<figure class="heatmap" data-heatmap="${index}">
<figcaption>${name(map.strategy)}</figcaption>
<ol class="node-names">${map.nodes.map((node) => html`<li>${name(node)}</li>`)}</ol>
<div class="cells" id="heatmap-${index}"><svg width="100%" height="${rows * ROW_PX}" role="img" aria-label="${label}"><svg width="100%" height="100%" viewBox="0 0 ${columns} ${rows}" preserveAspectRatio="none">${heatmapPaths(map).map(({ level, d }) => html`<path class="heat-${level}" d="${d}"/>`)}</svg>${scenario.faults.map((fault) => faultLine(fault, lengthMs))}</svg></div>
<svg class="axis" width="100%" height="16" aria-hidden="true">${axis}</svg>
${map.nodesLeftOut > 0 ? html`<p class="caption">${integer(map.nodesLeftOut)} less busy nodes are left out.</p>` : null}
</figure>
`;
}

function faultLine(fault: FaultMark, lengthMs: number): Html {
  const x = Number(((100 * fault.atMs) / lengthMs).toFixed(2));
  return html`<line class="fault" x1="${x}%" x2="${x}%" y1="0" y2="100%"/>`;
}

/** Every strategy and node, in a dozen columns of time: the busiest step of each. */
function heatTable(maps: readonly HeatmapData[]): Html {
  const first = maps[0]!;
  const bin = Math.max(1, Math.ceil((first.busy[0]?.length ?? 0) / TABLE_COLUMNS));
  const starts = (first.busy[0] ?? []).map((_, step) => step).filter((step) => step % bin === 0);
  return dataTable('Highest utilization of each node, from the named moment on', {
    head: ['strategy', 'node', ...starts.map((step) => moment(step * first.stepMs))],
    rows: maps.flatMap((map) =>
      map.nodes.map((node, i) => [
        map.strategy,
        node,
        ...starts.map((step) => `${Math.max(...map.busy[i]!.slice(step, step + bin))}%`),
      ]),
    ),
  });
}
