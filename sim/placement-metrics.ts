/**
 * What a placement gives and takes, whatever its algorithm: how evenly it spreads keys, how many of them move when
 * a shard joins or leaves, and what a table costs. The terms are those of Karger et al. (STOC 1997): balance, and
 * monotonicity, by which keys move to a newcomer or from a leaver, never between the others.
 */
import { inChunks } from './chunks.ts';
import type { Placement, PlacementTable, ShardId, ShardInfo } from './strategy.ts';

/** A placement for a cluster of these shards, ejected ones included. */
export type CreatePlacement = (cluster: readonly ShardInfo[]) => Placement;

interface Movement {
  /**
   * Keys that change their shard over the fewest that can: an equal share for a newcomer, the leaver's own keys.
   * Null where a leaver has none.
   */
  readonly movedOverMinimum: number | null;
  /** Of the keys of the shards that stay, the share that moves from one of them to another. */
  readonly movedBetweenSurvivors: number;
}

export interface PlacementMetrics {
  /** Greatest number of keys of a shard over the mean. */
  readonly maxOverMean: number;
  /** Standard deviation over mean of the numbers of keys of the shards. */
  readonly cov: number;
  readonly join: Movement;
  readonly leave: Movement;
  readonly partitionCount: number;
  readonly depth: number;
  /** The map from partitions to shards alone: 4 bytes for each partition and owner listed [bytes]. */
  readonly tableBytes: number;
}

/**
 * `cluster` has ids 0 .. n and equal weights: its last shard is the one that joins the others, and balance and
 * leaving are those of the others, at least two.
 */
export function placementMetrics(
  create: CreatePlacement,
  cluster: readonly ShardInfo[],
  keyCount: number,
): PlacementMetrics {
  const members = cluster.slice(0, -1);
  const placement = create(members);
  const table = placement.build(members);
  const owners = ownersOf(table, keyCount);
  const leavers = leaversOf(members).map((leaver) => {
    const survivors = members.filter((shard) => shard !== leaver);
    const moves = movesOf(owners, ownersOf(placement.build(survivors), keyCount), leaver.id);
    return { ...moves, minimum: keyCount - moves.survivorKeys };
  });
  return {
    ...balanceOf(owners, members.length),
    join: movementOf([joinOf(create, cluster, keyCount)]),
    leave: movementOf(leavers),
    partitionCount: table.partitionCount,
    depth: table.depth,
    tableBytes: table.owners.byteLength,
  };
}

/** Best of several tries, so that what else the machine was doing does not count. */
const TRIES = 5;
const LOOKUPS = 2 ** 16;

export interface PlacementCost {
  /** Creating the placement and building one table. */
  readonly buildNs: number;
  /** One key to its preferred shard. */
  readonly lookupNs: number;
}

/** `build` makes placement and table anew, over at least 65,536 keys; `nowNs` reads a clock. */
export function placementCost(build: () => PlacementTable, nowNs: () => number): PlacementCost {
  let buildNs = Number.POSITIVE_INFINITY;
  let lookupNs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < TRIES; i++) {
    const startNs = nowNs();
    const table = build();
    const builtNs = nowNs();
    ownersOf(table, LOOKUPS);
    const endNs = nowNs();
    buildNs = Math.min(buildNs, builtNs - startNs);
    lookupNs = Math.min(lookupNs, (endNs - builtNs) / LOOKUPS);
  }
  return { buildNs, lookupNs };
}

/** [key] preferred shard. */
function ownersOf(table: PlacementTable, keyCount: number): Int32Array {
  const owners = new Int32Array(keyCount);
  inChunks(keyCount, (from, end) => lookUp(table, owners, from, end));
  return owners;
}

function lookUp(table: PlacementTable, owners: Int32Array, from: number, to: number): void {
  const { owners: listed, depth } = table;
  for (let key = from; key < to; key++) owners[key] = listed[table.partitionOf(key) * depth]!;
}

function balanceOf(owners: Int32Array, shardCount: number): { maxOverMean: number; cov: number } {
  const counts = new Float64Array(shardCount);
  for (const shard of owners) counts[shard]!++;
  const mean = owners.length / shardCount;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / shardCount;
  return { maxOverMean: Math.max(...counts) / mean, cov: Math.sqrt(variance) / mean };
}

/**
 * Two shards stand for all, those at the nodes of Gauss' two-point quadrature over the order of shards. How many
 * keys move may depend on the place of the leaver: linearly where shards are numbered (jump), as a square where
 * they own ranges dealt anew (slots); for both the mean of these two is the mean of all, but for rounding. Of few
 * shards each takes its turn.
 */
function leaversOf(members: readonly ShardInfo[]): readonly ShardInfo[] {
  if (members.length <= 5) return members;
  const first = Math.round(members.length * (0.5 - 0.5 / Math.sqrt(3)) - 0.5);
  return [members[first]!, members[members.length - 1 - first]!];
}

interface Moves {
  /** Keys that change their shard. */
  readonly moved: number;
  /** Of them, those that move from a shard that stays to another. */
  readonly between: number;
  /** Keys of shards that stay, before the change. */
  readonly survivorKeys: number;
}

interface Change extends Moves {
  /** Fewest keys that can move. */
  readonly minimum: number;
}

/**
 * The newcomer is known to the cluster from the start, as a shard that was ejected: placements with a fixed set of
 * buckets or partitions (AnchorHash, data grids) count on knowing all shards that may ever be there.
 */
function joinOf(create: CreatePlacement, cluster: readonly ShardInfo[], keyCount: number): Change {
  const placement = create(cluster);
  const before = ownersOf(placement.build(cluster.slice(0, -1)), keyCount);
  const after = ownersOf(placement.build(cluster), keyCount);
  return { ...movesOf(before, after, cluster.at(-1)!.id), minimum: keyCount / cluster.length };
}

/** `changed` is the shard that joins or leaves. */
function movesOf(before: Int32Array, after: Int32Array, changed: ShardId): Moves {
  let moved = 0;
  let between = 0;
  let survivorKeys = 0;
  for (let key = 0; key < before.length; key++) {
    const from = before[key]!;
    const to = after[key]!;
    if (from !== changed) survivorKeys++;
    if (from === to) continue;
    moved++;
    if (from !== changed && to !== changed) between++;
  }
  return { moved, between, survivorKeys };
}

function movementOf(changes: readonly Change[]): Movement {
  const sum = (of: keyof Change) => changes.reduce((total, change) => total + change[of], 0);
  return {
    movedOverMinimum: sum('minimum') === 0 ? null : sum('moved') / sum('minimum'),
    movedBetweenSurvivors: sum('survivorKeys') === 0 ? 0 : sum('between') / sum('survivorKeys'),
  };
}
