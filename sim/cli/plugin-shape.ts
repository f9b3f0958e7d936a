/** Whether an exported object is a strategy module, and what is wrong with it when it is nearly one. */

import type { Axis, Need } from '../strategy.ts';
import { choices } from '../suggest.ts';

const AXES: readonly Axis[] = ['placement', 'selection', 'hotKeys', 'failover', 'rebalance'];
const CANDIDATES = ['primary', 'shard', 'preference'];
const NEEDS: readonly Need[] = ['oracle', 'replicas', 'preference-order', 'partition-table', 'shards'];
const SENTENCES = ['summary', 'source', 'wins', 'loses'];

/** Meant to be a module: other exports of a plug-in are its own business. */
export function isModuleLike(exported: unknown): exported is Record<string, unknown> {
  return typeof exported === 'object' && exported !== null && ('axis' in exported || 'create' in exported);
}

/** Every fault, as a sentence that says what was found and what is accepted. */
export function checkModule(module: Record<string, unknown>): string[] {
  const faults: string[] = [];
  const { axis, name, create, params, candidates, needs } = module;
  if (!AXES.includes(axis as Axis)) faults.push(`axis is ${show(axis)}; ${choices(String(axis), AXES)}`);
  if (typeof name !== 'string' || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name))
    faults.push(`name is ${show(name)}; it must be in kebab-case, such as "least-loaded-zone"`);
  for (const key of SENTENCES) {
    if (typeof module[key] !== 'string' || module[key] === '')
      faults.push(`${key} is ${show(module[key])}; it must be a sentence`);
  }
  if (typeof create !== 'function')
    faults.push(`create is ${show(create)}; it must be a function of the parameters`);
  if (typeof params !== 'object' || params === null || !('_zod' in params))
    faults.push(`params is ${show(params)}; it must be a zod 4 schema, z.strictObject({}) for no parameters`);
  if (axis === 'selection' && !CANDIDATES.includes(candidates as string))
    faults.push(`candidates is ${show(candidates)}; ${choices(String(candidates), CANDIDATES)}`);
  if (needs !== undefined && !(Array.isArray(needs) && needs.every((need) => NEEDS.includes(need))))
    faults.push(`needs is ${show(needs)}; it must be a list of ${NEEDS.join(', ')}`);
  return faults;
}

function show(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'function') return 'a function';
  return (JSON.stringify(value) ?? String(value)).slice(0, 60);
}
