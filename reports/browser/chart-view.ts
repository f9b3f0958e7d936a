/**
 * One interactive chart: a Vega view drawn by the expression interpreter (no code is made from strings), with a
 * cursor and a readout for pointer and arrow keys. The static drawing stays where this fails.
 */
/// <reference lib="dom" />
import { bisectCenter } from 'd3';
import { parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { unpackSpec } from '../page/packed-rows.ts';
import type { Payload } from '../page/payload.ts';
import type { Link } from './link.ts';
import type { Tooltip } from './tooltip.ts';

type ChartData = Payload['charts'][number];

export interface Surroundings {
  strategies: Payload['strategies'];
  link: Link;
  tooltip: Tooltip;
}

export async function mountChart(holder: HTMLElement, chart: ChartData, around: Surroundings): Promise<void> {
  const plot = document.createElement('div');
  const view = new View(parse(unpackSpec(chart.vega), undefined, { ast: true }), {
    renderer: 'svg',
    hover: true,
    expr: expressionInterpreter,
    loader: { load: refuse, sanitize: refuse, http: refuse, file: refuse },
  });
  const { link, tooltip } = around;
  view.tooltip((_handler, event, _item, value) => showDatum(tooltip, event as MouseEvent, value));
  view.signal('focus', link.focus).width(holder.clientWidth).initialize(plot);
  await view.runAsync();
  holder.replaceChildren(plot);
  link.onFocus((focus) => void view.signal('focus', focus).runAsync());
  new ResizeObserver(() => {
    if (holder.clientWidth > 0) void view.width(holder.clientWidth).runAsync();
  }).observe(holder);
  if (chart.readout !== null) addReadout(holder, view, chart, around);
}

async function refuse(): Promise<never> {
  throw new Error('a report loads nothing');
}

/** Vega hands over the fields named by the chart, as texts. */
function showDatum(tooltip: Tooltip, event: MouseEvent, value: unknown): void {
  if (value === null || value === undefined || typeof value !== 'object') {
    tooltip.hide();
    return;
  }
  const lines = Object.entries(value).map(([name, text]) => ({ color: null, name, value: String(text) }));
  tooltip.show(event.clientX, event.clientY, '', lines);
}

function addReadout(holder: HTMLElement, view: View, chart: ChartData, around: Surroundings): void {
  const { strategies, link, tooltip } = around;
  const { x, labels, values } = chart.readout!;
  const cursor = document.createElement('div');
  cursor.className = 'cursor';
  cursor.hidden = true;
  holder.append(cursor);
  holder.tabIndex = 0;
  holder.setAttribute('role', 'group');
  holder.setAttribute('aria-label', 'Chart; left and right arrow keys read its values');
  let current = -1;

  const place = (at: number | null) => {
    cursor.hidden = at === null;
    if (at === null) return;
    const [left, top] = view.origin();
    cursor.style.left = `${left + view.scale('x')(at)}px`;
    cursor.style.top = `${top}px`;
    cursor.style.height = `${view.signal('height')}px`;
  };
  const read = (index: number, clientX: number | null, clientY: number | null) => {
    current = Math.max(0, Math.min(x.length - 1, index));
    if (chart.overTime) link.setCursor(x[current]!);
    else place(x[current]!);
    const box = cursor.getBoundingClientRect();
    const lines = strategies.map(({ name, color }, i) => ({ color, name, value: values[i]![current]! }));
    tooltip.show(clientX ?? box.left, clientY ?? box.top, labels[current]!, lines);
  };
  const leave = () => {
    tooltip.hide();
    if (chart.overTime) link.setCursor(null);
    else place(null);
  };
  if (chart.overTime) link.onCursor(place);
  holder.addEventListener('pointermove', (event) => {
    const px = event.clientX - holder.getBoundingClientRect().left - view.origin()[0];
    if (px < -8 || px > view.signal('width') + 8) return leave();
    read(bisectCenter(x, view.scale('x').invert(px)), event.clientX, event.clientY);
  });
  holder.addEventListener('pointerleave', leave);
  holder.addEventListener('blur', leave);
  holder.addEventListener('keydown', (event) => {
    const target = { ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: x.length - 1 }[event.key];
    if (event.key === 'Escape') leave();
    if (target === undefined) return;
    event.preventDefault();
    read(target, null, null);
  });
}
