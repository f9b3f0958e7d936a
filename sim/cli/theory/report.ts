/** What validate-model tells: a line for each case, what could not be played and why, and the family as a whole. */
import { ALPHA, type Comparison, LIMIT_Z, meanZ } from './judge.ts';
import type { Outcome } from './suite.ts';

interface Conditions {
  readonly version: string;
  readonly node: string;
  readonly share: number;
  readonly seed: number;
}

export interface ModelReport extends Conditions {
  readonly cases: readonly Outcome[];
  readonly summary: {
    readonly cases: number;
    readonly played: number;
    readonly failed: number;
    /** Beyond the limit where better evidence than the case has speaks against it. */
    readonly disputed: number;
    readonly comparisons: number;
    /** With a standard error. */
    readonly judgedByZ: number;
    readonly limitZ: number;
    /** Chance that one right comparison is beyond the limit, and that any of them fails in both of its two tries. */
    readonly alpha: number;
    readonly familyAlpha: number;
    readonly worst: Comparison | null;
    readonly meanZ: number;
    readonly meanZOf: number;
    /** Wrong models of the cases played that this run told apart, of so many. */
    readonly mutantsTold: number;
    readonly mutants: number;
  };
}

export function modelReport(cases: readonly Outcome[], conditions: Conditions): ModelReport {
  const comparisons = cases.flatMap((one) => one.comparisons);
  const judged = comparisons.filter(({ verdict }) => verdict === 'pass' || verdict === 'fail');
  const scored = judged.filter(({ z }) => z !== null);
  const pattern = meanZ(scored);
  const mutants = cases.flatMap((one) => one.mutants);
  return {
    ...conditions,
    cases,
    summary: {
      cases: cases.length,
      played: cases.filter(({ reason }) => reason === null).length,
      failed: cases.filter(fails).length,
      disputed: cases.filter(isDisputed).length,
      comparisons: judged.length,
      judgedByZ: scored.length,
      limitZ: LIMIT_Z,
      alpha: ALPHA,
      familyAlpha: Math.min(1, scored.length * ALPHA ** 2),
      worst: scored.reduce<Comparison | null>(
        (worst, one) => (sizeOf(one) > sizeOf(worst) ? one : worst),
        null,
      ),
      meanZ: pattern.mean,
      meanZOf: pattern.cases,
      mutantsTold: mutants.filter(({ distance }) => distance > LIMIT_Z).length,
      mutants: mutants.length,
    },
  };
}

const sizeOf = (one: Comparison | null): number => Math.abs(one?.z ?? 0);

function fails({ comparisons }: Outcome): boolean {
  return comparisons.some(({ verdict }) => verdict === 'fail');
}

function isDisputed({ comparisons }: Outcome): boolean {
  return comparisons.some(({ verdict }) => verdict === 'disputed');
}

export function modelText(report: ModelReport): string {
  const { cases, summary } = report;
  const played = cases.filter(({ reason }) => reason === null);
  const lines = [
    `evenkeel ${report.version} on Node ${report.node}, seed ${report.seed}, ${100 * report.share} % of the stated lengths`,
    '',
    `${'case'.padEnd(36)}${'n'.padStart(9)}${'compared'.padStart(10)}${'worst z'.padStart(9)}  verdict`,
    ...played.map(lineOf),
    '',
    'Not played, because',
    ...cases.flatMap(({ id, reason }) => (reason === null ? [] : [`  ${id.padEnd(34)}${reason}`])),
    '',
    'Played, but not judged, or disputed',
    ...openLines(played),
    '',
    ...summaryLines(summary),
  ];
  return lines.join('\n');
}

export function lineOf(one: Outcome): string {
  const judged = one.comparisons.filter(({ verdict }) => verdict !== 'not judged');
  const zs = judged.flatMap(({ z }) => (z === null ? [] : [z]));
  const worst = zs.reduce((most, z) => (Math.abs(z) > Math.abs(most) ? z : most), 0);
  const n = one.comparisons[0]?.n ?? 0;
  const verdict = fails(one)
    ? `FAIL: ${failuresOf(one)}`
    : isDisputed(one)
      ? 'disputed'
      : one.repeated
        ? 'pass (second seed)'
        : 'pass';
  return `${one.id.padEnd(36)}${(n === 0 ? 'computed' : String(n)).padStart(9)}${String(judged.length).padStart(10)}${(zs.length === 0 ? 'exact' : worst.toFixed(2)).padStart(9)}  ${verdict}`;
}

function failuresOf({ comparisons }: Outcome): string {
  return comparisons
    .filter(({ verdict }) => verdict === 'fail')
    .map(({ metric, expected, measured }) => `${metric} is ${String(measured)}, not ${String(expected)}`)
    .join('; ');
}

/** One line per reason and case. */
function openLines(played: readonly Outcome[]): string[] {
  return played.flatMap(({ id, comparisons }) => {
    const open = comparisons.filter(({ verdict }) => verdict === 'not judged' || verdict === 'disputed');
    const reasons = new Set(open.map(({ why }) => why));
    return [...reasons].map((why) => {
      const metrics = open.filter((one) => one.why === why).map(({ metric }) => metric);
      const named = metrics.length > 3 ? `${metrics.length} metrics` : metrics.join(', ');
      return `  ${id.padEnd(34)}${named}: ${why}`;
    });
  });
}

function summaryLines(summary: ModelReport['summary']): string[] {
  const { worst } = summary;
  const told = `${summary.mutantsTold} of ${summary.mutants} stated wrong models told apart at this length`;
  return [
    `${summary.played} of ${summary.cases} cases played, ${summary.failed} failed, ${summary.disputed} disputed`,
    `${summary.comparisons} comparisons, ${summary.judgedByZ} by standard errors: limit ${summary.limitZ}, alpha ${summary.alpha.toExponential(1)} each;`,
    `  beyond it, a second seed decides, so a right engine fails any of them with probability ${summary.familyAlpha.toExponential(1)}`,
    worst === null
      ? 'no deviation measured'
      : `worst deviation ${worst.z!.toFixed(2)} standard errors (${worst.id}, ${worst.metric})`,
    `mean deviation over ${summary.meanZOf} cases ${summary.meanZ.toFixed(2)} (a pattern would show beyond 0.3)`,
    told,
  ];
}
