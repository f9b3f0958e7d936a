/**
 * Two layers of caches, each partitioned by a hash of its own; a hot key is held once in each, and a read goes to
 * the less loaded of the two. Independent hashes spread over the second layer what collides in the first, and the
 * power of two choices evens out the rest, with one copy per key.
 *
 * Source: Liu, Bai, Li, Liang, Chandramouli et al., "DistCache: provable load balancing for large-scale storage systems
 * with distributed caching", USENIX FAST 2019. There both layers are machines (or switches) beside the storage; here the
 * shards do it themselves: the first layer is the shard that owns the key, the second one chosen by another hash.
 * Their caches report their load in each reply; here that load is the queue the request found, averaged.
 */
import { z } from 'zod';
import {
  defineHotKeys,
  type HotKeysContext,
  type KeyId,
  type Rng,
  type ShardId,
} from '../../sim/strategy.ts';
import { share } from '../params.ts';
import { Copies, type ReadChoice } from './copies.ts';
import { detectionParams } from './detection.ts';
import type { HotKey } from './hot-set.ts';

/** Weight of the newest report in the average. */
const NEWEST_WEIGHT = 1 / 16;
/** Hashes tried for the second layer before it is the next shard. */
const TRIES = 16;

export const distcache = defineHotKeys({
  axis: 'hotKeys',
  name: 'distcache',
  summary: 'A hot key is held by two shards of independent hashes; reads go to the less loaded of them.',
  source: 'Liu et al., "DistCache", FAST 2019',
  wins: 'Many warm keys: one copy each, and reads that avoid whichever shard is busy.',
  loses: 'One key hotter than two shards can serve; writes, which go to both.',
  needs: ['shards'],
  params: z.strictObject({
    ...detectionParams,
    threshold: share('0.1%').describe('share of all requests above which a key is hot'),
  }),
  create: (params, context) =>
    new Copies(params, context, {
      besideHome: true,
      of: (key) => [secondLayer(key, context)],
      choice: (rng) => new LessLoaded(context.shardCount, rng),
    }),
});

function secondLayer(key: KeyId, { homeOf, homeOfName, shardCount }: HotKeysContext): ShardId {
  const home = homeOf(key);
  for (let number = 1; number <= TRIES; number++) {
    const shard = homeOfName(key, number);
    if (shard !== home) return shard;
  }
  return (home + 1) % shardCount;
}

class LessLoaded implements ReadChoice {
  /** [shard] average queue that requests of this client found */
  readonly #load: Float64Array;
  readonly #rng: Rng;

  constructor(shardCount: number, rng: Rng) {
    this.#load = new Float64Array(shardCount);
    this.#rng = rng;
  }

  choose({ ready, readyCount }: HotKey, home: ShardId): ShardId {
    if (readyCount === 0) return home;
    const other = ready[0]!;
    const difference = this.#load[home]! - this.#load[other]!;
    if (difference === 0) return this.#rng.below(2) === 0 ? home : other;
    return difference < 0 ? home : other;
  }

  feedback(shard: ShardId, queue: number): void {
    this.#load[shard] = this.#load[shard]! + NEWEST_WEIGHT * (queue - this.#load[shard]!);
  }
}
