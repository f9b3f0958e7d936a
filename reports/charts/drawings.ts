/** Everything a page of one result draws, as drawings of their own. */
import type { Result, RunResult } from '../../sim/result.ts';
import { busySection, responseSection } from '../page/heatmaps.ts';
import { partitionFinding, partitionMaps } from '../page/partition-maps.ts';
import { chartsOf } from './all.ts';
import { busyMap } from './busy-map.ts';
import { compileChart } from './compile.ts';
import { heatmapDrawing } from './heatmap-drawing.ts';
import { partitionDrawing } from './partition-drawing.ts';
import { responseMaps } from './response-map.ts';
import type { Drawing } from './standalone.ts';
import { CHART_WIDTH, SERIES_HIGHLIGHTED } from './theme.ts';

interface NamedDrawing {
  /** Of its section on the page. */
  readonly id: string;
  /** Whether it needs the key to the strategies. */
  readonly keyed: boolean;
  drawing(): Promise<Drawing>;
}

/** @param runs best first, with visible names */
export function drawingsOf(result: Result, runs: readonly RunResult[]): NamedDrawing[] {
  const mapped = runs.slice(0, SERIES_HIGHLIGHTED);
  const faultsMs = result.scenario.faults.map(({ atMs }) => atMs);
  const families = [responseSection(mapped, responseMaps(mapped)), busySection(runs, mapped.map(busyMap))];
  return [
    ...chartsOf(result, runs).map((chart) => ({
      id: chart.id,
      keyed: true,
      drawing: async () => ({ title: chart.title, svg: (await compileChart(chart)).svg }),
    })),
    ...families
      .filter((family) => family !== null)
      .map((family) => ({
        id: family.id,
        keyed: false,
        drawing: async () => ({ title: family.title, svg: heatmapDrawing(family, faultsMs) }),
      })),
    ...Object.entries(partitionMaps(runs)).map(([id, data]) => ({
      id,
      keyed: false,
      drawing: async () => ({ title: partitionFinding(data), svg: partitionDrawing(data.map, CHART_WIDTH) }),
    })),
  ];
}
