/** Reads a gate's values out of a result: one number per seed, or why there is none. */
import type { FaultMark, Result, RunResult } from '../result.ts';
import type { Gate, Term } from './check.ts';
import type { Reading } from './metric.ts';
import { phaseSteps } from './phases.ts';

export type Measured =
  | { readonly kind: 'values'; readonly bySeed: ReadonlyMap<number, number> }
  /** An empty selection: an error, never a pass. */
  | { readonly kind: 'nothing'; readonly why: string };

/** @param strategy the one that is judged; a term may name another */
export function measure(gate: Gate, term: Term, strategy: string, result: Result): Measured {
  const name = term.strategy ?? strategy;
  const bySeed = new Map<number, number>();
  for (const run of result.runs.filter((candidate) => candidate.strategy === name)) {
    const value = readValue(gate, term, run, result.scenario.faults);
    if (typeof value === 'string') return { kind: 'nothing', why: `${name}, seed ${run.seed}: ${value}` };
    bySeed.set(run.seed, value);
  }
  if (bySeed.size === 0) return { kind: 'nothing', why: `the result has no run of "${name}"` };
  return { kind: 'values', bySeed };
}

function readValue(gate: Gate, term: Term, run: RunResult, faults: readonly FaultMark[]): number | string {
  let steps: Reading['steps'] = null;
  if (gate.phase !== null) {
    const phase = phaseSteps(run, faults, gate.phase.moment, gate.phase.fault);
    if (phase.kind === 'none') return phase.why;
    // Not recovered when the run ended: whatever was asked of the time after it does not hold.
    if (phase.kind === 'never') return gate.comparator.startsWith('>') ? -Infinity : Infinity;
    steps = phase.steps;
  }
  if (gate.nodes !== null && !run.nodes.some(gate.nodes)) return 'no node is of the class that was asked for';
  const value = term.metric.read(run, { steps, nodes: gate.nodes, fault: term.fault, tenant: gate.tenant });
  if (value !== null) return value;
  return term.metric.narrows.includes('fault')
    ? 'no crash of a primary happened, so there is nothing to measure'
    : `there is no value of ${term.metric.name}`;
}
