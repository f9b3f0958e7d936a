/** Only some operations of a recording, or only one tenant, told by how the names of its keys begin. */
import { InputError } from '../errors.ts';
import type { Replay } from '../setup.ts';
import { OP, type Op } from '../strategy.ts';
import { keepRows, noted, shareText } from './rows.ts';

export interface Filter {
  /** Null for all. */
  readonly operations: readonly Op[] | null;
  /** As UTF-8; null for all keys. */
  readonly keyPrefix: string | null;
}

/** @throws InputError at `where` when nothing is left */
export function filtered(replay: Replay, filter: Filter, where: string): Replay {
  const { operations, keyPrefix } = filter;
  const isWanted = startingWith(replay, Buffer.from(keyPrefix ?? ''));
  const { count } = replay;
  const kept = keepRows(
    replay,
    `only ${JSON.stringify(filter)}`,
    ({ op, key }, row) =>
      (operations === null || operations.includes(op[row]! as Op)) && isWanted[key[row]!] === 1,
  );
  const what = filterText(filter);
  if (kept === null) throw new InputError(where, `none of the ${count} requests is one of these: ${what}`);
  return noted(kept, `only ${what}: ${shareText(kept.count, count)} of requests`);
}

/** [key] 1 where its name starts with `prefix`. */
function startingWith({ keys }: Replay, prefix: Uint8Array): Uint8Array {
  const name = Buffer.alloc(keys.maxBytes);
  return Uint8Array.from({ length: keys.count }, (_, key) => {
    const length = keys.read(key, name);
    return length >= prefix.length && name.subarray(0, prefix.length).equals(prefix) ? 1 : 0;
  });
}

function filterText({ operations, keyPrefix }: Filter): string {
  const names = Object.entries(OP).flatMap(([name, op]) => (operations?.includes(op) ? [name] : []));
  const what = operations === null ? 'requests' : names.join(', ');
  return keyPrefix === null ? what : `${what} on keys that begin with ${JSON.stringify(keyPrefix)}`;
}
