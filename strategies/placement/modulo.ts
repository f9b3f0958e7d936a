/**
 * The plainest sharding there is: hash of the key modulo the number of shards. With its default hash (Jenkins'
 * one-at-a-time) it is libmemcached's default distribution, MODULA; with `weighted` it is twemproxy's `modula`,
 * which lists every server `weight` times.
 *
 * Source: libmemcached libmemcached/hash.cc; twemproxy src/hashkit/nc_modula.c.
 */
import { z } from 'zod';
import { definePlacement, type ShardInfo } from '../../sim/strategy.ts';
import { keyHashByName, keyHashNames } from '../hash/by-name.ts';
import { withHashTag } from '../hash/hash-tag.ts';
import { hashKeys, tabulate } from './key-hashes.ts';
import { hashTagParam } from './params.ts';

const params = z.strictObject({
  keyHash: z.enum(keyHashNames).default('one-at-a-time').describe('hash of the key'),
  hashTag: hashTagParam,
  weighted: z.boolean().default(false).describe('list each shard as often as its weight says'),
});

export const modulo = definePlacement({
  axis: 'placement',
  name: 'modulo',
  summary: "Jenkins' one-at-a-time hash of the key modulo the number of shards.",
  source: 'libmemcached MEMCACHED_DISTRIBUTION_MODULA; twemproxy src/hashkit/nc_modula.c',
  wins: 'Even, no table, and as fast as a hash: right for a set of nodes that never changes.',
  loses: 'When one of n nodes leaves or joins, nearly all keys (1 - 1/n) change their shard.',
  params,
  create({ keyHash, hashTag, weighted }, { keys }) {
    const hash = keyHashByName[keyHash];
    const hashOf = hashKeys(keys, hashTag === undefined ? hash : withHashTag(hash, hashTag));
    return {
      build(shards) {
        const owners = Int32Array.from(weighted ? shards.flatMap(repeated) : shards.map((shard) => shard.id));
        const count = owners.length;
        const partitionOf = tabulate(keys.count, (key) => (hashOf(key) >>> 0) % count);
        return { partitionCount: count, depth: 1, owners, partitionOf };
      },
    };
  },
});

function repeated({ id, name, weight }: ShardInfo): number[] {
  if (!Number.isInteger(weight))
    throw new Error(
      `modulo: shard ${name} has weight ${weight}; with "weighted" weights must be whole numbers`,
    );
  return new Array<number>(weight).fill(id);
}
