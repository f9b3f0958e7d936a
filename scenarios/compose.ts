/**
 * A strategy as written (a preset, a composition, or both) becomes modules with parsed parameters. Names and
 * parameters are checked against the registry, which plug-ins may have extended.
 */

import type { Bound, StrategySetup } from '../sim/setup.ts';
import type { Axis, StrategyModule } from '../sim/strategy.ts';
import { choices } from '../sim/suggest.ts';
import { findModule, type ModuleChoice, namesOf, type Registry } from '../strategies/registry.ts';
import { explain, type Finding } from './explain.ts';
import { type Path, quoted } from './problem.ts';
import type { StrategyInput } from './schema.ts';

const AXES = [
  'placement',
  'selection',
  'hotKeys',
  'failover',
  'rebalance',
] as const satisfies readonly Axis[];
const OPTIONAL: ReadonlySet<Axis> = new Set(['hotKeys', 'failover', 'rebalance']);

/** One axis, before its parameters are known to be good. Null: `none`. */
interface Choice {
  readonly choice: ModuleChoice;
  /** Below the strategy; empty where the preset made the choice. */
  readonly path: Path;
}

/** The composition, or what is wrong with it, with paths below the strategy. */
export function compose(
  name: string,
  input: StrategyInput,
  registry: Registry,
): { readonly strategy: StrategySetup } | { readonly findings: Finding[] } {
  const findings: Finding[] = [];
  const bound: Partial<Record<Axis, Bound<StrategyModule> | null>> = {};
  const choicesByAxis = chosen(input, registry, findings);
  for (const axis of AXES) {
    const chosenHere = choicesByAxis[axis];
    if (chosenHere !== undefined) bound[axis] = bind(axis, chosenHere, registry, findings);
    else if (OPTIONAL.has(axis)) bound[axis] = null;
    else if (findings.length === 0)
      findings.push(
        finding([], `${axis} is missing`, `name a preset, or both placement and selection`, 'key'),
      );
  }
  if (findings.length > 0) return { findings };
  const hedge = typeof input === 'string' ? null : (input.hedge ?? null);
  return { strategy: { name, ...bound, hedge } as StrategySetup };
}

function chosen(
  input: StrategyInput,
  registry: Registry,
  findings: Finding[],
): Partial<Record<Axis, Choice>> {
  const own = typeof input === 'string' ? { preset: input } : input;
  const presetPath = typeof input === 'string' ? [] : ['preset'];
  const preset = registry.presets.find((candidate) => candidate.name === own.preset);
  if (own.preset !== undefined && preset === undefined) {
    const names = registry.presets.map((candidate) => candidate.name);
    findings.push(finding(presetPath, `unknown preset ${quoted(own.preset)}`, choices(own.preset, names)));
  }
  const result: Partial<Record<Axis, Choice>> = {};
  for (const axis of AXES) {
    const choice = (own as Partial<Record<Axis, ModuleChoice>>)[axis];
    const given = preset?.[axis];
    if (choice !== undefined) result[axis] = { choice, path: [axis] };
    else if (given !== undefined) result[axis] = { choice: given, path: [] };
  }
  return result;
}

function bind(
  axis: Axis,
  { choice, path }: Choice,
  registry: Registry,
  findings: Finding[],
): Bound<StrategyModule> | null {
  const { use, ...params } = typeof choice === 'string' ? { use: choice } : choice;
  if (use === 'none' && OPTIONAL.has(axis)) return null;
  const module = findModule(registry, axis, use);
  const usePath = typeof choice === 'string' || path.length === 0 ? path : [...path, 'use'];
  if (module === undefined) {
    const names = [...namesOf(registry, axis), ...(OPTIONAL.has(axis) ? ['none'] : [])];
    const elsewhere = registry.modules.find((other) => other.name === use && other.axis !== axis);
    const kind = elsewhere === undefined ? '' : `${quoted(use)} is a ${elsewhere.axis} module; `;
    findings.push(finding(usePath, `unknown ${axis} module ${quoted(use)}`, kind + choices(use, names)));
    return null;
  }
  const parsed = module.params.safeParse(params);
  if (parsed.success) return { module, params: parsed.data };
  for (const inner of explain(module.params, params, parsed.error.issues))
    findings.push({ ...inner, path: path.length === 0 ? [] : [...path, ...inner.path] });
  return null;
}

export function finding(
  path: Path,
  message: string,
  hint: string | null = null,
  part: Finding['part'] = 'value',
): Finding {
  return { path, part, message, hint, unknownKey: false };
}
