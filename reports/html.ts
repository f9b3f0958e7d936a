/**
 * The report: one file that opens from disk, without a network, under a policy that runs the one script in it
 * and nothing else. The same result gives the same bytes.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Result, RunResult } from '../sim/result.ts';
import type { Chart } from './charts/chart.ts';
import { type CompiledChart, compileChart } from './charts/compile.ts';
import { differencesChart } from './charts/differences.ts';
import { errorsChart } from './charts/errors.ts';
import { failoverChart } from './charts/failover.ts';
import type { HeatmapData } from './charts/heatmap.ts';
import { lorenzChart } from './charts/lorenz.ts';
import { nodeLoadChart } from './charts/node-load.ts';
import { p99OverTimeChart } from './charts/p99-over-time.ts';
import { paretoChart } from './charts/pareto.ts';
import { percentilesChart } from './charts/percentiles.ts';
import { seriesStyles } from './charts/theme.ts';
import { throughputChart } from './charts/throughput.ts';
import { heatmapSection, heatmapsOf } from './page/heatmaps.ts';
import { chartSection, withHeatColors } from './page/parts.ts';
import type { Payload } from './page/payload.ts';
import { pageHeader, seriesKey, verdictSection } from './page/ranking.ts';
import { contrastOf, replaySection } from './page/replay.ts';
import { replayData } from './page/replay-data.ts';
import { pageScript } from './page/script.ts';
import { costSection, eventsTable, hotspotSection, provenance, treatmentSection } from './page/tables.ts';
import { rankedRuns } from './ranked.ts';
import { Html, html, scriptJson, visibleWithin } from './safe.ts';

export async function renderHtml(result: Result): Promise<string> {
  const runs = rankedRuns(result).map(visibleWithin);
  const charts: (Chart | null)[] = [
    differencesChart(result),
    percentilesChart(runs),
    failoverChart(result, runs),
    throughputChart(result, runs),
    p99OverTimeChart(result, runs),
    errorsChart(result, runs),
    nodeLoadChart(runs),
    lorenzChart(runs),
    paretoChart(runs),
  ];
  const compiled: CompiledChart[] = [];
  for (const chart of charts) if (chart !== null) compiled.push(await compileChart(chart));
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
  const css = withHeatColors(await readFile(new URL('./page/page.css', import.meta.url), 'utf8'));
  return page({
    result,
    css,
    script: await pageScript(),
    payload,
    body: bodyOf(result, runs, compiled, heatmaps),
  });
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

interface PageInput {
  result: Result;
  css: string;
  script: string;
  payload: Payload;
  body: Html;
}

function page({ result, css, script, payload, body }: PageInput): string {
  const policy = [
    "default-src 'none'",
    `script-src ${sourceHash(script)}`,
    `style-src ${sourceHash(css)}`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${result.scenario.name} · evenkeel</title>
<style>${new Html(css)}</style>
</head>
<body>
${body}<script type="application/json" id="payload">${new Html(scriptJson(payload))}</script>
<script type="module">${new Html(script)}</script>
</body>
</html>
`.markup;
}

/** As the policy names an inline script or style. */
function sourceHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
