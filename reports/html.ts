/**
 * The report: one file that opens from disk, without a network, under a policy that runs the one script in it
 * and nothing else. The same result gives the same bytes.
 */
import type { Result, RunResult } from '../sim/result.ts';
import { chartsOf } from './charts/all.ts';
import { type CompiledChart, compileChart } from './charts/compile.ts';
import type { HeatmapData } from './charts/heatmap.ts';
import { seriesStyles } from './charts/theme.ts';
import { wholePage } from './page/document.ts';
import { heatmapSection, heatmapsOf } from './page/heatmaps.ts';
import { chartSection } from './page/parts.ts';
import type { Payload } from './page/payload.ts';
import { pageHeader, seriesKey, verdictSection } from './page/ranking.ts';
import { contrastOf, replaySection } from './page/replay.ts';
import { replayData } from './page/replay-data.ts';
import { costSection, eventsTable, hotspotSection, provenance, treatmentSection } from './page/tables.ts';
import { rankedRuns } from './ranked.ts';
import { type Html, html, visibleWithin } from './safe.ts';

export async function renderHtml(result: Result): Promise<string> {
  const runs = rankedRuns(result).map(visibleWithin);
  const compiled: CompiledChart[] = [];
  for (const chart of chartsOf(result, runs)) compiled.push(await compileChart(chart));
  const heatmaps = heatmapsOf(runs);
  const contrast = contrastOf(runs.slice(0, heatmaps.length));
  const payload: Payload = {
    strategies: seriesStyles(runs).map(({ strategy, color }) => ({ name: strategy, color })),
    charts: compiled.map(({ chart: { id, readout, overTime }, vega }) => ({ id, vega, readout, overTime })),
    heatmaps,
    replays: heatmaps.map((map, i) => replayData(result, runs[i]!, map.nodes)),
    replay: {
      atMs: contrast?.atMs ?? 0,
      sides: [0, contrast === null ? heatmaps.length - 1 : runs.indexOf(contrast.busy)],
    },
  };
  return wholePage({ title: result.scenario.name, payload, body: bodyOf(result, runs, compiled, heatmaps) });
}

function bodyOf(
  result: Result,
  runs: readonly RunResult[],
  charts: readonly CompiledChart[],
  heatmaps: readonly HeatmapData[],
): Html {
  const sectionOf = (id: string) => {
    const found = charts.find(({ chart }) => chart.id === id);
    return found === undefined ? null : chartSection(found);
  };
  return html`${pageHeader(result)}<main>
${verdictSection(result)}${seriesKey(result)}${sectionOf('differences')}${sectionOf('percentiles')}${sectionOf('failover')}${eventsTable(runs)}
${sectionOf('throughput')}${sectionOf('p99-over-time')}${sectionOf('errors')}${sectionOf('node-load')}${sectionOf('lorenz')}
${heatmapSection(result, runs, heatmaps)}${replaySection(runs, contrastOf(runs.slice(0, heatmaps.length)))}${hotspotSection(runs)}${treatmentSection(runs)}${sectionOf('pareto')}${costSection(runs)}</main>
${provenance(result)}`;
}
