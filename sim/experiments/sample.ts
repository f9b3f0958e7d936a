/**
 * Sweeps too large for a grid: points at random, or a Latin hypercube, which puts exactly one point into each of N
 * slices of every dimension: M. D. McKay, R. J. Beckman & W. J. Conover, A Comparison of Three Methods for Selecting
 * Values of Input Variables in the Analysis of Output from a Computer Code, Technometrics 21 (1979).
 */
import type { RandomStream } from '../rng.ts';
import { type Cell, type Dimension, refuseTwice } from './vary.ts';

export function randomCells(dimensions: readonly Dimension[], count: number, rng: RandomStream): Cell[] {
  refuseTwice(dimensions);
  return Array.from({ length: count }, () =>
    dimensions.map(({ path, sample }) => ({ path, value: sample(rng.float()) })),
  );
}

export function latinCells(dimensions: readonly Dimension[], count: number, rng: RandomStream): Cell[] {
  refuseTwice(dimensions);
  const columns = dimensions.map(({ path, sample }) =>
    shuffled(count, rng).map((slice) => ({ path, value: sample((slice + rng.float()) / count) })),
  );
  return Array.from({ length: count }, (_, i) => columns.map((column) => column[i]!));
}

/** 0 .. count - 1 in random order (R. A. Fisher & F. Yates; R. Durstenfeld, CACM 7, 1964). */
function shuffled(count: number, rng: RandomStream): number[] {
  const order = Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const other = rng.below(last + 1);
    [order[last], order[other]] = [order[other]!, order[last]!];
  }
  return order;
}
