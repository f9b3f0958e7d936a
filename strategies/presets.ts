/** Well-known compositions by name: what people run, and the floor to measure it against. */
import type { Preset } from './registry.ts';

const redisCluster = {
  name: 'redis-cluster',
  summary: 'Hash slots, reads and writes at the primary, failover by the cluster itself.',
  models:
    'Redis Cluster 7 with a cluster-aware client: CRC16 slots and hash tags, MOVED, gossip failure detection, ' +
    'replica election (cluster specification; src/cluster_legacy.c). Not modelled: resharding, replica migration.',
  placement: 'redis-slots',
  selection: 'primary',
  failover: 'redis-cluster',
} as const satisfies Preset;

export const presets: readonly Preset[] = [
  redisCluster,
  {
    name: 'consistent-hash',
    summary: 'A ketama ring without replicas; clients eject a dead node and rehash its keys.',
    models:
      'Memcached clients with libketama and auto-eject (twemproxy auto_eject_hosts): each client decides by ' +
      'itself, moved keys are misses. Not modelled: weights that differ between nodes.',
    placement: 'consistent-hash',
    selection: 'primary',
    failover: 'eject-and-rehash',
  },
  {
    ...redisCluster,
    name: 'power-of-two-choices',
    summary: 'Redis Cluster whose reads go to the less busy of two nodes of the shard.',
    models:
      'Redis Cluster with READONLY replica reads, and a client that compares its own in-flight counts of two ' +
      'random nodes (Mitzenmacher, IEEE TPDS 2001). Reads from replicas may be stale.',
    selection: 'power-of-two-choices',
  },
  {
    ...redisCluster,
    name: 'redis-cluster-replica-reads',
    summary: 'Redis Cluster whose reads go to the primary and its replicas in turn.',
    models:
      'Redis Cluster 7 with READONLY connections and round-robin reads; writes go to the primary. Replicas lag, so ' +
      'reads may be stale; redis-cluster, which reads at the primary, is the consistent counterpart. Not ' +
      'modelled: resharding, replica migration.',
    selection: 'round-robin',
  },
  {
    ...redisCluster,
    name: 'hot-key-replication',
    summary: 'Redis Cluster plus copies of detected hot keys on further shards.',
    models:
      'Redis Cluster with clients that find heavy keys, copy them to other shards, spread reads over the copies ' +
      'and fan writes out. Copies are eventually consistent.',
    hotKeys: 'replicate',
  },
  {
    name: 'redis-sentinel',
    summary: 'Shards of one primary and replicas, keys by hash modulo shards, failover by three sentinels.',
    models:
      'Redis behind sentinels with down-after 5 s (sentinel.conf ships 30 s), quorum 2 of 3 and a client that shards ' +
      'by itself and asks the sentinels after an error (redis src/sentinel.c). Not modelled: +switch-master pushed to ' +
      'subscribers, reset connections, priorities, min-replicas-to-write.',
    placement: 'modulo',
    selection: 'primary',
    failover: { use: 'redis-sentinel', downAfter: '5s' },
  },
  {
    name: 'hazelcast',
    summary: 'Hazelcast map: 271 partitions, a member silent for 60 s is removed and its backups promoted.',
    models:
      'Hazelcast with its 271 partitions, one backup (cluster.replicas) and the deadline failure detector (5 s, 60 s; ' +
      'reference manual). Not modelled: synchronous backups (replication is asynchronous), suspicion by broken ' +
      'connections, which finds a killed process in less than a second, backups scattered over all members, migrations.',
    placement: 'hazelcast',
    selection: 'primary',
    failover: { use: 'partition-table', like: 'hazelcast' },
  },
  {
    name: 'couchbase',
    summary: 'Couchbase bucket: 1024 vBuckets, auto-failover of one node after 120 s.',
    models:
      "Couchbase's vBucket map and auto-failover (120 s, a majority in sight, one event; ns_server). A node that " +
      'was failed over stays out, as until an operator adds it back. Not modelled: vBuckets of one node replicated on ' +
      'many, rebalance, durable writes, orchestrator leases.',
    placement: 'couchbase',
    selection: 'primary',
    failover: { use: 'partition-table', like: 'couchbase' },
  },
  {
    name: 'aerospike',
    summary: 'Aerospike namespace: 4096 partitions, a node is out after ten heartbeats of 150 ms.',
    models:
      'Aerospike in AP mode: partitions by RIPEMD-160, heartbeats 10 x 150 ms and the clustering quantum ' +
      '(as/src/fabric). Not modelled: synchronous replica writes (replication is asynchronous), succession lists over ' +
      'all nodes, migrations; a client asks for the map after an error, not each second (tend interval).',
    placement: 'aerospike',
    selection: 'primary',
    failover: { use: 'partition-table', like: 'aerospike' },
  },
  {
    name: 'ignite',
    summary:
      "Ignite's rendezvous affinity; a node that is silent for 10 s leaves the ring, its backups take over.",
    models:
      'Apache Ignite: RendezvousAffinityFunction with 1024 partitions, failureDetectionTimeout 10 s, connections checked ' +
      'each 500 ms (IgniteConfiguration, TcpDiscoverySpi). Not modelled: the ring of discovery messages (all members ' +
      'hear each other), backups on further nodes, rebalancing, FULL_SYNC writes.',
    placement: 'ignite',
    selection: 'primary',
    failover: {
      use: 'partition-table',
      heartbeat: '500ms',
      suspectAfter: '10s',
      decisionPeriod: '500ms',
    },
  },
  {
    name: 'evcache',
    summary:
      'A copy of everything in each zone; reads stay in the zone of the client, and go on to another if need be.',
    models:
      "Netflix EVCache as its reads go: spymemcached's ketama within a server group, one group per zone " +
      '(cluster.zones, cluster.replicas one less), fallback to another zone when a node is down (Netflix/EVCache wiki). ' +
      'Not modelled: clients that write to every zone themselves (here a primary copies to the others, and writes of ' +
      'its keys fail while it is down), a read tried in another zone after a miss, the 20 ms read timeout (set clients.timeout).',
    placement: { use: 'consistent-hash', variant: 'libmemcached' },
    selection: 'zone-aware',
  },
  {
    name: 'dynamo-like',
    summary:
      'DynamoDB-like: eventually consistent reads at any replica, and ranges split where they are consumed.',
    models:
      'Amazon DynamoDB (Elhemali et al., USENIX ATC 2022): replicated partitions, reads at any replica, writes at the ' +
      'leader, splitting for consumption. Hash slots stand for its ranges of hashed keys, a published table for its ' +
      'metadata service; leases are not published: 2 s are assumed. Not modelled: quorum writes and Multi-Paxos ' +
      '(replication is asynchronous), admission control, request routers.',
    placement: 'redis-slots',
    selection: 'random',
    failover: { use: 'partition-table', heartbeat: '500ms', suspectAfter: '2s', decisionPeriod: '500ms' },
    rebalance: 'dynamodb',
  },
  {
    name: 'mcrouter',
    summary:
      'mcrouter with Ch3 placement; the keys of a server that is out go to the last shard, the gutter.',
    models:
      'mcrouter with Ch3 (furc_hash), TKO after 3 timeouts or one refused connection, probes from 10 s to 60 s, and a ' +
      'gutter pool (TkoTracker, ProxyDestination; Nishtala et al., NSDI 2013). Each client stands for one mcrouter. ' +
      'Not modelled: the short time to live in the gutter, leases, the hop to mcrouter.',
    placement: 'mcrouter-ch3',
    selection: 'primary',
    failover: 'gutter-pool',
  },
  {
    name: 'memcached-ketama',
    summary: "libmemcached's weighted ketama; a server that fails five times in a row is out for 2 s.",
    models:
      'libmemcached with MEMCACHED_BEHAVIOR_KETAMA_WEIGHTED and REMOVE_FAILED_SERVERS: failure limit 5, retry ' +
      'timeout 2 s. Each client decides by itself. Not modelled: servers that stay out until the client restarts.',
    placement: { use: 'consistent-hash', variant: 'libmemcached-weighted' },
    selection: 'primary',
    failover: { use: 'eject-and-rehash', failureLimit: 5, retryTimeout: '2s' },
  },
  {
    name: 'twemproxy',
    summary: "twemproxy's own ketama ring; a server that fails twice in a row is out for 30 s.",
    models:
      'twemproxy with distribution ketama, auto_eject_hosts on, server_failure_limit and server_retry_timeout at ' +
      'their defaults of 2 and 30 s (README.md); each client stands for one proxy. Not modelled: the ' +
      'hop to the proxy and its own capacity.',
    placement: { use: 'consistent-hash', variant: 'twemproxy' },
    selection: 'primary',
    failover: { use: 'eject-and-rehash', failureLimit: 2, retryTimeout: '30s' },
  },
  {
    name: 'envoy-ring-hash',
    summary: "Envoy's ring hash with its outlier detection; each client stands for one Envoy.",
    models:
      "Envoy's RING_HASH policy and passive outlier detection with their defaults (load balancer and outlier " +
      'detection documentation). Not modelled: the hop to the proxy, active health checks, panic mode.',
    placement: 'envoy-ring',
    selection: 'primary',
    failover: 'outlier-detection',
  },
  {
    name: 'envoy-maglev',
    summary: "Envoy's Maglev table with its outlier detection; each client stands for one Envoy.",
    models:
      "Envoy's MAGLEV policy (65537 entries) and passive outlier detection with their defaults. Not modelled: the " +
      'hop to the proxy, active health checks, panic mode.',
    placement: 'maglev',
    selection: 'primary',
    failover: 'outlier-detection',
  },
  {
    name: 'haproxy-bounded',
    summary: "HAProxy's consistent hash with bounded loads: a busy server's overflow goes to the next.",
    models:
      'HAProxy with hash-type consistent and hash-balance-factor 150 (configuration manual); each client stands for ' +
      'one HAProxy. Not modelled: the hop to it, health checks (a dead server stays in the ring), queues per server.',
    placement: 'haproxy-consistent',
    selection: { use: 'bounded-load', balanceFactor: 150 },
  },
  {
    name: 'random',
    summary: 'The floor: hash modulo n, reads from a random node of the shard, no failover.',
    models:
      'What an afternoon of glue code gives: nothing reacts to load or to failures but the retries of clients.',
    placement: 'modulo',
    selection: 'random',
  },
];
