/** The report of a sweep: the sentence, panels of p99, failures, hottest node and cost, and every row. */
import { type CompiledChart, compileChart } from './charts/compile.ts';
import { PANELS_MAX, type Panels, sweepPanels } from './charts/sweep-lines.ts';
import { seriesStyles } from './charts/theme.ts';
import { wholePage } from './page/document.ts';
import { dataDetails, dataTable, howToRead, name, section, swatch } from './page/parts.ts';
import { chartPayload, EMPTY_PAYLOAD } from './page/payload.ts';
import { Html, html, visibleWithin } from './safe.ts';
import { type SweepTable, sweepCells, sweepRemarks, sweepSentence } from './sweep-table.ts';

/** Of the table on the page; the CSV file has all. */
const ROWS_MAX = 1000;
const HOW_TO_READ =
  'Lines are strategies, as in the key above. All panels have the same scale; what is varied besides stands above ' +
  'each. Upright strokes are 95% intervals of the mean over seeds, where there are several.';

export async function renderSweepHtml(title: string, given: SweepTable): Promise<string> {
  const table = visibleWithin(given);
  const styles = seriesStyles(
    [...new Set(table.rows.map(({ strategy }) => strategy))].map((strategy) => ({ strategy })),
  );
  const drawn: { panels: Panels; charts: CompiledChart[] }[] = [];
  for (const panels of sweepPanels(table)) {
    const charts: CompiledChart[] = [];
    for (const chart of panels.charts) charts.push(await compileChart(chart));
    drawn.push({ panels, charts });
  }
  const body = html`<header>
<div>
<p class="topic">evenkeel · sweep · ${name(title)}</p>
</div>
</header>
<main>
<section id="verdict" aria-labelledby="verdict-title">
<h1 id="verdict-title" class="verdict">${sweepSentence(table)}</h1>
</section>
<ul class="key" id="key" aria-label="Strategies">${styles.map((style) => html`<li>${swatch(style)}${name(style.strategy)}</li>`)}</ul>
${drawn.map(({ panels, charts }) => panelSection(panels, charts))}${rowsSection(table, drawn.length > 0)}</main>
`;
  const compiled = drawn.flatMap(({ charts }) => charts);
  return wholePage({
    title: `sweep of ${title}`,
    payload: {
      ...EMPTY_PAYLOAD,
      strategies: styles.map(({ strategy, color }) => ({ name: strategy, color })),
      charts: compiled.map(chartPayload),
    },
    body,
  });
}

function panelSection(panels: Panels, charts: readonly CompiledChart[]): Html {
  return section(
    panels,
    html`<div class="panels">${charts.map(
      ({ chart, svg }) => html`<figure>
<p class="panel-title">${name(chart.title)}</p>
<div class="chart" id="chart-${chart.id}">${new Html(svg)}</div>
${dataDetails(dataTable(`Data: ${panels.topic}, ${chart.title}`, chart.table))}
</figure>
`,
    )}</div>
<p>${howToRead(HOW_TO_READ)}</p>`,
  );
}

function rowsSection(table: SweepTable, drawn: boolean): Html {
  const { head, rows } = sweepCells(table);
  const rest =
    rows.length > ROWS_MAX ? ` The first ${ROWS_MAX} of ${rows.length}; the CSV file has all.` : '';
  const why = drawn
    ? ''
    : ` Nothing is drawn: that takes a grid of at least two values and at most ${PANELS_MAX} combinations beside them, ` +
      'and figures that differ.';
  return section(
    { id: 'rows', topic: 'Every cell', title: 'All strategies with all values' },
    html`${dataTable('Every cell', { head, rows: rows.slice(0, ROWS_MAX) })}
<div class="notes">${sweepRemarks(table).map((text) => html`<p>${text}</p>`)}${rest + why === '' ? null : html`<p>${(rest + why).trim()}</p>`}</div>`,
  );
}
