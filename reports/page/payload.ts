/** What the page's script reads: data and compiled charts, never code. Shared by both sides. */
import type { Spec } from 'vega';
import type { Readout } from '../charts/chart.ts';
import type { HeatmapData } from '../charts/heatmap.ts';

export interface Payload {
  strategies: { name: string; color: string }[];
  charts: { id: string; vega: Spec; readout: Readout | null; overTime: boolean }[];
  heatmaps: HeatmapData[];
}
