/**
 * Key splitting: a hot key lives under further names, `key#1` to `key#r`, which the placement puts wherever it puts
 * any key. Reads pick one of the r + 1 names, writes go to all of them. No client needs to know the shards; the
 * price is that chance decides where the names fall: two may share a shard, or fall on the home.
 *
 * The usual advice for a hot key of Redis and DynamoDB ("write sharding"). `replicate` chooses different shards
 * instead, by hash tags. The list of split keys, which applications often write by hand, is detected here.
 */
import { z } from 'zod';
import { defineHotKeys } from '../../sim/strategy.ts';
import { Copies } from './copies.ts';
import { detectionParams } from './detection.ts';

export const split = defineHotKeys({
  axis: 'hotKeys',
  name: 'split',
  summary: 'Detected hot keys get further names, placed like any key; reads pick a name, writes go to all.',
  source: 'Amazon DynamoDB Developer Guide, "Using write sharding to distribute workloads evenly"',
  wins: 'Read-heavy hot keys where clients must not know shards: each read goes to a name at random.',
  loses: 'Write-heavy hot keys, and few shards: names that share a shard cost a write and spread nothing.',
  needs: ['shards'],
  params: z.strictObject({
    names: z.int().min(1).max(63).default(3).describe('names of a hot key beside its own'),
    ...detectionParams,
  }),
  create: (params, context) =>
    new Copies(params, context, {
      besideHome: false,
      of: (key) => Array.from({ length: params.names }, (_, name) => context.homeOfName(key, name + 1)),
    }),
});
