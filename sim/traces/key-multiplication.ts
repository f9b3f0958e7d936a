/**
 * More keys of the same skew, as if there were more users: each request goes to one of n copies of its key, drawn
 * evenly by a hash of the request's index and the seed. A copy has a n-th of its key's popularity, so the hottest
 * key is a n-th as hot. The rate stays: n times the users at n times the rate is `multiplyKeys` and `speed`.
 *
 * A read may go to another copy than the write before it, so each copy is missed and filled by itself.
 * Copies are named `name#0`, `name#1`, ...; a hash tag stays what it is, so its copies stay together.
 */
import { InputError } from '../errors.ts';
import { LIMITS } from '../limits.ts';
import { uniformAt } from '../rng.ts';
import type { Replay } from '../setup.ts';
import { NONE } from '../strategy.ts';
import { KeyDictionary } from './key-dictionary.ts';
import type { RowCursor } from './row-batch.ts';
import { changed, forEachBatch, noted } from './rows.ts';

/**
 * @param streamKey 32 random bits
 * @throws InputError at `where` when there are too many keys
 */
export function withKeysMultiplied(
  replay: Replay,
  copies: number,
  streamKey: number,
  where: string,
  maxKeys: number = LIMITS.traceKeys,
): Replay {
  const { keys } = replay;
  const suffixes = Array.from({ length: copies }, (_, copy) => Buffer.from(`#${copy}`));
  const dictionary = new KeyDictionary(maxKeys);
  const name = new Uint8Array(keys.maxBytes + suffixes.at(-1)!.length);
  const open = (): RowCursor => {
    let request = 0;
    return changed(replay.open(), ({ key, count }) => {
      for (let row = 0; row < count; row++, request++) {
        const suffix = suffixes[Math.floor(uniformAt(streamKey, request, 0) * copies)]!;
        const length = keys.read(key[row]!, name);
        name.set(suffix, length);
        const copy = dictionary.intern(name, 0, length + suffix.length);
        if (copy === NONE)
          throw new InputError(
            where,
            `more than ${dictionary.count} keys to hold in memory: multiply by less`,
          );
        key[row] = copy;
      }
    });
  };
  // The copies that occur get their numbers in a first pass.
  forEachBatch(open(), () => {});
  return noted(
    { ...replay, keys: dictionary.toTable(), digest: `${replay.digest} times ${copies} ${streamKey}`, open },
    `each request on one of ${copies} copies of its key, ${dictionary.count} keys instead of ${keys.count}; ` +
      'the rate is as before',
  );
}
