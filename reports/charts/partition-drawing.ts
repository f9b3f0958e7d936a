/** A map of partitions as markup, before and after where partitions changed hands: for the page and for files alike. */
import {
  bordersOf,
  type Coloring,
  type Moment,
  ownersOf,
  type PartitionMap,
  SIZE,
  shapesOf,
} from './partition-shapes.ts';

const GAP = 8;
const HEAD = 8;

interface Panel extends Moment {
  /** Empty where there is but one. */
  readonly title: string;
}

/** One, or two where partitions moved. */
export function panelsOf(map: PartitionMap): Panel[] {
  const before = ownersOf(map.owners);
  if (map.moved.length === 0) return [{ title: '', owner: before, other: before }];
  const after = [...before];
  for (const [partition, shard] of map.moved) after[partition] = shard;
  return [
    { title: 'at the start', owner: before, other: after },
    { title: 'at the end', owner: after, other: before },
  ];
}

/** Where the i-th panel stands. */
export function placeOf(i: number, beside: boolean): readonly [x: number, y: number] {
  return beside ? [i * (SIZE + GAP), 0] : [0, i * (SIZE + HEAD + GAP)];
}

/** Left, top, width and height of all panels together. */
export function viewBoxOf(
  panels: readonly Panel[],
  beside: boolean,
): readonly [number, number, number, number] {
  const head = panels.length > 1 ? HEAD : 0;
  const [x, y] = placeOf(panels.length - 1, beside);
  return [0, -head, SIZE + x, SIZE + head + y];
}

/** What stands inside the SVG. Numbers and words of our own only. */
export function panelsMarkup(
  map: PartitionMap,
  panels: readonly Panel[],
  coloring: Coloring,
  beside: boolean,
): string {
  return panels.map((panel, i) => panelMarkup(map, panel, coloring, placeOf(i, beside))).join('');
}

function panelMarkup(
  map: PartitionMap,
  panel: Panel,
  coloring: Coloring,
  [x, y]: readonly [number, number],
): string {
  const parts = panel.title === '' ? [] : [text(0, -3, panel.title, 'var(--ink-soft)')];
  for (const { path, fill } of shapesOf(map, panel, coloring))
    parts.push(`<path d="${path}" fill="${fill}" shape-rendering="crispEdges"/>`);
  if (map.arcEnds.length === 0) {
    const { path, labels } = bordersOf(panel.owner);
    parts.push(`<path d="${path}" fill="none" stroke="var(--ink)" stroke-width="0.5"/>`);
    for (const [left, top, shard] of labels) parts.push(text(left, top, String(shard), 'var(--ink)'));
  }
  return `<g transform="translate(${x} ${y})">${parts.join('')}</g>`;
}

function text(x: number, y: number, words: string, fill: string): string {
  return `<text x="${x}" y="${y}" fill="${fill}" font-size="5" font-family="system-ui, sans-serif" paint-order="stroke" stroke="var(--paper)" stroke-width="1.2">${words}</text>`;
}

/** For a file, at this width: coloured by what moved where something did, else by load. */
export function partitionDrawing(map: PartitionMap, width: number): string {
  const panels = panelsOf(map);
  const box = viewBoxOf(panels, true);
  const height = Math.round((width * box[3]) / box[2]);
  const coloring = panels.length > 1 ? 'moved' : 'load';
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${box.join(' ')}">${panelsMarkup(map, panels, coloring, true)}</svg>`;
}
