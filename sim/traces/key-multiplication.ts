/**
 * More keys of the same skew, as if there were more users: each request goes to one of n copies of its key, drawn
 * evenly by a hash of the request's index and the seed. A copy has a n-th of its key's popularity, so the hottest
 * key is a n-th as hot. The rate stays: n times the users at n times the rate is `multiplyKeys` and `speed`.
 *
 * A read may go to another copy than the write before it, so each copy is missed and filled by itself.
 * Copies are named `name#0`, `name#1`, ...; a hash tag stays what it is, so its copies stay together.
 */
import { InputError } from '../errors.ts';
import { uniformAt } from '../rng.ts';
import type { Recording } from '../setup.ts';
import { NONE } from '../strategy.ts';
import { KeyDictionary, MAX_KEYS } from './key-dictionary.ts';
import { noted } from './rows.ts';

/**
 * @param streamKey 32 random bits
 * @throws InputError at `where` when there are too many keys
 */
export function withKeysMultiplied(
  recording: Recording,
  copies: number,
  streamKey: number,
  where: string,
  maxKeys: number = MAX_KEYS,
): Recording {
  const { keys, count } = recording;
  const suffixes = Array.from({ length: copies }, (_, copy) => Buffer.from(`#${copy}`));
  const dictionary = new KeyDictionary(maxKeys);
  const name = new Uint8Array(keys.maxBytes + suffixes.at(-1)!.length);
  const key = new Int32Array(count);
  for (let row = 0; row < count; row++) {
    const suffix = suffixes[Math.floor(uniformAt(streamKey, row, 0) * copies)]!;
    const length = keys.read(recording.key[row]!, name);
    name.set(suffix, length);
    key[row] = dictionary.intern(name, 0, length + suffix.length);
    if (key[row] === NONE)
      throw new InputError(where, `more than ${dictionary.count} keys to hold in memory: multiply by less`);
  }
  return noted(
    { ...recording, key, keys: dictionary.toTable() },
    `each request on one of ${copies} copies of its key, ${dictionary.count} keys instead of ${keys.count}; ` +
      'the rate is as before',
  );
}
