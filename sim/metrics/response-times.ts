/** Response times over time, as the result keeps them: bins that occur, by step. */
import type { ResponseTimes } from '../result.ts';
import { halfOctaveEnd } from './histogram.ts';

/** @param steps [step] counts by half-octaves, as `Histogram.byHalfOctaves` gives them */
export function responseTimesOf(steps: readonly (readonly number[])[]): ResponseTimes {
  const first = Math.min(
    ...steps.map((halves) => halves.findIndex((count) => count > 0)).filter((half) => half >= 0),
  );
  const end = Math.max(0, ...steps.map((halves) => halves.length));
  const bins = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
  return {
    upToMs: bins.map((half) => Math.round(halfOctaveEnd(half)) / 1e6),
    completed: bins.map((half) => steps.map((halves) => halves[half] ?? 0)),
  };
}
