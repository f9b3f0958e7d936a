/**
 * Request coalescing: a client has at most one read per key under way; whoever asks for the same key meanwhile
 * waits for that answer. Nothing is detected, kept or copied. A waiter's answer may be older than its question, by less
 * than the time the read takes; after a write of its own a client asks anew.
 *
 * groupcache's `singleflight` (https://pkg.go.dev/golang.org/x/sync/singleflight); Facebook's leases do it for
 * misses (Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013).
 */
import { z } from 'zod';
import { defineHotKeys } from '../../sim/strategy.ts';
import { AtHome } from './at-home.ts';

export const coalescing = defineHotKeys({
  axis: 'hotKeys',
  name: 'coalescing',
  summary: 'A client asks for a key once at a time; further reads of it wait for the answer under way.',
  source: 'Go singleflight (groupcache)',
  wins: 'Few busy clients and slow answers: the worse the hot node, the more reads share one request.',
  loses: 'Many clients, fast answers: two reads of a key seldom meet, and nothing is saved.',
  params: z.strictObject({}),
  create: () => ({
    coalescing: true,
    client: () => new AtHome(),
    report: () => ({
      detector: 'none: every key is asked for once at a time',
      detectorBytes: 0,
      promoted: [],
    }),
  }),
});
