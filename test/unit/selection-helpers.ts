/** What the tests of selections share: a module with parameters as a user writes them, alone or in a run. */
import { stream } from '../../sim/rng.ts';
import type { Bound } from '../../sim/setup.ts';
import { type ClientView, OP, type SelectionModule } from '../../sim/strategy.ts';
import { contextOf, viewOf } from '../contract/selection.ts';

/** Any module: `create` takes the parameters its own schema makes. */
export type AnySelection = Omit<SelectionModule, 'create'> & { create: (...args: never[]) => unknown };

export function bound(module: AnySelection, params: object = {}): Bound<SelectionModule> {
  return { module: module as SelectionModule, params: module.params.parse(params) };
}

/** One client in front of `nodeCount` nodes, every one a candidate; `choose` asks for `candidates`. */
export function alone(module: AnySelection, nodeCount: number, params: object = {}, client = 0) {
  const view: ClientView & { nowNs: number } = { ...viewOf(nodeCount), client };
  const chosen = bound(module, params);
  const selection = chosen.module.create(chosen.params, view, stream(11, 'selection'), contextOf(nodeCount));
  const all = Array.from({ length: nodeCount }, (_, node) => node);
  const choose = (candidates: readonly number[] = all, key = 0): number =>
    selection.select(Int32Array.from(candidates), candidates.length, key, OP.get);
  const times = (count: number, candidates: readonly number[] = all): number[] =>
    Array.from({ length: count }, () => choose(candidates));
  return { view, selection, choose, times };
}

/** [node] how often it was chosen. */
export function tally(chosen: readonly number[], nodeCount: number): number[] {
  const counts = new Array<number>(nodeCount).fill(0);
  for (const node of chosen) counts[node]!++;
  return counts;
}
