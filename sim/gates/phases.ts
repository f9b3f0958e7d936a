/**
 * Before, during and after a fault, as steps of the timeline. `during` lasts from the crash until the dead node's
 * keys were served again, as the clients of that run saw it, so it differs between strategies and seeds: it is
 * what the fault did. A step that overlaps the fault belongs to `during` alone.
 */
import type { FaultMark, RunResult } from '../result.ts';
import { recoveredAfterMs } from './fault-metrics.ts';
import type { Moment } from './parser.ts';

export type PhaseSteps =
  | { readonly kind: 'steps'; readonly steps: readonly [from: number, to: number] }
  /** The run never got there: the fault was still felt at its end. */
  | { readonly kind: 'never' }
  /** There is no such part of the run; `why` says so to a person. */
  | { readonly kind: 'none'; readonly why: string };

export function phaseSteps(
  run: RunResult,
  faults: readonly FaultMark[],
  moment: Moment,
  fault: string,
): PhaseSteps {
  const { stepMs, offered } = run.timeline;
  const crash = run.failover.find((candidate) => candidate.fault === fault);
  const struck = run.faults.find((impact) => impact.fault === fault);
  const atMs = crash?.atMs ?? struck?.atMs ?? faults.find(({ name }) => name === fault)?.atMs;
  if (atMs === undefined) return { kind: 'none', why: `the run has no fault "${fault}"` };
  const first = Math.floor(atMs / stepMs);
  if (moment === 'before') return range(0, first, offered.length, moment, fault);
  if (crash === undefined) {
    const why = `"${fault}" is not the crash of a primary, so it has no recovery to end at`;
    return moment === 'during'
      ? { kind: 'none', why }
      : range(Math.ceil(atMs / stepMs), offered.length, offered.length, moment, fault);
  }
  const overMs = atMs + recoveredAfterMs(crash);
  const last = Math.max(first + 1, Math.ceil(Math.min(overMs / stepMs, offered.length)));
  if (moment === 'during') return range(first, last, offered.length, moment, fault);
  return overMs === Infinity ? { kind: 'never' } : range(last, offered.length, offered.length, moment, fault);
}

function range(from: number, to: number, all: number, moment: Moment, fault: string): PhaseSteps {
  if (from < Math.min(to, all)) return { kind: 'steps', steps: [from, Math.min(to, all)] };
  return { kind: 'none', why: `the run has no whole step ${moment} "${fault}"` };
}
