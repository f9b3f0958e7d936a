/** Looks modules and presets up by name. The list is explicit (`index.ts`); plug-ins are added to a copy. */
import type { Axis, StrategyModule } from '../sim/strategy.ts';

/** A module by name, or with parameters beside `use`. */
export type ModuleChoice = string | ({ readonly use: string } & Readonly<Record<string, unknown>>);

/** A named, well-known composition. */
export interface Preset {
  readonly name: string;
  readonly summary: string;
  /** What of the real system is modelled, what is not, and where that is stated. */
  readonly models: string;
  readonly placement: ModuleChoice;
  readonly selection: ModuleChoice;
  readonly hotKeys?: ModuleChoice;
  readonly failover?: ModuleChoice;
  readonly rebalance?: ModuleChoice;
}

export interface Registry {
  readonly modules: readonly StrategyModule[];
  readonly presets: readonly Preset[];
}

export function findModule<A extends Axis>(
  registry: Registry,
  axis: A,
  name: string,
): Extract<StrategyModule, { axis: A }> | undefined {
  return registry.modules.find(
    (module): module is Extract<StrategyModule, { axis: A }> => module.axis === axis && module.name === name,
  );
}

export function namesOf(registry: Registry, axis: Axis): string[] {
  return registry.modules.filter((module) => module.axis === axis).map((module) => module.name);
}

/** A registry with further modules; a name already taken on its axis is an error. */
export function extendRegistry(registry: Registry, further: readonly StrategyModule[]): Registry {
  const modules = [...registry.modules];
  for (const module of further) {
    if (modules.some((other) => other.axis === module.axis && other.name === module.name))
      throw new Error(`a ${module.axis} module named "${module.name}" exists already; choose another name`);
    modules.push(module);
  }
  return { ...registry, modules };
}
