/** A map of partitions: what colours it can be chosen, and each square or arc tells its owner and load. */
/// <reference lib="dom" />
import { pointer, select } from 'd3';
import { panelsMarkup, panelsOf, placeOf, viewBoxOf } from '../charts/partition-drawing.ts';
import {
  type Coloring,
  octavesOf,
  partitionAt,
  SHARD_COLORS,
  shadeOf,
  shardColor,
} from '../charts/partition-shapes.ts';
import { integer } from '../format.ts';
import type { PartitionMapData } from '../page/partition-maps.ts';
import type { Tooltip } from './tooltip.ts';

const SVG = 'http://www.w3.org/2000/svg';
/** Narrower than this, before stands above after [px]. */
const PAIR_PX = 480;

export function mountPartitions(stage: HTMLElement, data: PartitionMapData, tooltip: Tooltip): void {
  const { map } = data;
  const panels = panelsOf(map);
  const changed = panels.length > 1;
  const choices: [Coloring, string][] = [
    ['load', 'Load'],
    ['owner', 'Owner'],
    ...(changed ? [['moved', 'Moved'] as [Coloring, string]] : []),
  ];
  const svg = document.createElementNS(SVG, 'svg');
  const beside = changed && stage.clientWidth >= PAIR_PX;
  const last = panels.length - 1;
  svg.setAttribute('viewBox', viewBoxOf(panels, beside).join(' '));
  svg.setAttribute('role', 'img');
  const legend = document.createElement('ul');
  legend.className = 'partition-key';
  const draw = (coloring: Coloring) => {
    svg.setAttribute('aria-label', `${data.noun}s by ${coloring}; the table below has the numbers`);
    svg.innerHTML = panelsMarkup(map, panels, coloring, beside);
    legend.replaceChildren(...(coloring === 'load' ? loadKey(data) : shardKey(map.requests.length)));
  };
  stage.replaceChildren(choiceOf(choices, draw), svg, legend);
  stage.classList.toggle('pair', beside);
  draw('load');
  const octaves = octavesOf(map);
  select(svg)
    .on('pointermove', (event: PointerEvent) => {
      const [x, y] = pointer(event, svg);
      const [stepX, stepY] = placeOf(1, beside);
      const index = Math.max(0, Math.min(last, Math.floor(beside ? x / stepX : y / stepY)));
      const [left, top] = placeOf(index, beside);
      const partition = partitionAt(map, x - left, y - top);
      if (partition === null) return tooltip.hide();
      const { owner, other } = panels[index]!;
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
  if (shards > SHARD_COLORS) return [];
  return Array.from({ length: shards }, (_, shard) => keyItem(shardColor(shard), `shard ${shard}`));
}

function keyItem(color: string, words: string): HTMLLIElement {
  const item = document.createElement('li');
  const swatch = document.createElement('i');
  swatch.style.background = color;
  item.append(swatch, words);
  return item;
}
