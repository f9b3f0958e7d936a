/**
 * Metastable failure: what broke is whole again, the load is what it was, and the cluster still fails, because the
 * failure feeds itself (retries of requests that failed, misses of a cold cache). N. Bronson et al., HotOS 2021;
 * L. Huang et al., "Metastable Failures in the Wild", OSDI 2022.
 *
 * Judged from the timeline: after the last fault has healed and a grace time has passed, requests go on failing,
 * in the second half of what is left no less than half as often as in the first, although no more arrive than
 * before the faults, when the cluster served them: the load is below the capacity that it had then. Where a station
 * would be too busy with the load of now, as it was served before the faults, it is the load that is too much.
 */
import { faultEndNs } from './fault-end.ts';
import type { FailoverResult, Metastability, Timeline } from './result.ts';
import type { Fault } from './setup.ts';

/** Failed share that counts as failing, and below which all was well before. */
const FAILING = 0.05;
/** Arrivals that still count as the load of before. */
const SAME_LOAD = 1.1;
/** Steps of each half, at least: fewer tell nothing about a trend. */
const MIN_HALF = 3;

/** A node, or the origin: its busy share, step by step. */
export interface Station {
  readonly name: string;
  readonly utilization: readonly number[];
}

/**
 * @param graceMs for what the fault left to be worked off: the longest life of a request
 * @returns null where all is well, or where no fault has healed
 */
export function metastabilityOf(
  timeline: Timeline,
  faults: readonly Fault[],
  failovers: readonly FailoverResult[],
  graceMs: number,
  stations: readonly Station[],
): Metastability | null {
  const first = faults[0];
  if (first === undefined) return null;
  const { stepMs, offered } = timeline;
  const healedMs = healedAtMs(faults, failovers);
  if (healedMs === null) return null;
  const beforeEnd = Math.floor(first.atNs / 1e6 / stepMs);
  const from = Math.ceil((healedMs + graceMs) / stepMs);
  const half = Math.floor((offered.length - from) / 2);
  if (beforeEnd < MIN_HALF || half < MIN_HALF) return null;
  const before = shareFailed(timeline, 0, beforeEnd);
  const early = shareFailed(timeline, from, from + half);
  const late = shareFailed(timeline, from + half, from + 2 * half);
  const load = mean(offered, from, from + 2 * half) / mean(offered, 0, beforeEnd);
  if (before > FAILING || late < FAILING || late < early / 2 || load > SAME_LOAD) return null;
  const busy = stations.map(({ name, utilization }) => ({
    station: name,
    utilizationBefore: round(mean(utilization, 0, beforeEnd)),
    utilizationAfter: round(mean(utilization, from + half, from + 2 * half)),
  }));
  if (busy.some(({ utilizationBefore }) => utilizationBefore * load >= 1)) return null;
  const busiest = busy.reduce<Metastability['busiest']>(
    (most, one) => (most !== null && most.utilizationAfter >= one.utilizationAfter ? most : one),
    null,
  );
  return { healedMs, failedShareBefore: round(before), failedShareAfter: round(late), busiest };
}

/** When the last fault was over; null where one never was. */
function healedAtMs(faults: readonly Fault[], failovers: readonly FailoverResult[]): number | null {
  const ends = faults.map((fault) => {
    const endNs = faultEndNs(fault, faults);
    if (endNs < Infinity) return endNs / 1e6;
    // A crashed node that nobody restarts is replaced, where a protocol does that.
    return fault.kind === 'crash' ? failovers.find((one) => one.fault === fault.name)?.promotedMs : null;
  });
  return ends.every((end) => typeof end === 'number') ? Math.max(0, ...ends) : null;
}

function shareFailed({ completed, failed }: Timeline, from: number, to: number): number {
  const bad = mean(failed, from, to);
  const all = bad + mean(completed, from, to);
  // No request ends at all: none is served.
  return all === 0 ? 1 : bad / all;
}

function mean(values: readonly number[], from: number, to: number): number {
  let sum = 0;
  for (let step = from; step < to; step++) sum += values[step]!;
  return sum / (to - from);
}

function round(share: number): number {
  return Math.round(share * 1e6) / 1e6;
}
