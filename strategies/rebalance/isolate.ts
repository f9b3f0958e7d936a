/**
 * A hot slot gets a shard of its own: an empty one, or else the idlest, whose slots then leave it, the hottest of them
 * first, each to the idlest of the others. The hot slot goes first: that relieves its busy shard with one move, and
 * the many moves that follow are made by a shard that has time for them.
 *
 * Source: the practice of operators of Redis Cluster (the slot of a hot key is resharded to a primary of its own),
 * and DynamoDB's isolation of frequently accessed items ("Amazon DynamoDB", USENIX ATC 2022, section 4; AWS,
 * "Isolating frequently accessed items").
 */
import { z } from 'zod';
import { type ClusterLoad, defineRebalance, type PartitionMove, type ShardId } from '../../sim/strategy.ts';
import { duration, share } from '../params.ts';
import { metricParam, ShardLoads } from './shard-loads.ts';

export const isolate = defineRebalance({
  axis: 'rebalance',
  name: 'isolate',
  summary: 'Gives the hottest slot a shard of its own: an empty one, or the idlest, whose slots leave it.',
  source: 'DynamoDB (USENIX ATC 2022), section 4: isolation of frequently accessed items',
  wins: 'One slot is most of what its shard can do: its neighbours no longer wait behind it, and no key is copied.',
  loses: 'The hot slot itself has no more than one shard, and emptying a shard for it moves all its data.',
  needs: ['partition-table'],
  params: z.strictObject({
    every: duration('1s').describe('length of a round: load is measured over it'),
    metric: metricParam,
    threshold: share('20%').describe("a slot's part of the mean shard's load from which it is isolated"),
    slotsPerRound: z.int().min(1).default(64).describe('churn budget: slots moved per round at most'),
  }),
  create({ every, metric, threshold, slotsPerRound }) {
    // The slot that has a shard, or is getting one; another takes its place only by being hotter still.
    let hot = -1;
    return {
      periodNs: every,
      plan(load) {
        const loads = new ShardLoads(load, metric);
        const hottest = loads.partition.indexOf(Math.max(...loads.partition));
        const heat = loads.partition[hottest]!;
        if (heat <= threshold * loads.mean || load.shardCount === 1) return [];
        if (hot !== -1 && heat <= 1.5 * loads.partition[hot]!)
          return evacuate(load, loads, hot, load.owner[hot]!, slotsPerRound);
        hot = hottest;
        return takeShard(load, loads, hot, slotsPerRound);
      },
    };
  },
});

function takeShard(load: ClusterLoad, loads: ShardLoads, hot: number, budget: number): PartitionMove[] {
  const from = load.owner[hot]!;
  const empty = emptyShard(load);
  const idlest = empty === -1 ? loads.coldest(from) : empty;
  const isBetter = loads.shard[idlest]! + loads.partition[hot]! < loads.shard[from]!;
  if (!isBetter) return evacuate(load, loads, hot, from, budget);
  loads.move(hot, from, idlest);
  return [{ partition: hot, to: idlest }, ...evacuate(load, loads, hot, idlest, budget - 1)];
}

function emptyShard({ owner, shardCount }: ClusterLoad): ShardId {
  const used = new Set(owner);
  for (let shard = 0; shard < shardCount; shard++) if (!used.has(shard)) return shard;
  return -1;
}

/** All but the hot slot leave the shard. */
function evacuate(
  { owner }: ClusterLoad,
  loads: ShardLoads,
  hot: number,
  shard: ShardId,
  budget: number,
): PartitionMove[] {
  return [...owner.keys()]
    .filter((partition) => owner[partition] === shard && partition !== hot)
    .sort((a, b) => loads.partition[b]! - loads.partition[a]! || a - b)
    .slice(0, budget)
    .map((partition) => {
      const to = loads.coldest(shard);
      loads.move(partition, shard, to);
      return { partition, to };
    });
}
