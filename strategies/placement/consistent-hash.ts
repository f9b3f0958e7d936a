/**
 * Consistent hashing on a ketama ring, the way memcached clients and twemproxy spread keys. Which ketama is a
 * parameter, since the real ones put the same key on different servers.
 *
 * Source: Karger et al., STOC 1997; for the variants see `ketama.ts`.
 */
import { z } from 'zod';
import { definePlacement } from '../../sim/strategy.ts';
import { keyHashByName, keyHashNames } from '../hash/by-name.ts';
import { withHashTag } from '../hash/hash-tag.ts';
import { defaultKeyHash, ketamaPoints, ketamaVariants } from './ketama.ts';
import { hashKeys } from './key-hashes.ts';
import { depthParam, hashTagParam } from './params.ts';
import { ringTable } from './ring.ts';

const params = z.strictObject({
  variant: z.enum(ketamaVariants).default('libmemcached-weighted').describe('whose ring points to use'),
  keyHash: z.enum(keyHashNames).optional().describe("hash of the key; without it, the variant's own"),
  hashTag: hashTagParam,
  depth: depthParam(3),
});

export const consistentHash = definePlacement({
  axis: 'placement',
  name: 'consistent-hash',
  summary: 'A ketama ring: about 160 points per shard; a key belongs to the next point clockwise.',
  source: 'Karger et al., STOC 1997; RJ/ketama, libmemcached libmemcached/hosts.cc, twemproxy nc_ketama.c',
  wins: 'When a shard leaves, only its own keys move, spread over all the others; no server need be told.',
  loses: 'Shares differ by 10 to 20 % between shards, and a returning shard may serve values gone stale.',
  params,
  create({ variant, keyHash, hashTag, depth }, { keys }) {
    const hash = keyHashByName[keyHash ?? defaultKeyHash[variant]];
    const hashOf = hashKeys(keys, hashTag === undefined ? hash : withHashTag(hash, hashTag));
    return {
      build(shards) {
        const points = ketamaPoints(variant, shards, hash);
        return ringTable(points, Math.min(depth, shards.length), keys.count, hashOf);
      },
    };
  },
});
