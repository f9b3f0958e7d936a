/** CLI: `validate-model` compares, tells what it cannot play and why, and refuses names that no case has. */
import { expect, test } from 'vitest';
import { cli } from './cli.ts';

test('one queue as JSON: every metric with its standard error, and the mutant told apart', async () => {
  const { code, stdout } = await cli(['validate-model', '--only', '^q.md1.rho0.5$', '--json']);
  const { cases, summary } = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(cases[0].comparisons).toHaveLength(8);
  for (const { standardError, z, n } of cases[0].comparisons) {
    expect(standardError).toBeGreaterThan(0);
    expect(Math.abs(z)).toBeLessThan(4);
    expect(n).toBeGreaterThan(90_000);
  }
  expect(summary).toMatchObject({ cases: 1, played: 1, failed: 0, mutants: 1, mutantsTold: 1 });
});

test('a case that the engine cannot express is listed with the reason', async () => {
  const { code, stdout } = await cli(['validate-model', '--only', 'mva3']);
  expect(code).toBe(0);
  expect(stdout).toContain('q.closed.mva3');
  expect(stdout).toContain('three stations in a row');
  expect(stdout).toContain('0 of 1 cases played');
});

test.each([
  ['nothing-like-it', 'no case has such a name'],
  ['(', 'no regular expression'],
])('--only %s is refused', async (pattern, says) => {
  const { code, stderr } = await cli(['validate-model', '--only', pattern]);
  expect(code).toBe(2);
  expect(stderr).toContain(says);
});
