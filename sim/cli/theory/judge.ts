/**
 * What a case gave against what theory says. A two-sided tolerance is four standard deviations of one run of the
 * stated length, so z = 4 (|measured - expected|) / tolerance, which widens with the root of the share played. A right engine is beyond 4 once in
 * 16,000 comparisons; whoever is, is played again with another seed, so that one in 250 million would fail by
 * chance: over a family of 1,000 comparisons, 4 in a million.
 */
import { normalCdf } from '../../statistics/normal.ts';
import type { Expected, Played, TheoryCase } from './case.ts';

export const LIMIT_Z = 4;
/** Of one comparison, both sides. */
export const ALPHA = 2 * (1 - normalCdf(LIMIT_Z));

export interface Comparison {
  readonly id: string;
  readonly metric: string;
  readonly expected: unknown;
  readonly measured: unknown;
  /** Standard error of what was measured; null where it is computed exactly or a bound. */
  readonly standardError: number | null;
  readonly z: number | null;
  readonly n: number;
  /** Disputed: beyond the limit, where better evidence than the case has speaks against it. */
  readonly verdict: 'pass' | 'fail' | 'disputed' | 'not judged';
  /** Why it is not judged, or disputed. */
  readonly why?: string;
}

export function judge(theory: TheoryCase, played: Played): Comparison[] {
  return theory.expected.map((expected) => {
    const { metric, value } = expected;
    const measured = played.readings[metric];
    const head = { id: theory.id, metric, expected: value, measured, n: played.n };
    const open = (why: string): Comparison => ({
      ...head,
      standardError: null,
      z: null,
      verdict: 'not judged',
      why,
    });
    if (expected.tolerance.kind === 'reference') return open('a published figure, for reference only');
    if (measured === undefined) return open(played.missing?.[metric] ?? 'the tool does not measure this');
    return { ...head, ...compared(expected, measured, played, slackOf(theory, metric, played)) };
  });
}

/** A bound holds for what is measured to within its own error, where the case states that beside the bound. */
function slackOf(theory: TheoryCase, metric: string, played: Played): number {
  const stated = theory.expected.find((one) => one.metric === metric && one.tolerance.kind === 'two-sided');
  return (stated?.tolerance.abs ?? 0) / Math.sqrt(played.share);
}

type Judged = Pick<Comparison, 'standardError' | 'z' | 'verdict'>;

function compared(
  { metric, value, tolerance }: Expected,
  measured: unknown,
  played: Played,
  slack: number,
): Judged {
  const exact = (holds: boolean): Judged => ({
    standardError: null,
    z: null,
    verdict: holds ? 'pass' : 'fail',
  });
  if (typeof value !== 'number' || typeof measured !== 'number')
    return exact(JSON.stringify(value) === JSON.stringify(measured));
  if (tolerance.kind === 'upper-bound') return exact(measured <= value + slack);
  if (tolerance.kind === 'lower-bound' || tolerance.kind === 'qualitative')
    return exact(measured >= value - slack);
  if (tolerance.kind === 'equal') return exact(measured === value);
  const abs = tolerance.abs ?? (tolerance.rel == null ? undefined : tolerance.rel * Math.abs(value));
  const ownError = played.standardErrors?.[metric];
  if (tolerance.kind === 'deterministic' && ownError === undefined)
    return exact(Math.abs(measured - value) <= abs!);
  const standardError = ownError ?? abs! / LIMIT_Z / Math.sqrt(played.share);
  const z = (measured - value) / standardError;
  return { standardError, z, verdict: Math.abs(z) <= LIMIT_Z ? 'pass' : 'fail' };
}

/** A wrong model that the case does not tell apart at this effort: its value lies within the tolerance. */
export interface Mutant {
  readonly id: string;
  readonly name: string;
  readonly value: number;
  /** Standard errors between it and what was measured. */
  readonly distance: number;
}

export function mutantsOf(theory: TheoryCase, [first]: readonly Comparison[]): Mutant[] {
  if (first === undefined || typeof first.measured !== 'number' || first.standardError === null) return [];
  const { measured, standardError } = first;
  return Object.entries(theory.mutants ?? {}).flatMap(([name, value]) =>
    value === null
      ? []
      : [{ id: theory.id, name, value, distance: Math.abs(value - measured) / standardError }],
  );
}

/** The pattern: the mean of the cases' first deviations, one a case, as those of one run hang together. */
export function meanZ(comparisons: readonly Comparison[]): { readonly mean: number; readonly cases: number } {
  const firsts = new Map<string, number>();
  for (const { id, z } of comparisons) if (z !== null && !firsts.has(id)) firsts.set(id, z);
  let total = 0;
  for (const z of firsts.values()) total += z;
  return { mean: total / Math.max(1, firsts.size), cases: firsts.size };
}
