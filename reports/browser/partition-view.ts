/** A map of partitions: what colours it can be chosen, and each square or arc tells its owner and load. */
/// <reference lib="dom" />
import { pointer, select } from 'd3';
import {
  bordersOf,
  type Coloring,
  type Moment,
  octavesOf,
  ownersOf,
  partitionAt,
  SIZE,
  shadeOf,
  shapesOf,
  shardColor,
} from '../charts/partition-shapes.ts';
import { integer } from '../format.ts';
import type { PartitionMapData } from '../page/partition-maps.ts';
import type { Tooltip } from './tooltip.ts';

const SVG = 'http://www.w3.org/2000/svg';
const GAP = 8;
const HEAD = 8;
const NAMED_SHARDS_MAX = 16;
/** Narrower than this, before stands above after [px]. */
const PAIR_PX = 480;

export function mountPartitions(stage: HTMLElement, data: PartitionMapData, tooltip: Tooltip): void {
  const { map } = data;
  const before = ownersOf(map.owners);
  const after = [...before];
  for (const [partition, shard] of map.moved) after[partition] = shard;
  const changed = map.moved.length > 0;
  const moments: [string, Moment][] = changed
    ? [
        ['at the start', { owner: before, other: after }],
        ['at the end', { owner: after, other: before }],
      ]
    : [['', { owner: before, other: before }]];
  const choices: [Coloring, string][] = [
    ['load', 'Load'],
    ['owner', 'Owner'],
    ...(changed ? [['moved', 'Moved'] as [Coloring, string]] : []),
  ];
  const svg = document.createElementNS(SVG, 'svg');
  const head = changed ? HEAD : 0;
  const beside = changed && stage.clientWidth >= PAIR_PX;
  const [stepX, stepY] = beside ? [SIZE + GAP, 0] : [0, SIZE + HEAD + GAP];
  const last = moments.length - 1;
  svg.setAttribute('viewBox', `0 ${-head} ${SIZE + last * stepX} ${SIZE + head + last * stepY}`);
  svg.setAttribute('role', 'img');
  const legend = document.createElement('ul');
  legend.className = 'partition-key';
  const draw = (coloring: Coloring) => {
    svg.setAttribute('aria-label', `${data.noun}s by ${coloring}; the table below has the numbers`);
    svg.replaceChildren(...moments.map((moment, i) => panel(data, moment, coloring, [i * stepX, i * stepY])));
    legend.replaceChildren(...(coloring === 'load' ? loadKey(data) : shardKey(map.requests.length)));
  };
  stage.append(choiceOf(choices, draw), svg, legend);
  stage.classList.toggle('pair', beside);
  draw('load');
  const octaves = octavesOf(map);
  select(svg)
    .on('pointermove', (event: PointerEvent) => {
      const [x, y] = pointer(event, svg);
      const index = Math.min(last, Math.floor(beside ? x / stepX : y / stepY));
      const partition = index < 0 ? null : partitionAt(map, x - index * stepX, y - index * stepY);
      if (partition === null) return tooltip.hide();
      const { owner, other } = moments[index]![1];
      const [shard, counterpart] = [owner[partition]!, other[partition]!];
      tooltip.show(event.clientX, event.clientY, `${data.noun} ${integer(partition)}`, [
        { color: shardColor(shard), name: `shard ${shard}`, value: requestsIn(octaves[partition]!) },
        ...(shard === counterpart
          ? []
          : [
              {
                color: shardColor(counterpart),
                name: index === 0 ? 'went to' : 'came from',
                value: `shard ${counterpart}`,
              },
            ]),
      ]);
    })
    .on('pointerleave', () => tooltip.hide());
}

function choiceOf(choices: readonly [Coloring, string][], chosen: (coloring: Coloring) => void): HTMLElement {
  const group = document.createElement('div');
  group.className = 'partition-choice';
  group.setAttribute('role', 'group');
  group.setAttribute('aria-label', 'Colour by');
  const buttons = choices.map(([coloring, text], i) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = text;
    button.setAttribute('aria-pressed', String(i === 0));
    button.addEventListener('click', () => {
      for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
      chosen(coloring);
    });
    return button;
  });
  group.append('Colour by', ...buttons);
  return group;
}

function panel(
  { map }: PartitionMapData,
  [title, moment]: [string, Moment],
  coloring: Coloring,
  [x, y]: readonly [number, number],
): SVGElement {
  const group = element('g', { transform: `translate(${x} ${y})` });
  if (title !== '') group.append(text(0, -3, title, 'var(--ink-soft)'));
  for (const { path, fill } of shapesOf(map, moment, coloring))
    group.append(element('path', { d: path, fill, 'shape-rendering': 'crispEdges' }));
  if (map.arcEnds.length > 0) return group;
  const { path, labels } = bordersOf(moment.owner);
  group.append(element('path', { d: path, fill: 'none', stroke: 'var(--ink)', 'stroke-width': '0.5' }));
  for (const [left, top, shard] of labels) group.append(text(left, top, String(shard), 'var(--ink)'));
  return group;
}

function text(x: number, y: number, content: string, fill: string): SVGElement {
  const made = element('text', {
    x: String(x),
    y: String(y),
    fill,
    'font-size': '5',
    'font-family': 'system-ui, sans-serif',
    'paint-order': 'stroke',
    stroke: 'var(--paper)',
    'stroke-width': '1.2',
  });
  made.textContent = content;
  return made;
}

function element(name: string, attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** `4 to 7 requests` */
function requestsIn(octave: number): string {
  if (octave < 2) return octave === 0 ? 'no request' : '1 request';
  return `${integer(2 ** (octave - 1))} to ${integer(2 ** octave - 1)} requests`;
}

/** The palest shade stands for all that is less, too. */
function upTo(octave: number): string {
  return octave < 2 ? requestsIn(octave) : `up to ${integer(2 ** octave - 1)} requests`;
}

function loadKey({ map }: PartitionMapData): HTMLLIElement[] {
  const present = [...new Set(octavesOf(map))].sort((a, b) => a - b);
  const highest = present.at(-1)!;
  const asked = present.filter((octave) => octave > 0);
  const shades = new Map(asked.map((octave) => [shadeOf(octave, highest), octave]));
  const items = Array.from(shades, ([shade, octave]) =>
    keyItem(`var(--heat-${shade})`, shade === 0 ? upTo(octave) : requestsIn(octave)),
  );
  return present[0] === 0 ? [keyItem('var(--line)', requestsIn(0)), ...items] : items;
}

function shardKey(shards: number): HTMLLIElement[] {
  if (shards > NAMED_SHARDS_MAX) return [];
  return Array.from({ length: shards }, (_, shard) => keyItem(shardColor(shard), `shard ${shard}`));
}

function keyItem(color: string, words: string): HTMLLIElement {
  const item = document.createElement('li');
  const swatch = document.createElement('i');
  swatch.style.background = color;
  item.append(swatch, words);
  return item;
}
