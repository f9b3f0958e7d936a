/** Brings a report to life. Everything is readable without it; nothing here reaches the network or `window`. */
/// <reference lib="dom" />
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
for (const [id, maps] of Object.entries(payload.heatmaps))
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
if (payload.heatmaps.heatmap.length > 0) mountReplay(document.getElementById('replay-stage')!, payload, link);
for (const section of document.querySelectorAll<HTMLElement>('main section:not(:has(.panels))'))
  addDownloads(section);
document.documentElement.dataset['ready'] = 'true';
