/**
 * Hot-key replication: clients find the heavy keys, a coordinator copies them to further shards, reads spread
 * over home and copies, writes go to all of them. SPORE (Hong and Thottethodi, "Understanding and mitigating the
 * impact of load imbalance in the memory caching tier", SoCC 2013) and JD's hotkey work like this.
 *
 * With a Redis client a copy is a renamed key, `{tag}key#1`, whose hash tag falls into a slot of the chosen shard; the
 * tags, one per shard, are found once by trying. A write that comes while a copy is being filled must win (copies.ts).
 * Between a write at home and the same write at a copy, readers may see the older value.
 */
import { z } from 'zod';
import { defineHotKeys, type HotKeysContext, type KeyId, type ShardId } from '../../sim/strategy.ts';
import { Copies } from './copies.ts';
import { detectionParams } from './detection.ts';

export const replicate = defineHotKeys({
  axis: 'hotKeys',
  name: 'replicate',
  summary: 'Detected hot keys are copied to further shards; reads spread over the copies, writes reach all.',
  source: 'SPORE (SoCC 2013); JD hotkey; counting by Space-Saving (ICDT 2005)',
  wins: 'Read-heavy hot keys: the load of one key is spread over several shards within a window or two.',
  loses: 'Write-heavy hot keys: each write costs one more attempt per copy, and waits for the slowest.',
  needs: ['shards'],
  params: z.strictObject({
    copies: z.int().min(1).max(63).default(3).describe('copies of a hot key beside its home'),
    ...detectionParams,
  }),
  create: (params, context) =>
    new Copies(params, context, {
      besideHome: true,
      of: (key) => placesOf(key, params.copies, context),
    }),
});

/** The shards after home, beginning at one that depends on the key, so that copies of different keys spread. */
function placesOf(key: KeyId, copies: number, { shardCount, homeOf }: HotKeysContext): ShardId[] {
  const others = shardCount - 1;
  const home = homeOf(key);
  const start = (Math.imul(key, 0x9e3779b1) >>> 8) % others;
  return Array.from(
    { length: Math.min(copies, others) },
    (_, copy) => (home + 1 + ((start + copy) % others)) % shardCount,
  );
}
