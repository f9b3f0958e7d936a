/**
 * The ketama family: the same idea in every memcached client, with other points in each. A server's points are
 * hashes of its label followed by `-0`, `-1`, ...; clients that should agree on where a key lives must agree on
 * label, number of points and hash. `Math.fround` stands where the C code computes in `float`; without it some
 * node counts (25, 47, 50, ...) get 160 points a server where the real ones make 156.
 *
 * Source: RJ/ketama libketama/ketama.c; libmemcached libmemcached/hosts.cc (update_continuum);
 * twemproxy src/hashkit/nc_ketama.c.
 */
import type { ShardInfo } from '../../sim/strategy.ts';
import type { KeyHashName } from '../hash/by-name.ts';
import { bytesOf, type Hash32, hashText } from '../hash/hash.ts';
import { md5Words } from '../hash/md5.ts';
import type { RingPoint } from './ring.ts';

export const ketamaVariants = [
  'libmemcached-weighted',
  'libmemcached',
  'libmemcached-spy',
  'twemproxy',
  'libketama',
] as const;
export type KetamaVariant = (typeof ketamaVariants)[number];

/** Key hash of each variant where the user chose none. */
export const defaultKeyHash: Readonly<Record<KetamaVariant, KeyHashName>> = {
  'libmemcached-weighted': 'md5',
  libmemcached: 'one-at-a-time',
  'libmemcached-spy': 'md5',
  twemproxy: 'fnv1a-64',
  libketama: 'md5',
};

const DEFAULT_PORT = ':11211';
const POINTS_PER_DIGEST = 4;
const POINTS_PER_SHARD = 160;
/** libmemcached's ring without weights: one hash of a label per point. */
const POINTS_PER_SHARD_UNWEIGHTED = 100;

/** `host:port`, where a name without a port means memcached's own. */
function hostAndPort(name: string): string {
  return name.includes(':') ? name : name + DEFAULT_PORT;
}

/** `host` on memcached's own port, else `host:port`. */
function hostOrHostAndPort(name: string): string {
  return name.endsWith(DEFAULT_PORT) ? name.slice(0, -DEFAULT_PORT.length) : name;
}

/** The points of all shards. `keyHash` places the points too where libmemcached's ring is unweighted. */
export function ketamaPoints(
  variant: KetamaVariant,
  shards: readonly ShardInfo[],
  keyHash: Hash32,
): RingPoint[] {
  switch (variant) {
    case 'libmemcached':
      // libmemcached turns to the weighted ring as soon as one server weighs more than 1.
      return shards.some(({ weight }) => weight > 1)
        ? digestPoints(shards, hostOrHostAndPort, sharesInFloat)
        : hashPoints(shards, hostOrHostAndPort, keyHash);
    case 'libmemcached-weighted':
    case 'twemproxy':
      return digestPoints(shards, hostOrHostAndPort, sharesInFloat);
    case 'libmemcached-spy':
      return digestPoints(shards, (name) => `/${hostAndPort(name)}`, sharesInFloat);
    case 'libketama':
      return digestPoints(shards, hostAndPort, sharesInDouble);
  }
}

/** Digests of a shard with this share of the weight, as libmemcached and twemproxy count them. */
function sharesInFloat(share: number, shardCount: number): number {
  const perShard = Math.fround(Math.fround(share * POINTS_PER_SHARD) / POINTS_PER_DIGEST);
  return Math.floor(Math.fround(perShard * shardCount) + 1e-10);
}

/** The same in libketama, which multiplies in `double` and rounds once. */
function sharesInDouble(share: number, shardCount: number): number {
  return Math.floor(Math.fround(share * (POINTS_PER_SHARD / POINTS_PER_DIGEST) * shardCount));
}

/** MD5 of `label-k`, each of its four words a point. */
function digestPoints(
  shards: readonly ShardInfo[],
  label: (name: string) => string,
  digestCount: (share: number, shardCount: number) => number,
): RingPoint[] {
  const weightSum = shards.reduce((sum, { weight }) => sum + weight, 0);
  const words = new Int32Array(POINTS_PER_DIGEST);
  const points: RingPoint[] = [];
  for (const { id, name, weight } of shards) {
    const digests = digestCount(Math.fround(weight / weightSum), shards.length);
    for (let k = 0; k < digests; k++) {
      const text = bytesOf(`${label(name)}-${k}`);
      md5Words(text, 0, text.length, words);
      for (const word of words) points.push({ upper: word >>> 0, lower: 0, shard: id });
    }
  }
  return points;
}

/** One hash of `label-k` per point. */
function hashPoints(
  shards: readonly ShardInfo[],
  label: (name: string) => string,
  hash: Hash32,
): RingPoint[] {
  return shards.flatMap(({ id, name }) =>
    Array.from({ length: POINTS_PER_SHARD_UNWEIGHTED }, (_, k) => ({
      upper: hashText(hash, `${label(name)}-${k}`) >>> 0,
      lower: 0,
      shard: id,
    })),
  );
}
