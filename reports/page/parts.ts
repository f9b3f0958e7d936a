/** Small pieces of markup that every section uses. */

import { interpolateLab } from 'd3';
import type { DataTable } from '../charts/chart.ts';
import type { CompiledChart } from '../charts/compile.ts';
import { heatmapColors } from '../charts/heatmap.ts';
import { SHARD_COLORS } from '../charts/partition-shapes.ts';
import { SERIES_HIGHLIGHTED, type SeriesStyle } from '../charts/theme.ts';
import { Html, type HtmlValue, html } from '../safe.ts';

/** A stranger's name: isolated from the direction of the text around it, cut by CSS where it is endless. */
export function name(text: string): Html {
  return html`<bdi class="name">${text}</bdi>`;
}

/** A stroke as the charts draw it: colour and dash. */
export function swatch({ color, dash }: SeriesStyle): Html {
  const pattern = dash.join(' ');
  return html`<svg class="swatch" width="22" height="8" aria-hidden="true"><line x1="0" y1="4" x2="22" y2="4" stroke="${color}" stroke-width="3" stroke-dasharray="${pattern}"/></svg>`;
}

/** A table that scrolls by itself where the page is too narrow for it, by keyboard too. */
export function scrolling(label: string, table: Html): Html {
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${label}">${table}</div>`;
}

const NUMBER = /^([<>+]?[\d.,]+( ?(%|ms|s|[kM]?\/s|[KMGT]?i?B))?|–|never)$/;

/** Columns of numbers are set right; the first column names the row. */
export function dataTable(caption: string, { head, rows }: DataTable): Html {
  const classes = head.map((_, column) =>
    column > 0 && rows.every((row) => NUMBER.test(row[column]!)) ? 'number' : 'text',
  );
  const cell = (text: string, column: number) =>
    column === 0
      ? html`<th scope="row">${name(text)}</th>`
      : html`<td class="${classes[column]!}">${classes[column] === 'number' ? text : name(text)}</td>`;
  const heads = head.map(
    (text, column) => html`<th scope="col" class="${classes[column]!}">${name(text)}</th>`,
  );
  return scrolling(
    caption,
    html`<table><caption class="unseen">${caption}</caption><thead><tr>${heads}</tr></thead><tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody></table>`,
  );
}

export interface SectionText {
  id: string;
  topic: string;
  title: string;
}

export function section({ id, topic, title }: SectionText, body: HtmlValue): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<p class="topic">${topic}</p>
<h2 id="${id}-title">${title}</h2>
${body}
</section>
`;
}

/** A chart as a section of its own: finding, drawing, how to read it, its data. */
export function chartSection({ chart, svg }: CompiledChart): Html {
  return section(
    chart,
    html`<figure>
<div class="chart" id="chart-${chart.id}">${new Html(svg)}</div>
<figcaption>${howToRead(chart.howToRead)}</figcaption>
</figure>
${dataDetails(dataTable(`Data: ${chart.title}`, chart.table))}`,
  );
}

export function howToRead(text: string): Html {
  return html`<strong>How to read this.</strong> ${text}`;
}

export function dataDetails(table: Html, summary = 'Data as a table'): Html {
  return html`<details><summary>${summary}</summary>${table}</details>`;
}

/** The style sheet with the colours filled in that follow from others: of heat maps, and of shards. */
export function withDerivedColors(css: string): string {
  const { light, dark } = heatmapColors();
  return css
    .replaceAll('--heat-light: 0;', light)
    .replaceAll('--heat-dark: 0;', dark)
    .replace(/\{([^{}]*?)--shards: 0;/g, (_, before: string) => `{${before}${shardColors(before)}`);
}

/** @param declared the theme's own colours */
function shardColors(declared: string): string {
  const color = (variable: string): string => new RegExp(`--${variable}:\\s*([^;]+);`).exec(declared)![1]!;
  return Array.from({ length: SHARD_COLORS }, (_, shard) => {
    const own = color(`series-${(shard % SERIES_HIGHLIGHTED) + 1}`);
    const ground = [null, 'paper', 'ink'][Math.floor(shard / SERIES_HIGHLIGHTED)] ?? null;
    const mixed = ground === null ? own : interpolateLab(own, color(ground))(0.45);
    return `--shard-${shard + 1}:${mixed};`;
  }).join('');
}
