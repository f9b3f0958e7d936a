/** Figures of the result: milliseconds to the nanosecond's thousandth, shares to six decimals, distributions by their quantiles. */
import type { Histogram } from '../metrics/histogram.ts';
import type { QuantileCurve, Spread, TimeSummary } from '../result.ts';

/** Hot keys listed, of the run and of each hotspot; lost ones, of each fault. */
export const LISTED_KEYS = 10;

/** To the microsecond: finer digits are noise to a reader and bytes in a file. */
export function ms(ns: number): number {
  return Math.round(ns / 1e3) / 1e3;
}

export function finite(ns: number): number | null {
  return Number.isFinite(ns) ? ms(ns) : null;
}

/** Six significant decimals of a share. */
export function ratio(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

export function timeSummary(histogram: Histogram): TimeSummary {
  const at = (q: number): number | null => finite(histogram.quantile(q));
  return {
    unit: 'ms',
    count: histogram.count,
    mean: finite(histogram.mean),
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    p999: at(0.999),
    p9999: at(0.9999),
    max: histogram.count > 0 ? ms(histogram.max) : null,
  };
}

/** Evenly spaced on the axis log10(1 / (1 - q)) from 0 to 4: 20 points per decade. */
export function curveOf(histogram: Histogram): QuantileCurve {
  const curve: QuantileCurve = { q: [], ms: [] };
  if (histogram.count === 0) return curve;
  for (let i = 0; i <= 80; i++) {
    const q = 1 - 10 ** (-i / 20);
    curve.q.push(Math.round(q * 1e7) / 1e7);
    curve.ms.push(ms(histogram.quantile(q)));
  }
  return curve;
}

export function quantilesOf(histogram: Histogram | null): Spread {
  if (histogram === null || histogram.count === 0) return { p50Ms: null, p90Ms: null, maxMs: null };
  return {
    p50Ms: ms(histogram.quantile(0.5)),
    p90Ms: ms(histogram.quantile(0.9)),
    maxMs: ms(histogram.max),
  };
}

/** @param ascendingNs of so few that a value stands for each quantile */
export function spreadOf(ascendingNs: readonly number[]): Spread {
  const at = (q: number): number | null => {
    const value = ascendingNs[Math.max(0, Math.ceil(q * ascendingNs.length) - 1)];
    return value === undefined ? null : ms(value);
  };
  return { p50Ms: at(0.5), p90Ms: at(0.9), maxMs: at(1) };
}
