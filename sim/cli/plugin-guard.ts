/**
 * Wraps a plug-in's `create` so that what it returns is checked once, where the mistake is, instead of breaking
 * the engine somewhere else. Costs nothing per request: hot calls are not wrapped.
 */
import { StrategyError } from '../errors.ts';
import type {
  Axis,
  Placement,
  PlacementContext,
  PlacementTable,
  ShardInfo,
  StrategyModule,
} from '../strategy.ts';
import { NONE } from '../strategy.ts';

/** Methods that must be there; a failover may have either of its parts. */
const METHODS: Readonly<Record<Axis, readonly string[]>> = {
  placement: ['build'],
  selection: ['select'],
  hotKeys: ['client', 'report'],
  failover: [],
  rebalance: ['plan'],
};
/** Keys tried against a new placement table. */
const KEYS_TRIED = 1000;

type Create = (...args: unknown[]) => object;

/** Real rebalancers look once a second or less; one that looks at every request would never be done. */
const SHORTEST_PERIOD_NS = 1e6;

export function guarded(module: StrategyModule): StrategyModule {
  const create = (...args: unknown[]): object => {
    const made: unknown = (module.create as Create)(...args);
    checkMade(module, made);
    if (module.axis !== 'placement') return made;
    return guardedPlacement(module.name, made as Placement, args[1] as PlacementContext);
  };
  return Object.create(module, { create: { value: create } });
}

function checkMade({ axis, name }: StrategyModule, made: unknown): asserts made is object {
  if (typeof made !== 'object' || made === null)
    throw new StrategyError(name, `create() returned ${String(made)}; it must return an object`);
  for (const method of METHODS[axis]) {
    if (typeof (made as Record<string, unknown>)[method] !== 'function')
      throw new StrategyError(name, `create() returned an object without ${method}()`);
  }
  if (axis !== 'rebalance') return;
  const { periodNs } = made as { periodNs?: unknown };
  if (typeof periodNs !== 'number' || !(periodNs >= SHORTEST_PERIOD_NS && periodNs < Infinity))
    throw new StrategyError(name, `periodNs is ${String(periodNs)}; it must be a number from 1e6 (1 ms) on`);
}

function guardedPlacement(name: string, placement: Placement, { keys }: PlacementContext): Placement {
  return {
    build(shards) {
      const table = placement.build(shards);
      const fault = faultOf(table, shards) ?? lookupFault(table, Math.min(keys.count, KEYS_TRIED));
      if (fault !== undefined) throw new StrategyError(name, `build() returned a table whose ${fault}`);
      return table;
    },
  };
}

function faultOf({ partitionCount, depth, owners }: PlacementTable, shards: readonly ShardInfo[]) {
  if (!Number.isInteger(partitionCount) || partitionCount < 1) return `partitionCount is ${partitionCount}`;
  if (!Number.isInteger(depth) || depth < 1) return `depth is ${depth}; at least 1 owner is needed`;
  if (!(owners instanceof Int32Array) || owners.length !== partitionCount * depth)
    return `owners is not an Int32Array of ${partitionCount} partitions x ${depth} owners`;
  const known = new Set(shards.map((shard) => shard.id));
  for (const [i, owner] of owners.entries()) {
    if (known.has(owner) || (owner === NONE && i % depth > 0)) continue;
    return `partition ${Math.floor(i / depth)} is owned by ${owner}, which is not one of the shards given`;
  }
  return undefined;
}

function lookupFault(table: PlacementTable, keyCount: number): string | undefined {
  for (let key = 0; key < keyCount; key++) {
    const partition = table.partitionOf(key);
    if (!Number.isInteger(partition) || partition < 0 || partition >= table.partitionCount)
      return `partitionOf(${key}) is ${partition}; it must be from 0 to ${table.partitionCount - 1}`;
  }
  return undefined;
}
