/**
 * Small multiples over time: row x step, one map per strategy on one scale for all. Drawn as plain SVG with one
 * path per colour, which stays small, sharp and printable where a canvas would not.
 */
import { interpolateInferno, interpolateYlOrRd, scaleLinear } from 'd3';

/** What the page needs of one map. */
export interface HeatmapData {
  strategy: string;
  /** First on top. */
  rows: string[];
  stepMs: number;
  /** [row][column]; percent, binned where there are more steps than can be seen. */
  values: number[][];
  /** [row], one character per column: colour class 0 to 9, or a blank for none. */
  levels: string[];
  /** What the values are, as in `81% busy`. */
  unit: string;
}

export const CLASSES = 10;
const COLUMNS_MAX = 120;

/** Steps that share a column. */
export function columnSteps(steps: number): number {
  return Math.max(1, Math.ceil(steps / COLUMNS_MAX));
}

/** @param levelOf colour class of a value, -1 for none */
export function levelsOf(values: readonly number[][], levelOf: (value: number) => number): string[] {
  const char = (value: number) => {
    const level = levelOf(value);
    return level < 0 ? ' ' : String(level);
  };
  return values.map((row) => row.map(char).join(''));
}

/** One path per colour class, in units of columns and rows; neighbours of one class are joined. */
export function heatmapPaths({ levels }: HeatmapData): { level: number; d: string }[] {
  const paths = Array.from({ length: CLASSES }, () => '');
  for (const [row, values] of levels.entries())
    for (let from = 0; from < values.length; ) {
      const level = values[from]!;
      let to = from + 1;
      while (to < values.length && values[to] === level) to++;
      if (level !== ' ') paths[Number(level)] += `M${from} ${row}h${to - from}v1h${from - to}z`;
      from = to;
    }
  return paths.map((d, level) => ({ level, d })).filter(({ d }) => d !== '');
}

/** CSS of the colour classes, light to dark on paper and the reverse at night. */
export function heatmapColors(): { light: string; dark: string } {
  const light = scaleLinear([0, CLASSES - 1], [0.02, 1]);
  const dark = scaleLinear([0, CLASSES - 1], [0.1, 0.96]);
  const ramp = (color: (level: number) => string) =>
    Array.from({ length: CLASSES }, (_, level) => `--heat-${level}:${color(level)};`).join('');
  return {
    light: ramp((level) => interpolateYlOrRd(light(level))),
    dark: ramp((level) => interpolateInferno(dark(level))),
  };
}
