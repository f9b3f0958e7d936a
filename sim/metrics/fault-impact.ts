/**
 * What a fault of any kind did to all requests, read off the timeline.
 *
 * Before: up to ten whole steps that end before the fault, and after the fault before it. Back: the first step after
 * the worst one from which three steps in a row are as before, which is within 10 % of the median before, or within what
 * was reached before. Window: from the fault until p99, hit ratio and the share that fails are all back, or the next fault, or the end.
 */
import type { Convergence } from '../convergence.ts';
import type { FaultImpact, Timeline } from '../result.ts';
import type { Fault } from '../setup.ts';

const BEFORE_MAX = 10;
const AS_BEFORE = 0.1;
const IN_A_ROW = 3;

/** Ends of other faults are no faults themselves. */
const ENDS: readonly Fault['kind'][] = ['restart'];

/** @param slowAboveMs p99 of all requests before the first fault; null where there was none */
export function faultImpacts(
  faults: readonly Fault[],
  timeline: Timeline,
  slowAboveMs: number | null,
  convergence: Convergence | null,
): FaultImpact[] {
  // A fault of several nodes, or a zone, is one.
  const starts = [
    ...new Map(
      faults
        .filter(({ kind, atNs }) => !ENDS.includes(kind) && stepAt(timeline, atNs) < timeline.offered.length)
        .map((fault) => [`${fault.atNs}/${fault.name}`, fault]),
    ).values(),
  ].sort((a, b) => a.atNs - b.atNs);
  return starts.map((fault, i) => {
    const next = starts
      .slice(i + 1)
      .find(({ atNs }) => stepAt(timeline, atNs) > stepAt(timeline, fault.atNs));
    const later = starts.slice(i + 1).find(({ atNs }) => atNs > fault.atNs);
    const before = starts.slice(0, i).findLast(({ atNs }) => atNs < fault.atNs);
    return impactOf(fault, timeline, {
      from: before === undefined ? 0 : stepAt(timeline, before.atNs) + 1,
      to: next === undefined ? timeline.offered.length : stepAt(timeline, next.atNs),
      slowAboveMs,
      convergedAfterNs: convergence === null ? 0 : convergence.afterNs(fault.atNs, later?.atNs ?? Infinity),
    });
  });
}

interface Bounds {
  readonly from: number;
  readonly to: number;
  readonly slowAboveMs: number | null;
  readonly convergedAfterNs: number | null;
}

function impactOf(
  fault: Fault,
  timeline: Timeline,
  { from, to, slowAboveMs, convergedAfterNs }: Bounds,
): FaultImpact {
  const { stepMs, offered, sent } = timeline;
  const start = stepAt(timeline, fault.atNs);
  const first = Math.max(from, start - BEFORE_MAX);
  const p99Back = backAt(
    timeline.p99.map((ms) => ms ?? Infinity),
    first,
    start,
    to,
  );
  // As a share of misses, so that more is worse; nothing asked is nothing missed.
  const hits = timeline.gets.map((gets, step) => (gets === 0 ? 1 : 1 - timeline.misses[step]! / gets));
  const hitRatioBack = backAt(
    hits.map((hit) => 1 / Math.max(hit, 1e-9)),
    first,
    start,
    to,
  );
  // The p99 of a step knows only requests that were answered: where the others fail for good, it is as before.
  const failedBack = backAt(
    timeline.failed.map((failed, step) => failed / Math.max(1, offered[step]!)),
    first,
    start,
    to,
  );
  const back = [p99Back, hitRatioBack, failedBack].map((step) => step ?? to);
  const end = Math.max(start + 1, ...back);
  const sum = (column: readonly number[], a = start, b = end): number => {
    let total = 0;
    for (let step = a; step < b; step++) total += column[step]!;
    return total;
  };
  const amplification = (a: number, b: number): number | null =>
    sum(offered, a, b) === 0 ? null : round(sum(sent, a, b) / sum(offered, a, b));
  const after = (step: number | null): number | null =>
    step === null ? null : round(Math.max(0, step * stepMs - fault.atNs / 1e6));
  return {
    fault: fault.name,
    kind: fault.kind,
    atMs: fault.atNs / 1e6,
    untilMs: round(end * stepMs),
    failedRequests: sum(timeline.failed),
    slowRequests: sum(timeline.slow),
    slowAboveMs,
    retries: sum(timeline.retries),
    redirects: sum(timeline.redirects),
    amplification: amplification(start, end),
    amplificationBefore: amplification(first, start),
    misses: sum(timeline.misses),
    originPeakPerSec: round((Math.max(0, ...timeline.originRequests.slice(start, end)) * 1000) / stepMs),
    p99BackAfterMs: after(p99Back),
    hitRatioBackAfterMs: after(hitRatioBack),
    convergedAfterMs: convergedAfterNs === null ? null : round(convergedAfterNs / 1e6),
  };
}

function stepAt({ stepMs }: Timeline, atNs: number): number {
  return Math.floor(atNs / 1e6 / stepMs);
}

/**
 * The step from which a column, of which more is worse, is as before; `start` where it never was otherwise, null
 * where it does not come back, or nothing is known of before.
 */
function backAt(values: readonly number[], first: number, start: number, to: number): number | null {
  const before = values
    .slice(first, start)
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (before.length === 0) return null;
  const limit = Math.max(before[Math.floor(before.length / 2)]! * (1 + AS_BEFORE), before.at(-1)!);
  let worst = start;
  for (let step = start; step < to; step++) if (values[step]! > values[worst]!) worst = step;
  if (!(values[worst]! > limit)) return start;
  for (let step = worst + 1, inARow = 0; step < to; step++) {
    inARow = values[step]! <= limit ? inARow + 1 : 0;
    if (inARow === IN_A_ROW) return step - IN_A_ROW + 1;
  }
  return null;
}

function round(value: number): number {
  return Math.round(value * 1e3) / 1e3;
}
