/** The 32-bit key hashes a client library lets its user choose from, by the name used in scenarios. */
import { crc32 } from './crc32.ts';
import { fnv1a64Truncated } from './fnv.ts';
import { sdbm } from './haproxy.ts';
import type { Hash32 } from './hash.ts';
import { md5 } from './md5.ts';
import { murmur2 } from './murmur2.ts';
import { oneAtATime } from './one-at-a-time.ts';

export const keyHashNames = ['md5', 'one-at-a-time', 'fnv1a-64', 'crc32', 'murmur2', 'sdbm'] as const;
export type KeyHashName = (typeof keyHashNames)[number];

export const keyHashByName: Readonly<Record<KeyHashName, Hash32>> = {
  md5,
  'one-at-a-time': oneAtATime,
  'fnv1a-64': fnv1a64Truncated,
  crc32,
  murmur2,
  sdbm,
};
