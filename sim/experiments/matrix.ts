/**
 * The cells of a sweep as a scenario lists them: every combination of what is varied, without those that are excluded,
 * and single cells beside them.
 */
import { type Cell, type Dimension, gridOf } from './vary.ts';

export interface Matrix {
  readonly vary: readonly Dimension[];
  /** A cell that has all values of one of these is left out. */
  readonly exclude: readonly Cell[];
  /** Further cells; a path they do not name has the scenario's own value. */
  readonly include: readonly Cell[];
}

export function matrixCells({ vary, exclude, include }: Matrix): Cell[] {
  const grid = vary.length === 0 ? [] : gridOf(vary);
  const kept = grid.filter((cell) => !exclude.some((pattern) => matches(cell, pattern)));
  const known = new Set(kept.map(cellKey));
  return [...kept, ...include.filter((cell) => !known.has(cellKey(cell)))];
}

/** Patterns that match no cell of the grid: most likely a mistyped value. */
export function idleExcludes({ vary, exclude }: Matrix): Cell[] {
  const grid = gridOf(vary);
  return exclude.filter((pattern) => !grid.some((cell) => matches(cell, pattern)));
}

function matches(cell: Cell, pattern: Cell): boolean {
  return pattern.every(({ path, value }) =>
    cell.some((given) => given.path === path && given.value === value),
  );
}

function cellKey(cell: Cell): string {
  return JSON.stringify(cell.map(({ path, value }) => [path, value]).sort());
}
