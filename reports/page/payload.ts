/** What the page's script reads: data and compiled charts, never code. Shared by both sides. */
import type { Spec } from 'vega';
import type { Readout } from '../charts/chart.ts';
import type { CompiledChart } from '../charts/compile.ts';
import type { HeatmapFamily } from '../charts/heatmap-drawing.ts';
import { packSpec } from './packed-rows.ts';
import type { PartitionMapData } from './partition-maps.ts';
import type { ReplayData } from './replay-data.ts';

export interface Payload {
  strategies: { name: string; color: string }[];
  /** Their rows are packed. */
  charts: { id: string; vega: Spec; readout: Readout | null; overTime: boolean }[];
  /** By the id of their section; maps of load are in order of rank, as far as they are drawn. */
  heatmaps: { heatmap?: HeatmapFamily; 'response-map'?: HeatmapFamily };
  /** When faults strike. */
  faultsMs: number[];
  /** By the id of their section. */
  partitionMaps: Record<string, PartitionMapData>;
  /** [heat map of load] */
  replays: ReplayData[];
  /** What the replay shows at first: the moment and the heat maps of the strategies that differ most. */
  replay: { atMs: number; sides: [number, number] };
}

export function chartPayload({
  chart: { id, readout, overTime },
  vega,
}: CompiledChart): Payload['charts'][number] {
  return { id, vega: packSpec(vega), readout, overTime };
}

/** Of a page without drawings of a run. */
export const EMPTY_PAYLOAD: Payload = {
  strategies: [],
  charts: [],
  heatmaps: {},
  faultsMs: [],
  partitionMaps: {},
  replays: [],
  replay: { atMs: 0, sides: [0, 0] },
};
