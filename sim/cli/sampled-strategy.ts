/** From the windows of one strategy to its row of the report. */
import type { SampledFault, SampledFigure, SampledStrategy } from '../../reports/sample-report.ts';
import type { RunResult } from '../result.ts';
import { quantileOf, ratioOf, type Sampled, type SampledStratum } from '../sampling/estimate.ts';
import { figuresOf, type WindowFigures } from '../sampling/figures.ts';
import type { Stratum } from '../sampling/plan.ts';
import { momentsOf } from '../statistics/moments.ts';

/** @param runs of all windows of all strata, in their order */
export function sampledStrategy(strata: readonly Stratum[], runs: readonly RunResult[]): SampledStrategy {
  const total = strata.reduce((sum, { requests }) => sum + requests, 0);
  let next = 0;
  const sampled = strata.map((stratum): SampledStratum & { stratum: Stratum } => ({
    stratum,
    weight: stratum.requests / total,
    windows: stratum.windows.map((window) => figuresOf(runs[next++]!, window)),
  }));
  const completed = (window: WindowFigures): number =>
    window.responses.count.reduce((sum, count) => sum + count, 0);
  const offered = (window: WindowFigures): number => window.offered;
  const around = sampled.filter(({ stratum }) => stratum.kind === 'fault');
  const { strategy, bound } = runs[0]!;
  return {
    strategy,
    bound,
    responseTime: {
      mean: figure(ratioOf(sampled, (window) => window.responseSumMs, completed)),
      p50: inMs(quantileOf(sampled, 0.5, false)),
      p99: inMs(quantileOf(sampled, 0.99, false)),
      p999: inMs(quantileOf(sampled, 0.999, false)),
    },
    p99WithFailures: inMs(quantileOf(sampled, 0.99, true)),
    failedShare: share(ratioOf(sampled, (window) => window.failed, offered)),
    hitRatio: share(
      ratioOf(
        sampled,
        (window) => window.gets - window.misses,
        (window) => window.gets,
      ),
    ),
    hottestAtPeak: hottestAtPeak(sampled),
    lostWrites: overSeeds(around.map(({ windows }) => windows.map(({ lostWrites }) => lostWrites))),
    faults: around.flatMap(({ windows }) => faultsOf(windows)),
    unsettled: around
      .filter(({ windows }) => windows.some(({ failingAtEnd }) => failingAtEnd > SETTLED))
      .map(({ stratum }) => stratum.name),
  };
}

/** Less is what timeouts make of a few late answers. */
const SETTLED = 0.001;

function hottestAtPeak(strata: readonly (SampledStratum & { stratum: Stratum })[]): number {
  const byLoad = strata.filter(({ stratum }) => stratum.kind === 'load');
  const peak = (byLoad.length > 0 ? byLoad : strata).reduce((a, b) =>
    b.stratum.ratePerSec > a.stratum.ratePerSec ? b : a,
  );
  return momentsOf(peak.windows.map(({ utilization }) => Math.max(...utilization))).mean;
}

/** Sums over episodes, seed by seed. */
function overSeeds(episodes: readonly (readonly number[])[]): SampledFigure {
  const seeds = episodes[0]?.map((_, i) => episodes.reduce((sum, values) => sum + values[i]!, 0)) ?? [];
  if (seeds.length === 0) return { value: 0, low: 0, high: 0 };
  return { value: momentsOf(seeds).mean, low: Math.min(...seeds), high: Math.max(...seeds) };
}

function faultsOf(windows: readonly WindowFigures[]): SampledFault[] {
  return windows[0]!.failover.map(({ fault, node }, i): SampledFault => {
    const found = windows.flatMap(({ failover }) => failover[i] ?? []);
    const mean = (read: (one: (typeof found)[number]) => number): number => momentsOf(found.map(read)).mean;
    return {
      fault,
      node,
      unavailableMs: mean(({ unavailableMs }) => unavailableMs),
      failedRequests: mean(({ failedRequests }) => failedRequests),
      lostWrites: mean(({ lostWrites }) => lostWrites),
    };
  });
}

const NONE: SampledFigure = { value: null, low: null, high: null };

function figure(sampled: Sampled | null): SampledFigure {
  return sampled === null
    ? NONE
    : { value: finite(sampled.value), low: finite(sampled.low), high: finite(sampled.high) };
}

function share(sampled: Sampled | null): SampledFigure {
  return sampled === null
    ? NONE
    : { value: Math.min(1, sampled.value), low: Math.max(0, sampled.low), high: Math.min(1, sampled.high) };
}

function inMs(sampled: Sampled | null): SampledFigure {
  return figure(sampled && { value: sampled.value / 1e6, low: sampled.low / 1e6, high: sampled.high / 1e6 });
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
