/**
 * A gutter pool: some shards own nothing until a client takes another shard out; that shard's keys, and they alone,
 * then go to the gutter, placed among its shards as the ring places keys. Nothing else moves, so one dead shard's hot
 * keys cannot topple the next one (Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013, section 3.3).
 */
import { NONE, type PlacementTable, type ShardId } from './strategy.ts';

/** The ring's table, with the partitions of the shards that are `out` led to the gutter. */
export function withGutter(
  ring: PlacementTable,
  gutter: PlacementTable,
  out: ReadonlySet<ShardId>,
): PlacementTable {
  const { partitionCount, depth } = ring;
  const owners = new Int32Array((partitionCount + gutter.partitionCount) * depth).fill(NONE);
  const toGutter = new Uint8Array(partitionCount);
  for (let partition = 0; partition < partitionCount; partition++) {
    const all = ring.owners.subarray(partition * depth, (partition + 1) * depth);
    toGutter[partition] = out.has(all[0]!) ? 1 : 0;
    owners.set(toGutter[partition] === 1 ? all : all.filter((shard) => !out.has(shard)), partition * depth);
  }
  const kept = Math.min(depth, gutter.depth);
  for (let partition = 0; partition < gutter.partitionCount; partition++) {
    const from = partition * gutter.depth;
    owners.set(gutter.owners.subarray(from, from + kept), (partitionCount + partition) * depth);
  }
  return {
    partitionCount: partitionCount + gutter.partitionCount,
    depth,
    owners,
    partitionOf(key) {
      const partition = ring.partitionOf(key);
      return toGutter[partition] === 1 ? partitionCount + gutter.partitionOf(key) : partition;
    },
  };
}
