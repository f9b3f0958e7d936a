/** Unit: nodes know whether they have all keys of their shard, whatever else they hold. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Contents } from '../../sim/contents.ts';

const KEYS = 40;
const SHARDS = 2;
/** Two nodes a shard. */
const SHARD_OF = Int32Array.of(0, 1, 0, 1);
const ownerOf = (key: number): number => key % SHARDS;

const contentsOf = (): Contents =>
  new Contents({ ownerOf, keys: Int32Array.of(KEYS / 2, KEYS / 2), shardOf: SHARD_OF }, KEYS, null, true);

const node = fc.nat(SHARD_OF.length - 1);
const key = fc.nat(KEYS - 1);
const change = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), node, key }),
  fc.record({ kind: fc.constant('remove' as const), node, key }),
  fc.record({ kind: fc.constant('clear' as const), node }),
  // A replica follows the primary of its shard.
  fc.record({ kind: fc.constant('copy' as const), node: fc.nat(SHARDS - 1) }),
);

const ownKeysMissing = (contents: Contents, id: number): number =>
  Array.from({ length: KEYS }, (_, k) => k).filter(
    (k) => ownerOf(k) === SHARD_OF[id] && !contents.holds(id, k),
  ).length;

it('a node lacks the keys of its shard that it does not hold', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
      const contents = contentsOf();
      for (const each of changes) {
        if (each.kind === 'put') contents.put(each.node, each.key, 1);
        else if (each.kind === 'remove') contents.remove(each.node, each.key);
        else if (each.kind === 'clear') contents.clear(each.node, [], () => {});
        else contents.copy(each.node, each.node + SHARDS);
      }
      for (let id = 0; id < SHARD_OF.length; id++)
        expect(contents.lacking[id], `node ${id}`).toBe(ownKeysMissing(contents, id));
    }),
  );
});

it('keys of others do not make up for its own', () => {
  const contents = contentsOf();
  for (let k = 0; k < KEYS; k += 2) contents.put(0, k, 1);
  expect(contents.lacking[0]).toBe(0);
  contents.remove(0, 4);
  contents.put(0, 5, 1);
  expect(contents.held[0]).toBe(KEYS / 2);
  expect(contents.lacking[0]).toBe(1);
});

it('a copy of another shard leaves it to be found out what of its own is there', () => {
  const contents = contentsOf();
  for (let k = 1; k < KEYS; k += 2) contents.put(1, k, 1);
  contents.copy(1, 0);
  expect(contents.lacking[0]).toBe(KEYS / 2);
});
