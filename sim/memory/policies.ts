/** Eviction policies by name: Redis's, under the names of redis.conf, and reference caches. */
import { NoEviction } from './no-eviction.ts';
import type { EvictionPolicy, PolicyContext } from './policy.ts';
import { QueueEviction } from './queue-eviction.ts';
import { RandomEviction } from './random.ts';
import { RedisLfu } from './redis-lfu.ts';
import { RedisLru } from './redis-lru.ts';
import { RedisTtl } from './redis-ttl.ts';
import { S3Fifo } from './s3-fifo.ts';
import { Sieve } from './sieve.ts';

export function policyOf(context: PolicyContext): EvictionPolicy {
  const { all, volatile } = context;
  switch (context.name) {
    case 'noeviction':
      return new NoEviction(context);
    case 'allkeys-lru':
      return new RedisLru(context, all);
    case 'volatile-lru':
      return new RedisLru(context, volatile);
    case 'allkeys-lfu':
      return new RedisLfu(context, all);
    case 'volatile-lfu':
      return new RedisLfu(context, volatile);
    case 'allkeys-random':
      return new RandomEviction(context, all);
    case 'volatile-random':
      return new RandomEviction(context, volatile);
    case 'volatile-ttl':
      return new RedisTtl(context);
    case 'lru':
      return new QueueEviction(true);
    case 'fifo':
      return new QueueEviction(false);
    case 'sieve':
      return new Sieve();
    case 's3-fifo':
      return new S3Fifo(context);
  }
}
