/**
 * `warmUp: auto`: how much of the start to leave out, found by MSER-5 on the p99 of each step of a pilot run. All
 * strategies leave out the same, the longest that one of them needs: they must be measured over the same requests.
 */
import type { RunResult } from './result.ts';
import { warmUpOf } from './statistics/mser.ts';

export interface FoundWarmUp {
  readonly ms: number;
  /** The strategy that needs it. */
  readonly strategy: string;
  /** False: it may never have ended. */
  readonly reliable: boolean;
}

/** MSER-5 needs two batches of five. */
const FEWEST_STEPS = 10;

/**
 * @param pilots a run of each strategy, without any warm-up
 * @param untilMs only steps that end by then count: a fault is no warm-up
 * @returns null where there are too few such steps, or one without requests
 */
export function findWarmUp(pilots: readonly RunResult[], untilMs: number): FoundWarmUp | null {
  const each = pilots.map(({ strategy, timeline }) => {
    const steps = timeline.p99.slice(0, Math.floor(untilMs / timeline.stepMs));
    if (steps.length < FEWEST_STEPS || !steps.every((p99) => p99 !== null)) return null;
    const { drop, reliable } = warmUpOf(steps);
    return { strategy, ms: drop * timeline.stepMs, reliable };
  });
  if (each.length === 0 || !each.every((found) => found !== null)) return null;
  const longest = each.reduce((most, found) => (found.ms > most.ms ? found : most));
  return { ...longest, reliable: each.every(({ reliable }) => reliable) };
}
