/** Brings a report to life. Everything is readable without it; nothing here reaches the network or `window`. */
/// <reference lib="dom" />
import { heatmapDrawing } from '../charts/heatmap-drawing.ts';
import type { Payload } from '../page/payload.ts';
import { mountChart } from './chart-view.ts';
import { addDownloads } from './downloads.ts';
import { enlivenHeatmap } from './heatmap-view.ts';
import { enliven } from './key.ts';
import { createLink } from './link.ts';
import { mountPartitions } from './partition-view.ts';
import { mountReplay } from './replay-view.ts';
import { addThemeToggle } from './theme-toggle.ts';
import { createTooltip } from './tooltip.ts';

const payload = JSON.parse(document.getElementById('payload')!.textContent) as Payload;
const names = payload.strategies.map((strategy) => strategy.name);
const link = createLink(names);
const tooltip = createTooltip();

addThemeToggle(document.querySelector('header')!, link);
const key = document.getElementById('key');
if (key !== null) enliven(key, names, link);
for (const [id, { maps }] of Object.entries(payload.heatmaps))
  for (const [i, map] of maps.entries())
    enlivenHeatmap(document.getElementById(`${id}-${i}`)!, map, link, tooltip);
for (const chart of payload.charts)
  await mountChart(document.getElementById(`chart-${chart.id}`)!, chart, {
    strategies: payload.strategies,
    link,
    tooltip,
  });
for (const [id, map] of Object.entries(payload.partitionMaps))
  mountPartitions(document.getElementById(`${id}-stage`)!, map, tooltip);
if (payload.heatmaps.heatmap !== undefined)
  mountReplay(document.getElementById('replay-stage')!, payload, link);
for (const section of document.querySelectorAll<HTMLElement>('main section')) {
  const family = Object.entries(payload.heatmaps).find(([id]) => id === section.id)?.[1];
  const panels = section.querySelectorAll<HTMLElement>('.panels figure');
  if (family !== undefined) addDownloads(section, section.id, () => heatmapDrawing(family, payload.faultsMs));
  else if (panels.length === 0) addDownloads(section, section.id);
  for (const [i, panel] of panels.entries()) addDownloads(panel, `${section.id}-${i + 1}`);
}
document.documentElement.dataset['ready'] = 'true';
