/** Readout and linked time cursor of a heat map; the drawing itself is static. */
/// <reference lib="dom" />
import { pointer, scaleLinear, select } from 'd3';
import type { HeatmapData } from '../charts/heatmap.ts';
import { moment } from '../format.ts';
import type { Link } from './link.ts';
import type { Tooltip } from './tooltip.ts';

export function enlivenHeatmap(cells: HTMLElement, map: HeatmapData, link: Link, tooltip: Tooltip): void {
  const columns = map.values[0]?.length ?? 0;
  const lengthSec = (columns * map.stepMs) / 1000;
  const cursor = select(cells).append('div').attr('class', 'cursor').attr('hidden', '');
  link.onCursor((sec) => {
    cursor.attr('hidden', sec === null || sec > lengthSec ? '' : null);
    if (sec !== null) cursor.style('left', `${(100 * sec) / lengthSec}%`).style('height', '100%');
  });
  const figure = cells.closest<HTMLElement>('figure')!;
  const dim = (focus: string) => figure.classList.toggle('dimmed', focus !== '' && focus !== map.strategy);
  link.onFocus(dim);
  dim(link.focus);

  select(cells)
    .on('pointermove', (event: PointerEvent) => {
      const [x, y] = pointer(event, cells);
      const column = Math.floor(scaleLinear([0, cells.clientWidth], [0, columns])(x));
      const row = Math.floor(scaleLinear([0, cells.clientHeight], [0, map.rows.length])(y));
      const value = map.values[row]?.[column];
      if (value === undefined) return;
      const fromMs = column * map.stepMs;
      link.setCursor((fromMs + map.stepMs / 2) / 1000);
      const when = `${moment(fromMs)} to ${moment(fromMs + map.stepMs)}`;
      tooltip.show(event.clientX, event.clientY, when, [
        {
          color: `var(--heat-${Number(map.levels[row]![column]!)})`,
          name: map.rows[row]!,
          value: `${value}% ${map.unit}`,
        },
      ]);
    })
    .on('pointerleave', () => {
      tooltip.hide();
      link.setCursor(null);
    });
}
