/** Every chart a result has something to say in, in the order of the page. */
import type { Result, RunResult } from '../../sim/result.ts';
import type { Chart } from './chart.ts';
import { differencesChart } from './differences.ts';
import { errorsChart } from './errors.ts';
import { eventLanesChart } from './event-lanes.ts';
import { failoverChart } from './failover.ts';
import { hitRatioChart } from './hit-ratio.ts';
import { lorenzChart } from './lorenz.ts';
import { nodeLoadChart } from './node-load.ts';
import { p99OverTimeChart } from './p99-over-time.ts';
import { paretoChart } from './pareto.ts';
import { percentilesChart } from './percentiles.ts';
import { throughputChart } from './throughput.ts';

/** @param runs best first, with visible names */
export function chartsOf(result: Result, runs: readonly RunResult[]): Chart[] {
  const charts: (Chart | null)[] = [
    differencesChart(result),
    percentilesChart(result, runs),
    failoverChart(result, runs),
    throughputChart(result, runs),
    p99OverTimeChart(result, runs),
    errorsChart(result, runs),
    hitRatioChart(result, runs),
    eventLanesChart(result, runs),
    nodeLoadChart(runs),
    lorenzChart(runs),
    paretoChart(runs),
  ];
  return charts.filter((chart) => chart !== null);
}
