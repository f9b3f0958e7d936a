/**
 * One chart as a drawing of its own, for a README or a pull request: what the page says around it, the finding and the
 * key to the strategies, is drawn into it, and colours stand for the page's variables.
 */
import { readFile } from 'node:fs/promises';
import { columnsOf, fitted, wrapped } from '../columns.ts';
import { withDerivedColors } from '../page/parts.ts';
import { escapeHtml } from '../safe.ts';
import type { SeriesStyle } from './theme.ts';

export type Theme = 'light' | 'dark';

const PAD = 20;
const TITLE_SIZE = 18;
const TITLE_LINE = 24;
const KEY_SIZE = 13;
const KEY_LINE = 22;
const SWATCH = 26;
/** Of a letter, as a share of its size: a little more than most fonts take, so that nothing is cut. */
const LETTER = 0.6;
const FONT =
  'system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", "DejaVu Sans", Arial, sans-serif';

/** What is drawn, with its finding. */
export interface Drawing {
  readonly title: string;
  /** With a width and a height. */
  readonly svg: string;
}

/** @param styles of the strategies in it, in order of rank; none where it needs no key */
export async function standaloneSvg(
  { title: finding, svg }: Drawing,
  styles: readonly SeriesStyle[],
  theme: Theme,
): Promise<string> {
  const [, width, height] = /<svg[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg)!.map(Number) as [
    number,
    number,
    number,
  ];
  const title = wrapped(finding, Math.floor(width / (TITLE_SIZE * LETTER)));
  const key = styles.length === 0 ? [] : keyRows(styles, width);
  const top = PAD + TITLE_LINE * title.length + KEY_LINE * key.length + PAD / 2;
  const text = (x: number, y: number, size: number, words: string, more = '') =>
    `<text x="${x}" y="${y}" font-size="${size}" fill="var(--ink)"${more}>${escapeHtml(words)}</text>`;
  const drawn = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width + 2 * PAD}" height="${top + height + PAD}" font-family="${escapeHtml(FONT)}" role="img" aria-label="${escapeHtml(finding)}">`,
    '<rect width="100%" height="100%" fill="var(--paper)"/>',
    ...title.map((line, i) =>
      text(PAD, PAD + TITLE_SIZE + i * TITLE_LINE, TITLE_SIZE, line, ' font-weight="bold"'),
    ),
    ...key.flatMap((row, r) => {
      const y = PAD + TITLE_LINE * title.length + KEY_LINE * r + KEY_LINE / 2;
      return row.map(
        ({ x, style: { color, dash }, label }) =>
          `<line x1="${PAD + x}" x2="${PAD + x + SWATCH - 6}" y1="${y}" y2="${y}" stroke="${color}" stroke-width="3" stroke-dasharray="${dash.join(' ')}"/>` +
          text(PAD + x + SWATCH, y + KEY_SIZE / 3, KEY_SIZE, label),
      );
    }),
    svg.replace('<svg', `<svg x="${PAD}" y="${top}"`),
    '</svg>',
  ].join('\n');
  const colors = await colorsOf(theme);
  return `${drawn.replace(/var\((--[\w-]+)\)/g, (_, name: string) => colors.get(name)!)}\n`;
}

interface KeyEntry {
  readonly x: number;
  readonly style: SeriesStyle;
  readonly label: string;
}

/** From left to right, then on the next row. */
function keyRows(styles: readonly SeriesStyle[], width: number): KeyEntry[][] {
  const rows: KeyEntry[][] = [[]];
  let x = 0;
  for (const style of styles) {
    const label = fitted(style.strategy, 40);
    const wide = SWATCH + columnsOf(label) * KEY_SIZE * LETTER + 14;
    if (x > 0 && x + wide > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)!.push({ x, style, label });
    x += wide;
  }
  return rows;
}

/** The page's own: one palette, wherever a chart is drawn. */
async function colorsOf(theme: Theme): Promise<Map<string, string>> {
  const css = withDerivedColors(await readFile(new URL('../page/page.css', import.meta.url), 'utf8'));
  const start = css.indexOf(theme === 'light' ? ':root {' : ':root[data-theme="dark"] {');
  const block = css.slice(start, css.indexOf('}', start));
  return new Map(Array.from(block.matchAll(/(--[\w-]+):\s*([^;]+);/g), ([, name, value]) => [name!, value!]));
}
