/**
 * Who is where when a run starts: nodes 0 .. shards-1 are the primaries, then come the first replicas, then
 * the second ones, as `redis-cli --cluster create` lists them. A shard's nodes lie in different zones as far as
 * there are enough, unless placement ignores zones: then six shards in three zones keep each replica beside its primary.
 */
import type { ClusterSetup } from './setup.ts';
import type { NodeInfo, ShardInfo } from './strategy.ts';

export function nodesOf(cluster: ClusterSetup): NodeInfo[] {
  const count = cluster.shards * (1 + cluster.replicas);
  return Array.from({ length: count }, (_, id) => {
    const shard = id % cluster.shards;
    const replica = Math.floor(id / cluster.shards);
    return {
      id,
      name: cluster.nodeNames?.[id] ?? `node-${id}`,
      shard,
      zone: (cluster.zoneAware ? shard + replica : id) % cluster.zones.length,
      primary: replica === 0,
    };
  });
}

export function shardsOf(nodes: readonly NodeInfo[]): ShardInfo[] {
  return nodes
    .filter((node) => node.primary)
    .map((node) => ({ id: node.shard, name: node.name, weight: 1, zone: node.zone }));
}
