/**
 * A fixed number of partitions dealt evenly to the shards, with their backups spread over all the others, as the
 * in-memory data grids lay them out. When a shard leaves, each of its partitions goes to its first backup, which
 * holds the data: nothing else moves.
 */
import type { PlacementTable, ShardInfo } from '../../sim/strategy.ts';
import type { KeyHash } from './key-hashes.ts';

/** `all` are the shards of the cluster, `members` those of them that are there. */
export function partitionMap(
  all: readonly ShardInfo[],
  members: readonly ShardInfo[],
  partitionCount: number,
  depthWanted: number,
  partitionOf: KeyHash,
): PlacementTable {
  const present = new Set(members.map((shard) => shard.id));
  const depth = Math.min(depthWanted, members.length);
  const owners = new Int32Array(partitionCount * depth);
  for (let partition = 0; partition < partitionCount; partition++) {
    const order = orderOf(partition, all.length).map((index) => all[index]!.id);
    owners.set(order.filter((id) => present.has(id)).slice(0, depth), partition * depth);
  }
  return { partitionCount, depth, owners, partitionOf };
}

/** The owner in turn; the others after it, starting one further at every round of the deal. */
function orderOf(partition: number, count: number): number[] {
  const owner = partition % count;
  const round = Math.floor(partition / count);
  const others = count - 1;
  return [owner, ...Array.from({ length: others }, (_, i) => (owner + 1 + ((round + i) % others)) % count)];
}
