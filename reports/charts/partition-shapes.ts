/**
 * A map of partitions as a handful of paths, one per colour: squares in reading order, or arcs of a ring. The view
 * sets them into an SVG, so that they are as sharp when saved or printed as they are on the screen.
 */
import type { PartitionMap } from '../../sim/result.ts';

export type { PartitionMap };

export type Coloring = 'load' | 'owner' | 'moved';

export interface Moment {
  /** [partition] shard */
  owner: readonly number[];
  other: readonly number[];
}

interface Shape {
  path: string;
  /** CSS colour. */
  fill: string;
}

export const SIZE = 128;
const CENTER = SIZE / 2;
/** Radii of the bands of a ring: whose it is outside, what is chosen inside. */
const OUTER = [63, 57] as const;
const INNER = [55, 38] as const;
/** The page's series, then each paler, then each darker. */
export const SHARD_COLORS = 24;
const SHADES = 10;

/** [partition] shard */
export function ownersOf(owners: PartitionMap['owners']): number[] {
  return owners.flatMap(([shard, count]) => new Array<number>(count).fill(shard));
}

/** Squares in a row; as many rows as it takes. */
export function columnsOf(partitions: number): number {
  return Math.ceil(Math.sqrt(partitions));
}

export function shadeOf(octave: number, highest: number): number {
  return Math.max(0, SHADES - 1 - (highest - octave));
}

export function octavesOf({ octaves }: PartitionMap): number[] {
  return Array.from(octaves, (char) => Number.parseInt(char, 36));
}

export function shardColor(shard: number): string {
  return `var(--shard-${(shard % SHARD_COLORS) + 1})`;
}

/** [partition] colour */
function colorsOf(map: PartitionMap, { owner, other }: Moment, coloring: Coloring): string[] {
  if (coloring === 'owner') return owner.map(shardColor);
  if (coloring === 'moved')
    return owner.map((shard, i) => (shard === other[i] ? 'var(--line)' : shardColor(shard)));
  const octaves = octavesOf(map);
  const highest = Math.max(...octaves);
  return octaves.map((octave) => (octave === 0 ? 'var(--line)' : `var(--heat-${shadeOf(octave, highest)})`));
}

export function shapesOf(map: PartitionMap, moment: Moment, coloring: Coloring): Shape[] {
  const colors = colorsOf(map, moment, coloring);
  if (map.arcEnds.length === 0) return squares(colors);
  return [...arcs(map.arcEnds, moment.owner.map(shardColor), OUTER), ...arcs(map.arcEnds, colors, INNER)];
}

function squares(colors: readonly string[]): Shape[] {
  const columns = columnsOf(colors.length);
  const side = SIZE / columns;
  return grouped(colors, columns, (from, to) => {
    const [x, y] = [(from % columns) * side, Math.floor(from / columns) * side];
    return `M${short(x)} ${short(y)}h${short((to - from) * side)}v${short(side)}h${short((from - to) * side)}z`;
  });
}

function arcs(ends: readonly number[], colors: readonly string[], [outer, inner]: readonly [number, number]) {
  return grouped(colors, Number.POSITIVE_INFINITY, (from, to) => {
    const start = from === 0 ? ends.at(-1)! - 1 : ends[from - 1]!;
    const end = ends[to - 1]!;
    const large = end - start > 0.5 ? 1 : 0;
    const [a, b, c, d] = [at(start, outer), at(end, outer), at(end, inner), at(start, inner)];
    return `M${a}A${outer} ${outer} 0 ${large} 1 ${b}L${c}A${inner} ${inner} 0 ${large} 0 ${d}z`;
  });
}

/** Clockwise from the top. */
function at(turn: number, radius: number): string {
  const angle = 2 * Math.PI * turn;
  return `${short(CENTER + radius * Math.sin(angle))} ${short(CENTER - radius * Math.cos(angle))}`;
}

/** Neighbours of one colour are drawn as one, as far as a row goes. */
function grouped(
  colors: readonly string[],
  rowLength: number,
  pathOf: (from: number, to: number) => string,
): Shape[] {
  const paths = new Map<string, string[]>();
  let from = 0;
  for (let to = 1; to <= colors.length; to++) {
    if (to < colors.length && colors[to] === colors[from] && to % rowLength !== 0) continue;
    const list = paths.get(colors[from]!) ?? [];
    paths.set(colors[from]!, list);
    list.push(pathOf(from, to));
    from = to;
  }
  return Array.from(paths, ([fill, parts]) => ({ fill, path: parts.join('') }));
}

function short(value: number): string {
  return String(Number(value.toFixed(3)));
}

/** Where long ranges of one owner begin, and whose they are; single partitions that went elsewhere are passed over. */
export function bordersOf(owner: readonly number[]): { path: string; labels: [number, number, number][] } {
  const columns = columnsOf(owner.length);
  const side = SIZE / columns;
  const runs: { shard: number; start: number; count: number }[] = [];
  for (const [i, shard] of owner.entries()) {
    const last = runs.at(-1);
    if (last?.shard === shard) last.count++;
    else runs.push({ shard, start: i, count: 1 });
  }
  const ranges: typeof runs = [];
  for (const run of runs.filter(({ count }) => count >= columns / 4)) {
    const last = ranges.at(-1);
    if (last?.shard === run.shard) last.count += run.count;
    else ranges.push(run);
  }
  const long = ranges.filter(({ count }) => count >= 2 * columns).map(({ start }) => start);
  const rowOf = (start: number) => Math.floor(start / columns);
  const path = long.map((start) => {
    const [x, y] = [(start % columns) * side, rowOf(start) * side];
    return `M0 ${short(y + side)}H${short(x)}V${short(y)}H${SIZE}`;
  });
  return {
    path: path.slice(1).join(''),
    labels: long.map((start) => [
      2,
      (rowOf(start) + (start % columns === 0 ? 0 : 1)) * side + 5.5,
      owner[start]!,
    ]),
  };
}

/** The partition at a point of the drawing; null beside it. */
export function partitionAt({ arcEnds, octaves }: PartitionMap, x: number, y: number): number | null {
  if (arcEnds.length > 0) {
    const radius = Math.hypot(x - CENTER, y - CENTER);
    if (radius > OUTER[0] || radius < INNER[1]) return null;
    const turn = (Math.atan2(x - CENTER, CENTER - y) / (2 * Math.PI) + 1) % 1;
    const found = arcEnds.findIndex((end) => end >= turn);
    return found < 0 ? 0 : found;
  }
  const columns = columnsOf(octaves.length);
  const [column, row] = [Math.floor((x * columns) / SIZE), Math.floor((y * columns) / SIZE)];
  if (column < 0 || row < 0 || column >= columns) return null;
  const partition = row * columns + column;
  return partition < octaves.length ? partition : null;
}
