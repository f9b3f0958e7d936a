/**
 * Splitting for consumption, as DynamoDB does it: a table is cut into ranges (its partitions); one that serves more
 * than a limit for several rounds is split where the requests it has seen are halved, and one half goes to the idlest
 * shard. A range that is a single hash slot here stands for a single hot item and is not split: it would not help.
 *
 * Source: M. Elhemali et al., "Amazon DynamoDB", USENIX ATC 2022, section 4 (splitting for consumption at the observed
 * key distribution, not in the middle; partitions with a single hot item, and those read in sequence, are not split);
 * DynamoDB developer guide (3,000 reads, 1,000 writes a second per partition).
 *
 * Not modelled: admission control. DynamoDB throttles what is above a partition's or table's limit; here nothing is
 * refused, and the limit only tells when to split. Writes are not weighted by three. Ranges are not merged again, and
 * moving a half takes the time of its keys, not the minutes of a new replica group.
 */
import { z } from 'zod';
import { type ClusterLoad, defineRebalance, type PartitionMove, type ShardId } from '../../sim/strategy.ts';
import { duration } from '../params.ts';
import { ShardLoads } from './shard-loads.ts';

const params = z.strictObject({
  every: duration('1s').describe('length of a round: consumption is measured over it'),
  limit: z.number().min(1).default(3000).describe('requests per second that one range may serve'),
  rounds: z.int().min(1).default(3).describe('rounds in a row above the limit before a range is split'),
  splitsPerRound: z.int().min(1).default(1).describe('churn budget: ranges split per round at most'),
});
type Params = z.output<typeof params>;

export const dynamodb = defineRebalance({
  axis: 'rebalance',
  name: 'dynamodb',
  summary:
    'Splits ranges of slots that serve more than a limit, where their load is halved, and moves a half.',
  source: 'Elhemali et al., "Amazon DynamoDB", USENIX ATC 2022, section 4 (splitting for consumption)',
  wins: 'A hot range of many warm keys: each split spreads it, found by its own rate, without a view of all shards.',
  loses:
    'One hot item: it is not split, and stays above the limit. Half a range is a lot to move for a few hot slots.',
  needs: ['partition-table'],
  params,
  create(given) {
    const cuts = new Set<number>();
    /** First partition of a range -> rounds above the limit */
    let above = new Map<number, number>();
    return {
      periodNs: given.every,
      plan(load) {
        const loads = new ShardLoads(load, 'requests');
        const ranges = rangesOf(load, loads, cuts);
        const limit = (given.limit * load.periodNs) / 1e9;
        above = new Map(
          ranges
            .filter((range) => range.requests > limit)
            .map((range) => [range.from, (above.get(range.from) ?? 0) + 1]),
        );
        const due = ranges.filter((range) => (above.get(range.from) ?? 0) >= given.rounds);
        return split(due, loads, given, cuts, above);
      },
    };
  },
});

/** Partitions [from, to), all of one shard. */
interface Range {
  readonly from: number;
  readonly to: number;
  readonly shard: ShardId;
  readonly requests: number;
}

function rangesOf({ owner }: ClusterLoad, loads: ShardLoads, cuts: ReadonlySet<number>): Range[] {
  const starts = [...owner.keys()].filter(
    (partition) => partition === 0 || cuts.has(partition) || owner[partition] !== owner[partition - 1],
  );
  return starts.map((from, i) => {
    const to = starts[i + 1] ?? owner.length;
    const requests = loads.partition.subarray(from, to).reduce((sum, value) => sum + value, 0);
    return { from, to, shard: owner[from]!, requests };
  });
}

/** The hottest first. The half with fewer slots moves, if the idlest shard stays below where it comes from. */
function split(
  due: readonly Range[],
  loads: ShardLoads,
  { splitsPerRound }: Params,
  cuts: Set<number>,
  above: Map<number, number>,
): PartitionMove[] {
  const moves: PartitionMove[] = [];
  let splits = 0;
  for (const range of due.toSorted((a, b) => b.requests - a.requests)) {
    const { from, to, shard } = range;
    if (splits === splitsPerRound) break;
    if (to - from === 1 || loads.shard.length === 1) continue;
    const at = median(range, loads);
    const [first, end] = at - from < to - at ? [from, at] : [at, to];
    const half = loads.partition.subarray(first, end).reduce((sum, value) => sum + value, 0);
    const idlest = loads.coldest(shard);
    cuts.add(at);
    above.delete(from);
    splits++;
    if (loads.shard[idlest]! + half >= loads.shard[shard]!) continue;
    for (let partition = first; partition < end; partition++) {
      loads.move(partition, shard, idlest);
      moves.push({ partition, to: idlest });
    }
  }
  return moves;
}

/** Where the requests seen are halved, as nearly as slots allow. */
function median({ from, to, requests }: Range, loads: ShardLoads): number {
  let sum = loads.partition[from]!;
  let at = from + 1;
  for (; at < to - 1 && sum + loads.partition[at]! <= requests / 2; at++) sum += loads.partition[at]!;
  return at;
}
