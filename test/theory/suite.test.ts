/**
 * Theory: the cases of `evenkeel validate-model`, with fixed seeds and a fiftieth of their lengths: z = 4, alpha
 * 6e-5 a comparison, and what is beyond is decided by a second seed. `npm run validate:theory` plays all of them
 * with fresh seeds; here those that take long are left out: the grid (the same model as lb.sq), 500 and 1,000 nodes.
 */
import { describe, expect, test } from 'vitest';
import { THEORY_CASES } from '../../sim/cli/theory/case.ts';
import { judge, meanZ } from '../../sim/cli/theory/judge.ts';
import { type Outcome, playCase } from '../../sim/cli/theory/suite.ts';

const LONG =
  /^lb\.grid|\.n500\.|\.n1000\.v1000|lam0\.99\.without|nocancel|z\.node\.N1000000|forkjoin\.n32|transient|m50|rho0\.95|lam0\.95\.with|C10000|metastable|twopoint|bpareto/;
const EFFORT = { share: 0.02, seed: 20_261_124 };

const outcomes: Outcome[] = [];

describe('theory', () => {
  const short = THEORY_CASES.filter(({ id }) => !LONG.test(id));

  test.each(short.map((theory) => [theory.id, theory] as const))('%s', (_id, theory) => {
    const outcome = playCase(theory, EFFORT);
    outcomes.push(outcome);
    if (outcome.reason === null) expect(outcome.comparisons.length).toBe(theory.expected.length);
    expect(outcome.comparisons.filter(({ verdict }) => verdict === 'fail')).toEqual([]);
  });

  test('has no pattern: the mean deviation over all cases is noise', () => {
    const { mean, cases } = meanZ(outcomes.flatMap(({ comparisons }) => comparisons));
    expect(cases).toBeGreaterThan(70);
    // Independent cases: standard error 1 / sqrt(cases), four of them.
    expect(Math.abs(mean)).toBeLessThan(4 / Math.sqrt(cases));
  });
});

describe('wrong models', () => {
  const mutants = THEORY_CASES.flatMap((theory) =>
    Object.entries(theory.mutants ?? {}).flatMap(([name, value]) =>
      value === null ? [] : [[theory.id, name, theory, value] as const],
    ),
  );

  test.each(mutants)('%s tells %s apart at full length', (_id, _name, theory, value) => {
    const readings = { [theory.expected[0]!.metric]: value };
    expect(judge(theory, { readings, n: 1, share: 1 })[0]!.verdict).toBe('fail');
  });
});
