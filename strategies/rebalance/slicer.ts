/**
 * Slicer's weighted move: keys are cut into slices, contiguous ranges of partitions; each round cold neighbours are
 * merged, then slices leave the busiest shard in order of weight (how much the imbalance falls per part of the keys
 * moved) until a churn budget is spent, then hot slices are cut in two, so that the next round can move a half.
 *
 * Source: A. Adya et al., "Slicer: Auto-Sharding for Datacenter Applications", OSDI 2016, section 4.4. Its steps are
 * kept: merge while there are more than 50 slices per task and at most 1 % of the keys move; move until 9 % have
 * moved; split at twice the mean load of a slice while there are fewer than 150 per task. A merge moves the smaller
 * neighbour. Here a partition cannot be cut (Slicer's slices end at single keys), replication of a slice to
 * several shards is left out, and the key space is counted in partitions.
 */
import { z } from 'zod';
import { type ClusterLoad, defineRebalance, type PartitionMove, type ShardId } from '../../sim/strategy.ts';
import { duration, share } from '../params.ts';
import { metricParam, ShardLoads } from './shard-loads.ts';

const params = z.strictObject({
  every: duration('2s').describe('length of a round: load is measured over it'),
  metric: metricParam,
  tolerance: z.number().min(1).default(1.05).describe('busiest shard over mean that is left alone'),
  mergeChurn: share('1%').describe('part of all partitions that merges may move per round'),
  moveChurn: share('9%').describe('part of all partitions that moves may move per round'),
  minSlices: z.int().min(1).default(50).describe('slices per shard above which cold ones are merged'),
  maxSlices: z.int().min(1).default(150).describe('slices per shard up to which hot ones are split'),
});
type Params = z.output<typeof params>;

/** Partitions [from, to), all of one shard. */
interface Slice {
  readonly from: number;
  readonly to: number;
  shard: ShardId;
  load: number;
}

export const slicer = defineRebalance({
  axis: 'rebalance',
  name: 'slicer',
  summary:
    'Moves the slices that take most imbalance away per key moved; merges cold slices, splits hot ones.',
  source: 'Adya et al., "Slicer", OSDI 2016, section 4.4 (weighted-move)',
  wins: 'Much has to move: a few rounds even out the load with a tenth of the keys at a time, hot slices first.',
  loses:
    'A moderate unevenness of single slots: it moves whole slices with what is cold in them before it has cut them.',
  needs: ['partition-table'],
  params,
  create(given) {
    let cuts: ReadonlySet<number> | null = null;
    return {
      periodNs: given.every,
      plan(load) {
        const loads = new ShardLoads(load, given.metric);
        if (loads.mean === 0 || load.shardCount === 1) return [];
        cuts ??= evenCuts(load, given.minSlices);
        const moved = new Map<number, ShardId>();
        let slices = slicesOf(load, loads, cuts);
        if (loads.imbalance > given.tolerance) {
          slices = mergeCold(slices, load, loads, given, moved);
          moveHeaviest(slices, load.owner.length, loads, given, moved);
        }
        slices = splitHot(slices, load.shardCount, loads, given);
        cuts = new Set(slices.map(({ from }) => from));
        return movesOf(moved, load.owner);
      },
    };
  },
});

/** Slicer starts from slices of equal size. */
function evenCuts({ owner, shardCount }: ClusterLoad, perShard: number): Set<number> {
  const count = Math.min(owner.length, perShard * shardCount);
  return new Set(Array.from({ length: count }, (_, i) => Math.floor((i * owner.length) / count)));
}

function slicesOf({ owner }: ClusterLoad, loads: ShardLoads, cuts: ReadonlySet<number>): Slice[] {
  const starts = [...owner.keys()].filter(
    (partition) => partition === 0 || cuts.has(partition) || owner[partition] !== owner[partition - 1],
  );
  return starts.map((from, i) => {
    const to = starts[i + 1] ?? owner.length;
    return { from, to, shard: owner[from]!, load: loadOf(loads, from, to) };
  });
}

function loadOf(loads: ShardLoads, from: number, to: number): number {
  return loads.partition.subarray(from, to).reduce((sum, value) => sum + value, 0);
}

function size({ from, to }: Slice): number {
  return to - from;
}

function reassign(slice: Slice, to: ShardId, loads: ShardLoads, moved: Map<number, ShardId>): void {
  loads.shard[slice.shard]! -= slice.load;
  loads.shard[to]! += slice.load;
  slice.shard = to;
  for (let partition = slice.from; partition < slice.to; partition++) moved.set(partition, to);
}

/** Two neighbours become one where both together are below the mean slice, and no shard becomes the busiest by it. */
function mergeCold(
  slices: readonly Slice[],
  { owner, shardCount }: ClusterLoad,
  loads: ShardLoads,
  { mergeChurn, minSlices }: Params,
  moved: Map<number, ShardId>,
): Slice[] {
  const meanLoad = (loads.mean * shardCount) / slices.length;
  const busiest = Math.max(...loads.shard);
  let budget = mergeChurn * owner.length;
  let count = slices.length;
  const merged: Slice[] = [];
  for (const slice of slices) {
    const last = merged.at(-1);
    if (last === undefined || count <= minSlices * shardCount || last.load + slice.load >= meanLoad) {
      merged.push(slice);
      continue;
    }
    const [small, large] = size(last) < size(slice) ? [last, slice] : [slice, last];
    const churn = small.shard === large.shard ? 0 : size(small);
    const fits = churn === 0 || loads.shard[large.shard]! + small.load <= busiest;
    if (churn > budget || !fits) {
      merged.push(slice);
      continue;
    }
    if (churn > 0) reassign(small, large.shard, loads, moved);
    budget -= churn;
    count--;
    merged[merged.length - 1] = {
      from: last.from,
      to: slice.to,
      shard: large.shard,
      load: last.load + slice.load,
    };
  }
  return merged;
}

/** Weight: fall of the busiest shard's load per partition moved. Only moves that leave the busiest shard have any. */
function moveHeaviest(
  slices: readonly Slice[],
  partitionCount: number,
  loads: ShardLoads,
  { moveChurn, tolerance }: Params,
  moved: Map<number, ShardId>,
): void {
  let budget = moveChurn * partitionCount;
  while (loads.imbalance > tolerance) {
    const from = loads.hottest;
    const to = loads.coldest(from);
    let best: Slice | null = null;
    let bestWeight = 0;
    for (const slice of slices) {
      if (slice.shard !== from || size(slice) > budget || slice.load === 0) continue;
      const receiver = loads.shard[to]! + slice.load;
      const fall = Math.min(slice.load, loads.shard[from]! - receiver);
      if (fall / size(slice) > bestWeight) {
        bestWeight = fall / size(slice);
        best = slice;
      }
    }
    // Less than a thousandth of the mean is not worth moving data for.
    if (best === null || bestWeight * size(best) < loads.mean / 1000) return;
    budget -= size(best);
    reassign(best, to, loads, moved);
  }
}

/** A slice of twice the mean load and more is cut where its load is halved; a single partition cannot be. */
function splitHot(
  slices: readonly Slice[],
  shardCount: number,
  loads: ShardLoads,
  { maxSlices }: Params,
): Slice[] {
  const meanLoad = (loads.mean * shardCount) / slices.length;
  let room = maxSlices * shardCount - slices.length;
  return slices.flatMap((slice) => {
    if (room <= 0 || slice.load < 2 * meanLoad || size(slice) === 1) return [slice];
    room--;
    const at = middle(slice, loads);
    const load = loadOf(loads, slice.from, at);
    return [
      { ...slice, to: at, load },
      { ...slice, from: at, load: slice.load - load },
    ];
  });
}

function middle({ from, to, load }: Slice, loads: ShardLoads): number {
  let sum = loads.partition[from]!;
  let at = from + 1;
  for (; at < to - 1 && sum + loads.partition[at]! <= load / 2; at++) sum += loads.partition[at]!;
  return at;
}

function movesOf(moved: ReadonlyMap<number, ShardId>, owner: Int32Array): PartitionMove[] {
  return [...moved]
    .filter(([partition, to]) => owner[partition] !== to)
    .map(([partition, to]) => ({ partition, to }));
}
