/** Reads where writes go: what a Redis Cluster client does unless told to read from replicas. */
import { z } from 'zod';
import { defineSelection } from '../../sim/strategy.ts';

export const primary = defineSelection({
  axis: 'selection',
  name: 'primary',
  summary: 'Every read goes to the primary of its shard.',
  source: 'Redis Cluster specification: nodes answer reads of their own slots only, unless READONLY is sent',
  wins: 'Reads see every acknowledged write.',
  loses: 'Replicas idle, and a hot shard has one node to serve it.',
  params: z.strictObject({}),
  candidates: 'primary',
  create: () => ({ select: (candidates) => candidates[0]! }),
});
