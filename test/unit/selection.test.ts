/** Unit: whom each selection chooses, and how often. */
import { describe, expect, test } from 'vitest';
import { stream } from '../../sim/rng.ts';
import { OP, type SelectionModule } from '../../sim/strategy.ts';
import { powerOfTwoChoices } from '../../strategies/selection/power-of-two-choices.ts';
import { primary } from '../../strategies/selection/primary.ts';
import { random } from '../../strategies/selection/random.ts';
import { contextOf, viewOf } from '../contract/selection.ts';

const DRAWS = 60_000;

/** [node] how often it was chosen from all of them; `inFlight` [node]. */
function counts(
  module: Pick<SelectionModule, 'params'> & { create: (...args: never[]) => unknown },
  inFlight: readonly number[],
  params: object = {},
): number[] {
  const view = viewOf(inFlight.length);
  view.inFlight.set(inFlight);
  const { create } = module as SelectionModule;
  const selection = create(
    module.params.parse(params),
    view,
    stream(11, 'selection'),
    contextOf(inFlight.length),
  );
  const candidates = Int32Array.from(inFlight.keys());
  const chosen = inFlight.map(() => 0);
  for (let i = 0; i < DRAWS; i++) chosen[selection.select(candidates, inFlight.length, 0, OP.get)]!++;
  return chosen;
}

/** Binomial counts within 5 standard deviations: a false alarm in 1.7 million comparisons. */
function expectShares(chosen: readonly number[], shares: readonly number[]): void {
  for (const [node, share] of shares.entries()) {
    const deviation = Math.sqrt(DRAWS * share * (1 - share));
    expect(Math.abs(chosen[node]! - DRAWS * share)).toBeLessThanOrEqual(5 * deviation);
  }
}

describe('selection', () => {
  test('primary takes the first candidate', () => {
    expect(counts(primary, [5, 0, 0])).toEqual([DRAWS, 0, 0]);
  });

  test('random takes each alike, whatever the load', () => {
    expectShares(counts(random, [9, 0, 4]), [1 / 3, 1 / 3, 1 / 3]);
  });

  test('two choices among two is the less busy one, always', () => {
    expect(counts(powerOfTwoChoices, [1, 0])).toEqual([0, DRAWS]);
  });

  test('two choices break ties by a fair coin', () => {
    expectShares(counts(powerOfTwoChoices, [3, 3]), [1 / 2, 1 / 2]);
  });

  test('two different nodes are drawn without bias: of n the r-th busiest wins 2 (r - 1) / (n (n - 1))', () => {
    expectShares(
      counts(powerOfTwoChoices, [4, 3, 2, 1, 0]),
      [0, 2, 4, 6, 8].map((pairs) => pairs / 20),
    );
  });

  test('three choices: of n the r-th busiest wins C(r - 1, 2) / C(n, 3)', () => {
    expectShares(
      counts(powerOfTwoChoices, [4, 3, 2, 1, 0], { choices: 3 }),
      [0, 0, 1, 3, 6].map((triples) => triples / 10),
    );
  });

  test('as many choices as nodes find the least busy, on more nodes than it first made room for', () => {
    const chosen = counts(powerOfTwoChoices, [7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 1, 7], { choices: 12 });
    expect(chosen[10]).toBe(DRAWS);
  });
});
