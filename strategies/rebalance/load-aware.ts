/**
 * Moves hot slots from the busiest shard to the idlest, by measured load. It begins when the busiest shard is well
 * above the mean and goes on, round by round, until it is close to it (two thresholds: no flapping); each round
 * moves a few slots at most, and a slot that has moved rests.
 *
 * Source: the greedy hottest-to-coldest move with a threshold and a limit on churn of load-aware shard managers
 * (S. Lee et al., "Shard Manager", SOSP 2021, section 4; A. Adya et al., "Slicer", OSDI 2016, section 4.4). What it
 * looks at exists: CLUSTER SLOT-STATS of Redis 8.2 and Valkey 8.0 counts requests' CPU time per slot.
 */
import { z } from 'zod';
import { type ClusterLoad, defineRebalance, type PartitionMove } from '../../sim/strategy.ts';
import { duration } from '../params.ts';
import { metricParam, ShardLoads } from './shard-loads.ts';

const params = z.strictObject({
  every: duration('1s').describe('length of a round: load is measured over it'),
  metric: metricParam,
  start: z.number().min(1).default(1.25).describe('busiest shard over mean at which it begins to move'),
  stop: z.number().min(1).default(1.1).describe('busiest shard over mean at which it is content'),
  slotsPerRound: z.int().min(1).default(8).describe('churn budget: slots moved per round at most'),
  rest: duration('5s').describe('how long a slot that has moved stays'),
});
type Params = z.output<typeof params>;

export const loadAware = defineRebalance({
  axis: 'rebalance',
  name: 'load-aware',
  summary: 'Moves the hottest slots that fit from the busiest shard to the idlest, a few per round.',
  source:
    'Shard Manager (SOSP 2021), Slicer (OSDI 2016); measured with CLUSTER SLOT-STATS (Redis 8.2, Valkey 8.0)',
  wins: 'Several warm slots happen to lie on one shard: a few moves spread them, at the cost of a few keys.',
  loses:
    'One slot is hotter than the rest of its shard: wherever it goes it is too much, and nothing is moved.',
  needs: ['partition-table'],
  params,
  create(given) {
    const rested = new Map<number, number>();
    let active = false;
    return {
      periodNs: given.every,
      plan(load) {
        const loads = new ShardLoads(load, given.metric);
        active = loads.imbalance > (active ? given.stop : given.start);
        return active ? movesOf(load, loads, given, rested) : [];
      },
    };
  },
});

function movesOf(
  { owner, nowNs }: ClusterLoad,
  loads: ShardLoads,
  { stop, slotsPerRound, rest }: Params,
  rested: Map<number, number>,
): PartitionMove[] {
  const moves: PartitionMove[] = [];
  const gone = new Set<number>();
  while (moves.length < slotsPerRound && loads.imbalance > stop) {
    const from = loads.hottest;
    const to = loads.coldest();
    const gap = loads.shard[from]! - loads.shard[to]!;
    let best = -1;
    for (const [partition, shard] of owner.entries()) {
      const weight = loads.partition[partition]!;
      // More than half the gap would make the receiver the busier of the two.
      if (shard !== from || weight === 0 || weight > gap / 2 || gone.has(partition)) continue;
      if (nowNs < (rested.get(partition) ?? 0)) continue;
      if (best === -1 || weight > loads.partition[best]!) best = partition;
    }
    if (best === -1) break;
    loads.move(best, from, to);
    gone.add(best);
    rested.set(best, nowNs + rest);
    moves.push({ partition: best, to });
  }
  return moves;
}
