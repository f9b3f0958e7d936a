/**
 * Near cache: each client keeps what it read last and answers repeated reads itself, without the network. What
 * it holds may be old. With `tracking` the nodes tell the clients that read a key when it is written, as Redis
 * client-side caching does (CLIENT TRACKING); an entry is stale for about the one-way delay then, and the time to
 * live is a safety net for messages that never come. With `ttl` nobody tells: stale for up to the time to live.
 *
 * https://redis.io/docs/latest/develop/reference/client-side-caching/; Hazelcast and Coherence near caches work alike.
 * A client forgets what it writes itself as soon as it sends the write.
 */
import { z } from 'zod';
import { defineHotKeys, type KeyId, OP, type Op, type Version } from '../../sim/strategy.ts';
import { duration } from '../params.ts';
import { AtHome } from './at-home.ts';
import { keepTime, ValueCache } from './value-cache.ts';

export const nearCache = defineHotKeys({
  axis: 'hotKeys',
  name: 'near-cache',
  summary: 'Each client keeps the values it read last and answers repeated reads itself.',
  source: 'Redis client-side caching (CLIENT TRACKING); Hazelcast near cache',
  wins: 'Reads of few keys, many per client: the hot keys hardly reach a node, and most answers take a microsecond.',
  loses:
    'Many clients with few reads each, or many writes: entries are gone before they are asked for again.',
  params: z.strictObject({
    maxEntries: z.int().min(1).max(1_000_000).default(1000).describe('values a client holds at most'),
    maxBytes: z
      .int()
      .min(1)
      .optional()
      .describe('bytes of values a client holds at most; no bound if left out'),
    invalidation: z
      .enum(['tracking', 'ttl'])
      .default('tracking')
      .describe('tracking: nodes tell who read a key of its next write; ttl: entries only grow too old'),
    ttl: duration('10s').describe('how long a client answers with a value, however it is invalidated'),
  }),
  create({ maxEntries, maxBytes = Number.POSITIVE_INFINITY, invalidation, ttl }, context) {
    const caches = Array.from(
      { length: context.clientCount },
      () => new ValueCache({ maxEntries, maxBytes }),
    );
    keepTime(caches, ttl, context);
    return {
      tracking: invalidation === 'tracking',
      client: (id) => new NearCacheClient(caches[id]!),
      report: () => ({
        detector: 'none: clients keep whatever they read',
        detectorBytes: 0,
        promoted: [],
        localBytes: caches.reduce((sum, cache) => sum + cache.bytes, 0),
      }),
    };
  },
});

class NearCacheClient extends AtHome {
  readonly #cache: ValueCache;

  constructor(cache: ValueCache) {
    super();
    this.#cache = cache;
  }

  override observe(key: KeyId, op: Op): void {
    if (op !== OP.get) this.#cache.remove(key);
  }

  answer(key: KeyId): Version {
    return this.#cache.get(key);
  }

  filled(key: KeyId, version: Version, bytes: number): void {
    this.#cache.put(key, version, bytes);
  }

  invalidate(key: KeyId): void {
    this.#cache.remove(key);
  }
}
