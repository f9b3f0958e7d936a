/** The registry: every module this package ships, by axis, in the order they are listed to the user. */

import { ejectAndRehash } from './failover/eject-and-rehash.ts';
import { gutterPool } from './failover/gutter-pool.ts';
import { oracle } from './failover/oracle.ts';
import { outlierDetection } from './failover/outlier-detection.ts';
import { partitionTable } from './failover/partition-table/partition-table.ts';
import { redisCluster } from './failover/redis-cluster/redis-cluster.ts';
import { redisSentinel } from './failover/redis-sentinel/redis-sentinel.ts';
import { coalescing } from './hot-keys/coalescing.ts';
import { distcache } from './hot-keys/distcache.ts';
import { frontCache } from './hot-keys/front-cache.ts';
import { nearCache } from './hot-keys/near-cache.ts';
import { replicate } from './hot-keys/replicate.ts';
import { split } from './hot-keys/split.ts';
import { aerospike } from './placement/aerospike.ts';
import { anchor } from './placement/anchor.ts';
import { consistentHash } from './placement/consistent-hash.ts';
import { couchbase } from './placement/couchbase.ts';
import { envoyRing } from './placement/envoy-ring.ts';
import { groupcache } from './placement/groupcache.ts';
import { haproxyConsistent } from './placement/haproxy-consistent.ts';
import { hazelcast } from './placement/hazelcast.ts';
import { ignite } from './placement/ignite.ts';
import { jump } from './placement/jump.ts';
import { maglev } from './placement/maglev.ts';
import { mcrouterCh3 } from './placement/mcrouter-ch3.ts';
import { memento } from './placement/memento.ts';
import { modulo } from './placement/modulo.ts';
import { multiProbe } from './placement/multi-probe.ts';
import { redisSlots } from './placement/redis-slots.ts';
import { rendezvous } from './placement/rendezvous.ts';
import { presets } from './presets.ts';
import { dynamodb } from './rebalance/dynamodb.ts';
import { isolate } from './rebalance/isolate.ts';
import { loadAware } from './rebalance/load-aware.ts';
import { redisCli } from './rebalance/redis-cli.ts';
import { slicer } from './rebalance/slicer.ts';
import type { Registry } from './registry.ts';
import { alwaysHottest } from './selection/always-hottest.ts';
import { aperture } from './selection/aperture.ts';
import { boundedLoad } from './selection/bounded-load.ts';
import { c3 } from './selection/c3.ts';
import { clairvoyant } from './selection/clairvoyant.ts';
import { leastOutstanding } from './selection/least-outstanding.ts';
import { peakEwma } from './selection/peak-ewma.ts';
import { polledLoad } from './selection/polled-load.ts';
import { powerOfTwoChoices } from './selection/power-of-two-choices.ts';
import { prequal } from './selection/prequal.ts';
import { primary } from './selection/primary.ts';
import { random } from './selection/random.ts';
import { roundRobin } from './selection/round-robin.ts';
import { weighted } from './selection/weighted.ts';
import { zoneAware } from './selection/zone-aware.ts';

export const registry: Registry = {
  modules: [
    redisSlots,
    consistentHash,
    modulo,
    envoyRing,
    groupcache,
    haproxyConsistent,
    multiProbe,
    rendezvous,
    maglev,
    jump,
    mcrouterCh3,
    anchor,
    memento,
    hazelcast,
    couchbase,
    aerospike,
    ignite,
    primary,
    random,
    roundRobin,
    weighted,
    leastOutstanding,
    powerOfTwoChoices,
    polledLoad,
    peakEwma,
    c3,
    prequal,
    zoneAware,
    boundedLoad,
    aperture,
    alwaysHottest,
    clairvoyant,
    replicate,
    split,
    nearCache,
    frontCache,
    distcache,
    coalescing,
    redisCluster,
    redisSentinel,
    partitionTable,
    gutterPool,
    ejectAndRehash,
    outlierDetection,
    oracle,
    redisCli,
    loadAware,
    isolate,
    slicer,
    dynamodb,
  ],
  presets,
};
