/**
 * A family of heat maps as one drawing, for a file: on the page their labels are HTML, which no drawing has. Colours
 * are the page's variables.
 */
import { fitted } from '../columns.ts';
import { moment } from '../format.ts';
import { escapeHtml } from '../safe.ts';
import { type HeatmapData, heatmapPaths } from './heatmap.ts';
import { CHART_WIDTH } from './theme.ts';

export interface HeatmapFamily {
  readonly maps: readonly HeatmapData[];
  /** What the colours mean, and the lower edges of their classes. */
  readonly scale: string;
  readonly legend: readonly string[];
  readonly rowPx: number;
  /** Every so many rows have room for their name. */
  readonly namedEvery: number;
}

const NAMES_PX = 110;
const HEAD_PX = 24;
const AXIS_PX = 26;
const LEGEND_PX = 40;
const SWATCH_PX = 46;
const FONT = 11;

/** SVG markup with a width and a height. */
export function heatmapDrawing(
  { maps, scale, legend, rowPx, namedEvery }: HeatmapFamily,
  faultsMs: readonly number[],
): string {
  const parts = [legendOf(scale, legend)];
  let top = LEGEND_PX;
  for (const map of maps) {
    parts.push(`<g transform="translate(0 ${top})">${mapOf(map, faultsMs, rowPx, namedEvery)}</g>`);
    top += HEAD_PX + map.rows.length * rowPx + AXIS_PX;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${CHART_WIDTH}" height="${top}" viewBox="0 0 ${CHART_WIDTH} ${top}">${parts.join('')}</svg>`;
}

function legendOf(scale: string, legend: readonly string[]): string {
  const left = CHART_WIDTH - legend.length * SWATCH_PX;
  return (
    text(0, 11, scale) +
    legend
      .map(
        (label, level) =>
          `<rect x="${left + level * SWATCH_PX}" width="${SWATCH_PX}" height="12" fill="var(--heat-${level})"/>` +
          text(left + level * SWATCH_PX, 26, label),
      )
      .join('')
  );
}

function mapOf(map: HeatmapData, faultsMs: readonly number[], rowPx: number, namedEvery: number): string {
  const columns = map.values[0]?.length ?? 0;
  const height = map.rows.length * rowPx;
  const width = CHART_WIDTH - NAMES_PX;
  const lengthMs = columns * map.stepMs;
  const names = map.rows.map((row, i) =>
    i % namedEvery === 0 ? text(NAMES_PX - 8, HEAD_PX + (i + 0.8) * rowPx, fitted(row, 16), 'end') : '',
  );
  const cells = heatmapPaths(map).map(({ level, d }) => `<path d="${d}" fill="var(--heat-${level})"/>`);
  const lines = faultsMs.map((atMs) => {
    const x = NAMES_PX + (width * atMs) / lengthMs;
    return `<line x1="${x}" x2="${x}" y1="${HEAD_PX}" y2="${HEAD_PX + height}" stroke="var(--ink)" stroke-dasharray="3 3"/>`;
  });
  const axis = [0, 0.25, 0.5, 0.75, 1].map((part) =>
    text(
      NAMES_PX + part * width,
      HEAD_PX + height + 14,
      moment(part * lengthMs),
      part === 0 ? 'start' : part === 1 ? 'end' : 'middle',
    ),
  );
  return (
    `<text x="0" y="16" font-size="13" font-weight="bold" fill="var(--ink)">${escapeHtml(fitted(map.strategy, 60))}</text>` +
    names.join('') +
    `<g transform="translate(${NAMES_PX} ${HEAD_PX}) scale(${width / Math.max(1, columns)} ${rowPx})" shape-rendering="crispEdges">${cells.join('')}</g>` +
    lines.join('') +
    axis.join('')
  );
}

function text(x: number, y: number, words: string, anchor = 'start'): string {
  return `<text x="${x}" y="${y}" font-size="${FONT}" text-anchor="${anchor}" fill="var(--ink-soft)">${escapeHtml(words)}</text>`;
}
