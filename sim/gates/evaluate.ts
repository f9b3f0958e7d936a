/**
 * Judges gates. A gate fails when it is broken by more than its slack AND by more than chance explains, with
 * Holm's correction over all gates judged together: were nothing wrong anywhere, the chance that any of them
 * fails is at most 1 - level, whatever their number. It passes when the interval of the harm lies within the slack.
 * Between the two it is inconclusive, with the number of seeds that would settle it; the caller decides whether
 * that is good enough. A gate about nothing is an error, never a pass.
 */
import type { Result } from '../result.ts';
import { type Interval, intervalOf, pAbove } from '../statistics/estimate.ts';
import { holm } from '../statistics/holm.ts';
import { seedsForHalfWidth } from '../statistics/sample-size.ts';
import type { Gate } from './check.ts';
import {
  againstAmount,
  againstBaseline,
  againstRatio,
  type Evidence,
  type Figures,
  nothing,
  type Sample,
} from './evidence.ts';
import { type Measured, measure } from './measure.ts';

export type Severity = 'error' | 'warn' | 'off';
type Status = 'pass' | 'fail' | 'inconclusive' | 'error';

export interface GateOutcome {
  readonly gate: Gate;
  readonly severity: Severity;
  /** Whom it judges; for a ratio that names both, `two-choices / redis`. */
  readonly strategy: string;
  readonly status: Status;
  /** Null for an error. */
  readonly figures: Figures | null;
  /** Against a baseline: interval of value - baseline [unit of the metric]. */
  readonly change: Interval | null;
  /** Two-sided, corrected for the family; null where nothing was left to chance. */
  readonly p: number | null;
  /** Gates judged together with this one, by chance. */
  readonly family: number;
  /** Inconclusive: about so many more seeds; null where more than 10,000 would not do. */
  readonly moreSeeds: number | null;
  /** Why there was nothing to judge. */
  readonly error: string | null;
}

export interface EvaluateOptions {
  /** An earlier result of the same scenario, or what was kept of one; gates against it are errors without one. */
  readonly baseline?: Result | Past | null;
  readonly level?: number;
}

/** What an earlier result said of a gate's metric for a strategy. */
export type Past = (gate: Gate, strategy: string) => Measured;

interface Case {
  readonly gate: Gate;
  readonly severity: Severity;
  readonly strategy: string;
  readonly evidence: Evidence;
}

/** One outcome per gate and strategy, in order; gates that are off have none. */
export function evaluateGates(
  gates: readonly { readonly gate: Gate; readonly severity: Severity }[],
  result: Result,
  { baseline = null, level = 0.95 }: EvaluateOptions = {},
): GateOutcome[] {
  const cases = gates
    .filter(({ severity }) => severity !== 'off')
    .flatMap(({ gate, severity }) =>
      casesOf(gate, result, baseline, level).map((found): Case => ({ gate, severity, ...found })),
    );
  const pValues = cases.map(({ evidence }) => chanceOf(evidence));
  const family = pValues.filter((p) => p !== null);
  const corrected = holm(family);
  let next = 0;
  return cases.map((judged, i) => ({
    ...outcomeOf(judged, pValues[i] === null ? null : corrected[next++]!, level),
    family: family.length,
  }));
}

function casesOf(
  gate: Gate,
  result: Result,
  baseline: Result | Past | null,
  level: number,
): Pick<Case, 'strategy' | 'evidence'>[] {
  const { term, under } = gate;
  const evidenceOf = (strategy: string): Evidence => gather(gate, strategy, result, baseline, level);
  if (term.strategy !== null && under === null)
    return [{ strategy: term.strategy, evidence: evidenceOf(term.strategy) }];
  if (term.strategy !== null && under !== null && under.strategy !== null)
    return [{ strategy: `${term.strategy} / ${under.strategy}`, evidence: evidenceOf(term.strategy) }];
  const named = term.strategy ?? under?.strategy;
  const judged = gate.strategies ?? competitors(result).filter((strategy) => strategy !== named);
  if (judged.length === 0)
    return [{ strategy: '', evidence: nothing('there is no strategy that it could judge') }];
  return judged.map((strategy) => ({ strategy, evidence: evidenceOf(strategy) }));
}

/** A bound is no competitor: it is judged only where it is named. */
function competitors(result: Result): string[] {
  return [...new Set(result.runs.filter((run) => !run.bound).map((run) => run.strategy))];
}

function gather(
  gate: Gate,
  strategy: string,
  result: Result,
  baseline: Result | Past | null,
  level: number,
): Evidence {
  const measured = measure(gate, gate.term, strategy, result);
  if (measured.kind === 'nothing') return measured;
  if (gate.limit.kind === 'baseline') {
    if (baseline === null) return nothing('there is no baseline to compare with');
    const base =
      typeof baseline === 'function'
        ? baseline(gate, strategy)
        : measure(gate, gate.term, strategy, baseline);
    if (base.kind === 'nothing') return nothing(`baseline: ${base.why}`);
    return againstBaseline(gate, measured.bySeed, base.bySeed, level);
  }
  if (gate.under === null) return againstAmount(gate, measured.bySeed, gate.limit.value, level);
  const under = measure(gate, gate.under, strategy, result);
  if (under.kind === 'nothing') return under;
  return againstRatio(gate, measured.bySeed, under.bySeed, gate.limit.value, level);
}

/**
 * Two-sided p-value of the harm, against zero or, where the gate asks for an improvement, against that. Null where
 * the values do not scatter: then nothing is left to chance.
 */
function chanceOf(evidence: Evidence): number | null {
  if (evidence.kind !== 'sample' || evidence.harm.standardError === 0) return null;
  const p = pAbove(evidence.harm, Math.min(0, evidence.slack));
  return p === null ? null : Math.min(1, 2 * p);
}

function outcomeOf({ evidence, ...judged }: Case, p: number | null, level: number): GateOutcome {
  const common = { ...judged, figures: null, change: null, p, family: 0, moreSeeds: null, error: null };
  if (evidence.kind === 'nothing') return { ...common, status: 'error', error: evidence.why };
  const { figures } = evidence;
  if (evidence.kind === 'settled') return { ...common, figures, status: evidence.holds ? 'pass' : 'fail' };
  const status = statusOf(evidence, judged.gate.comparator, p, level);
  return {
    ...common,
    figures,
    status,
    change: figures.baseline === null ? null : changeOf(evidence, judged.gate.comparator, level),
    moreSeeds: status === 'inconclusive' ? seedsMissing(evidence, level) : null,
  };
}

function statusOf(
  { harm, slack, figures }: Sample,
  comparator: string,
  p: number | null,
  level: number,
): Status {
  const interval = intervalOf(harm, level);
  // One seed against a baseline: no worse at all is fine, how much worse it is by chance is unknown.
  if (interval === null) return figures.paired && harm.mean <= Math.min(0, slack) ? 'pass' : 'inconclusive';
  const strict = comparator === '<' || comparator === '>';
  if (harm.standardError === 0)
    return harm.mean < slack || (harm.mean === slack && !strict) ? 'pass' : 'fail';
  if (interval[1] <= slack) return 'pass';
  return harm.mean > slack && p !== null && p <= 1 - level ? 'fail' : 'inconclusive';
}

function changeOf({ harm }: Sample, comparator: string, level: number): Interval | null {
  const interval = intervalOf(harm, level);
  if (interval === null || comparator.startsWith('<')) return interval;
  return [-interval[1], -interval[0]];
}

/** Were the harm what it seems: until its interval is on one side of what decides. One seed shows no spread. */
function seedsMissing({ harm, slack }: Sample, level: number): number | null {
  if (harm.degreesOfFreedom === 0) return 1;
  const distance = harm.mean > slack ? harm.mean - Math.min(0, slack) : slack - harm.mean;
  const needed = seedsForHalfWidth(harm, distance, level);
  return needed === null ? null : Math.max(1, needed - harm.count);
}
