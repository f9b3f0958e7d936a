/**
 * Spatial sampling, as in SHARDS (Waldspurger, Park, Garthwaite and Ahmad, FAST 2015): a key is in the sample when
 * a hash of its name is below a threshold, with all of its requests or none. So each key keeps its own reuse and
 * burstiness, which sampling requests would destroy. The hash has no seed: the same keys in every run, and a
 * smaller sample is part of a larger one.
 *
 * The share of requests can be far from the share of keys: it depends on whether the hottest ones are in.
 */
import { InputError } from '../errors.ts';
import type { Replay } from '../setup.ts';
import { keepRows, noted, shareText } from './rows.ts';

/** @param share of keys, in (0, 1] @throws InputError at `where` when nothing is left */
export function sampledByKey(replay: Replay, share: number, where: string): Replay {
  const { keys, count } = replay;
  const threshold = share * 2 ** 32;
  const name = new Uint8Array(keys.maxBytes);
  const isIn = Uint8Array.from({ length: keys.count }, (_, id) =>
    hashOf(name, keys.read(id, name)) < threshold ? 1 : 0,
  );
  const kept = keepRows(replay, `sample ${share}`, ({ key }, row) => isIn[key[row]!] === 1);
  if (kept === null)
    throw new InputError(
      where,
      `none of the ${keys.count} keys falls into a sample of ${share}: take a larger one`,
    );
  const requests = `${shareText(kept.count, count)} of requests, sampled by key`;
  return noted(
    kept,
    `${requests} (${kept.keys.count} of ${keys.count}): the rate falls with them, unless rate sets it`,
  );
}

/** FNV-1a, mixed by murmur3's finalizer because its high bits alone are poor; uniform over 32 bits. */
function hashOf(bytes: Uint8Array, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
