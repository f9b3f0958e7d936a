/**
 * The report: one file that opens from disk, without a network, under a policy that runs the one script in it
 * and nothing else. The same result gives the same bytes.
 */
import type { Result } from '../sim/result.ts';
import { chartsOf } from './charts/all.ts';
import { busyMap } from './charts/busy-map.ts';
import { type CompiledChart, compileChart } from './charts/compile.ts';
import type { HeatmapFamily } from './charts/heatmap-drawing.ts';
import { responseMaps } from './charts/response-map.ts';
import { SERIES_HIGHLIGHTED, seriesStyles } from './charts/theme.ts';
import { certaintySection } from './page/certainty.ts';
import { wholePage } from './page/document.ts';
import { faultsSection } from './page/faults.ts';
import { busySection, type HeatmapSection, heatmapSection, responseSection } from './page/heatmaps.ts';
import { partitionMapSections, partitionMaps } from './page/partition-maps.ts';
import { chartSection } from './page/parts.ts';
import { chartPayload, type Payload } from './page/payload.ts';
import { pageHeader, seriesKey, verdictSection } from './page/ranking.ts';
import { rebalanceSection } from './page/rebalance.ts';
import { contrastOf, replaySection } from './page/replay.ts';
import { replayData } from './page/replay-data.ts';
import { costSection, eventsTable, hotspotSection, provenance, treatmentSection } from './page/tables.ts';
import { rankedRuns } from './ranked.ts';
import { type Html, html, visibleWithin } from './safe.ts';

/** @param gates what a check found, if it was one */
export async function renderHtml(whole: Result, gates: Html | null = null): Promise<string> {
  const result = bestOf(whole);
  const runs = rankedRuns(result).map(visibleWithin);
  const compiled: CompiledChart[] = [];
  for (const chart of chartsOf(result, runs)) compiled.push(await compileChart(chart));
  const mapped = runs.slice(0, SERIES_HIGHLIGHTED);
  const busy = busySection(runs, mapped.map(busyMap));
  const responses = responseSection(mapped, responseMaps(mapped));
  const contrast = contrastOf(mapped);
  const partitions = partitionMaps(runs);
  const payload: Payload = {
    strategies: seriesStyles(runs).map(({ strategy, color }) => ({ name: strategy, color })),
    charts: compiled.map(chartPayload),
    heatmaps: {
      heatmap: familyOf(busy),
      ...(responses === null ? {} : { 'response-map': familyOf(responses) }),
    },
    faultsMs: result.scenario.faults.map(({ atMs }) => atMs),
    partitionMaps: partitions,
    replays: mapped.map((run, i) => replayData(result, run, busy.maps[i]!.rows)),
    replay: {
      atMs: contrast?.atMs ?? 0,
      sides: [0, contrast === null ? mapped.length - 1 : mapped.indexOf(contrast.busy)],
    },
  };
  const sectionOf = (id: string) => {
    const found = compiled.find(({ chart }) => chart.id === id);
    return found === undefined ? null : chartSection(found);
  };
  const body = html`${pageHeader(result)}<main>
${verdictSection(whole)}${gates}${seriesKey(result)}${leftOut(whole)}${sectionOf('differences')}${sectionOf('percentiles')}
${responses && heatmapSection(result, responses)}${sectionOf('failover')}${eventsTable(runs)}${faultsSection(runs)}
${sectionOf('throughput')}${sectionOf('p99-over-time')}${sectionOf('errors')}${sectionOf('hit-ratio')}${sectionOf('event-lanes')}${sectionOf('node-load')}${sectionOf('lorenz')}
${heatmapSection(result, busy)}${partitionMapSections(partitions)}${replaySection(mapped, contrast)}${hotspotSection(runs)}${treatmentSection(runs)}${rebalanceSection(runs)}
${sectionOf('pareto')}${costSection(runs)}${certaintySection(result)}</main>
${provenance(whole)}`;
  return wholePage({ title: result.scenario.name, payload, body });
}

/** The page of fifty strategies has three megabytes: many more would be slow to open, and nobody compares lines of so many. */
const DRAWN_MAX = 50;

function bestOf(result: Result): Result {
  const ranking = result.ranking.slice(0, DRAWN_MAX);
  const drawn = new Set(ranking);
  return {
    ...result,
    ranking,
    runs: result.runs.filter(({ strategy }) => drawn.has(strategy)),
    summary: result.summary.filter(({ strategy }) => drawn.has(strategy)),
  };
}

function leftOut({ ranking }: Result): Html | null {
  if (ranking.length <= DRAWN_MAX) return null;
  return html`<p class="notes">Drawn and listed below are the best ${DRAWN_MAX} of ${ranking.length} strategies; the table above has all.</p>`;
}

/** What the page's script needs of it. */
function familyOf({ maps, scale, legend, rowPx, namedEvery }: HeatmapSection): HeatmapFamily {
  return { maps, scale, legend, rowPx, namedEvery };
}
