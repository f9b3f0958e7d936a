/** `report --format svg|png`: single charts of a stored result as files. */
import { join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { drawingsOf } from '../../reports/charts/drawings.ts';
import { standaloneSvg, type Theme } from '../../reports/charts/standalone.ts';
import { seriesStyles } from '../../reports/charts/theme.ts';
import { rankedRuns } from '../../reports/ranked.ts';
import { visibleWithin } from '../../reports/safe.ts';
import type { Result } from '../result.ts';
import { choices } from '../suggest.ts';
import { usageError } from './failures.ts';
import { prepareFolder, writeWhole } from './files.ts';

export interface Drawing {
  readonly format: 'svg' | 'png';
  readonly theme: Theme;
  /** Null for all. */
  readonly charts: readonly string[] | null;
  /** A folder; a file for a single chart. */
  readonly out: string;
}

/** Pixels of a PNG per unit of the drawing: sharp on most screens. */
const ZOOM = 2;

/** @returns the files written */
export async function writeDrawings(
  result: Result,
  { format, theme, charts, out }: Drawing,
): Promise<string[]> {
  const runs = rankedRuns(result).map(visibleWithin);
  const all = drawingsOf(result, runs);
  const known = all.map(({ id }) => id);
  const unknown = charts?.find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw usageError(`--chart ${unknown}: the result has no such chart; ${choices(unknown, known)}`);
  const wanted = all.filter(({ id }) => charts === null || charts.includes(id));
  const oneFile = out.endsWith(`.${format}`);
  if (oneFile && wanted.length > 1)
    throw usageError(
      `--out ${out} is one file, but there are ${wanted.length} charts; name one with --chart, or a folder`,
    );
  if (!oneFile) prepareFolder(out);
  const written: string[] = [];
  for (const chart of wanted) {
    const path = oneFile ? out : join(out, `${chart.id}.${format}`);
    const svg = await standaloneSvg(await chart.drawing(), chart.keyed ? seriesStyles(runs) : [], theme);
    writeWhole(path, format === 'svg' ? svg : pngOf(svg));
    written.push(path);
  }
  return written;
}

function pngOf(svg: string): Uint8Array {
  return new Resvg(svg, { fitTo: { mode: 'zoom', value: ZOOM }, font: { loadSystemFonts: true } })
    .render()
    .asPng();
}
