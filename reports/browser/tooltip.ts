/** The one floating readout of the page. Text only: names from the data never become markup. */
/// <reference lib="dom" />
import { select } from 'd3';

interface TooltipLine {
  /** CSS colour of a mark before the text; null for none. */
  color: string | null;
  name: string;
  value: string;
}

export interface Tooltip {
  /** Beside a point of the viewport [px]. */
  show(clientX: number, clientY: number, title: string, lines: readonly TooltipLine[]): void;
  hide(): void;
}

const OFFSET_PX = 14;

export function createTooltip(): Tooltip {
  const box = select(document.body)
    .append('div')
    .attr('class', 'tooltip')
    .attr('role', 'status')
    .attr('hidden', '');
  const heading = box.append('p');
  const list = box.append('ul');
  return {
    show(clientX, clientY, title, lines) {
      heading.text(title);
      const items = list.selectAll<HTMLLIElement, TooltipLine>('li').data(lines).join('li');
      items.selectAll('*').remove();
      items
        .append('i')
        .style('background', (line) => line.color)
        .attr('class', (line) => (line.color === null ? 'none' : null));
      items.append('span').text((line) => line.name);
      items.append('b').text((line) => line.value);
      box.attr('hidden', null);
      const { width, height } = box.node()!.getBoundingClientRect();
      const room = document.documentElement.clientWidth;
      const left = clientX + OFFSET_PX + width > room ? clientX - OFFSET_PX - width : clientX + OFFSET_PX;
      const top = Math.min(clientY + OFFSET_PX, innerHeight - height - 4);
      box.style('left', `${Math.max(4, left)}px`).style('top', `${Math.max(4, top)}px`);
    },
    hide: () => void box.attr('hidden', ''),
  };
}
