/**
 * The map of partitions for the result: small enough for every run to carry it. Owners are told in runs, requests
 * in octaves, one character each; 16384 hash slots take 16 KB.
 */
import type { PartitionMap } from '../result.ts';
import type { World } from '../world.ts';

/** As many as Redis Cluster has slots: a map of more could not be read. */
const PARTITIONS_MAX = 16384;
const HOTTEST = 10;

/** COLD. @param keyCounts [key] requests */
export function partitionMapOf(
  { membership, migration, setup }: World,
  keyCounts: Uint32Array,
): PartitionMap | null {
  const { full } = membership;
  const { partitionCount, depth } = full;
  const { module } = setup.strategy.placement;
  if (!(module.partitionTable || full.arcEnds) || partitionCount > PARTITIONS_MAX) return null;
  const owner = Int32Array.from({ length: partitionCount }, (_, i) => full.owners[i * depth]!);
  const requests = new Float64Array(partitionCount);
  for (let key = 0; key < keyCounts.length; key++) {
    const partition = full.partitionOf(key);
    requests[partition] = requests[partition]! + keyCounts[key]!;
  }
  const byShard = new Array<number>(setup.cluster.shards).fill(0);
  const after = [...byShard];
  const owners: PartitionMap['owners'] = [];
  const moved: PartitionMap['moved'] = [];
  for (const [partition, shard] of owner.entries()) {
    byShard[shard] = byShard[shard]! + requests[partition]!;
    const last = owners.at(-1);
    if (last?.[0] === shard) last[1]++;
    else owners.push([shard, 1]);
    const now = migration?.owner[partition] ?? shard;
    after[now] = after[now]! + requests[partition]!;
    if (now !== shard) moved.push([partition, now]);
  }
  return {
    arcEnds: Array.from(full.arcEnds ?? [], (end) => Math.round(end * 1e5) / 1e5),
    owners,
    moved,
    octaves: Array.from(requests, (count) => octaveOf(count).toString(36)).join(''),
    requests: byShard,
    requestsAfter: after,
    hottest: hottestOf(requests),
  };
}

/** 0 for 0, 1 for 1, 2 for 2 and 3, 3 for 4 to 7, ... */
function octaveOf(count: number): number {
  return count === 0 ? 0 : Math.floor(Math.log2(count)) + 1;
}

function hottestOf(requests: Float64Array): PartitionMap['hottest'] {
  return Array.from(requests, (count, partition): [number, number] => [partition, count])
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .slice(0, HOTTEST);
}
