/** Measured kills beside simulated ones: medians, and whether the two samples may come from one distribution. */
import { kolmogorovSmirnov } from '../../sim/statistics/kolmogorov-smirnov.ts';
import { ascending, quantileOf } from '../../sim/statistics/quantile.ts';
import type { Kill } from './real-kills.ts';

const ALPHA = 0.01;
const MEDIAN_TOLERANCE = 0.1;

export interface Line {
  readonly metric: string;
  readonly real: Spread;
  readonly simulated: Spread;
  /** Simulated over real median, less one; null where the real one is 0. */
  readonly off: number | null;
  readonly p: number;
  readonly agrees: boolean;
}

interface Spread {
  readonly p10: number;
  readonly median: number;
  readonly p90: number;
}

const METRICS = [
  ['fail-flagged [ms]', 'failedMs'],
  ['promoted [ms]', 'promotedMs'],
  ['first success [ms]', 'firstSuccessMs'],
  ['lost writes', 'lostWrites'],
] as const satisfies readonly (readonly [string, keyof Kill])[];

export function compareKills(real: readonly Kill[], simulated: readonly Kill[]): Line[] {
  return METRICS.map(([metric, field]) => {
    const measured = real.map((kill) => kill[field]);
    const played = simulated.map((kill) => kill[field]);
    const a = spread(measured);
    const b = spread(played);
    const off = a.median === 0 ? null : b.median / a.median - 1;
    const { p } = kolmogorovSmirnov(measured, played);
    const near = off === null ? b.median === 0 : Math.abs(off) <= MEDIAN_TOLERANCE;
    return { metric, real: a, simulated: b, off, p, agrees: near && p >= ALPHA };
  });
}

function spread(values: readonly number[]): Spread {
  const sorted = ascending(values);
  return { p10: quantileOf(sorted, 0.1), median: quantileOf(sorted, 0.5), p90: quantileOf(sorted, 0.9) };
}
