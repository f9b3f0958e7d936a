/**
 * Slot counts by weight, as `redis-cli --cluster rebalance` evens them out: it does nothing while every shard is
 * within a threshold of what its weight deserves; then it pairs the shard that lacks most with the one that has
 * too much, and moves that one's lowest slots. It looks at numbers of slots, never at load.
 *
 * Source: redis src/redis-cli.c, clusterManagerCommandRebalance and clusterManagerComputeReshardTable, with
 * --cluster-use-empty-masters, so that a shard that has just joined gets its part. C's `float` is kept.
 */
import { z } from 'zod';
import { defineRebalance, type PartitionMove } from '../../sim/strategy.ts';
import { duration, share } from '../params.ts';

export const redisCli = defineRebalance({
  axis: 'rebalance',
  name: 'redis-cli',
  summary: 'Evens out numbers of slots by weight, as redis-cli --cluster rebalance does.',
  source: 'redis src/redis-cli.c (clusterManagerCommandRebalance)',
  wins: 'After a shard has joined, or slots were left uneven: every shard owns its part, in the fewest moves.',
  loses: 'It counts slots, not requests: with even slots and one hot one it sees nothing to do.',
  needs: ['partition-table'],
  params: z.strictObject({
    every: duration('5s').describe('how often it is run, as a cron job would'),
    threshold: share('2%').describe('deviation of a shard from its part that is left alone'),
    weights: z
      .array(z.number().min(0))
      .default([])
      .describe('weight of each shard in turn, 1 where there is none; 0 drains the shard'),
  }),
  create: ({ every, threshold, weights }) => ({
    periodNs: every,
    plan: ({ owner, shardCount }) => evenOut(owner, shardCount, threshold, weights),
  }),
});

/** What redis-cli would move, in its order. */
function evenOut(
  owner: Int32Array,
  shardCount: number,
  threshold: number,
  weights: readonly number[],
): PartitionMove[] {
  const slots = Array.from({ length: shardCount }, (): number[] => []);
  for (const [slot, shard] of owner.entries()) slots[shard]!.push(slot);
  const involved = slots.map((owned, shard) => ({
    shard,
    owned,
    weight: Math.fround(weights[shard] ?? 1),
    balance: 0,
  }));
  const total = involved.reduce((sum, { weight }) => Math.fround(sum + weight), 0);
  if (total === 0) return [];
  let surplus = 0;
  let needed = false;
  for (const node of involved) {
    const expected = Math.trunc(Math.fround(Math.fround(owner.length / total) * node.weight));
    const count = node.owned.length;
    node.balance = count - expected;
    surplus += node.balance;
    const off = count > 0 ? Math.abs(100 - (100 * expected) / count) > 100 * threshold : expected > 1;
    if (threshold > 0 && off) needed = true;
  }
  if (!needed) return [];
  for (let at = 0; surplus > 0; at = (at + 1) % involved.length) {
    if (involved[at]!.balance > 0) continue;
    involved[at]!.balance--;
    surplus--;
  }
  involved.sort((a, b) => a.balance - b.balance);
  return pairUp(involved);
}

interface Node {
  readonly shard: number;
  readonly owned: readonly number[];
  balance: number;
}

/** Who lacks most takes from who has most, until one of the two is even. */
function pairUp(nodes: readonly Node[]): PartitionMove[] {
  const moves: PartitionMove[] = [];
  const given = new Map<number, number>();
  let to = 0;
  let from = nodes.length - 1;
  while (to < from) {
    const receiver = nodes[to]!;
    const donor = nodes[from]!;
    const count = Math.min(Math.abs(receiver.balance), Math.abs(donor.balance));
    const first = given.get(donor.shard) ?? 0;
    for (const partition of donor.owned.slice(first, first + count))
      moves.push({ partition, to: receiver.shard });
    given.set(donor.shard, first + count);
    receiver.balance += count;
    donor.balance -= count;
    if (receiver.balance === 0) to++;
    if (donor.balance === 0) from--;
  }
  return moves;
}
