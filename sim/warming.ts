/**
 * Functional warming: requests before time 0 change what nodes hold and when keys expire, and take no time. So a run
 * that begins in the middle of a longer one finds the cache as that would have left it, at a fraction of the cost
 * (R. E. Wunderlich et al., "SMARTS: Accelerating Microarchitecture Simulation via Rigorous Statistical Sampling",
 * ISCA 2003, warms a processor's caches in the same way).
 *
 * Queues, connections and beliefs have a memory of milliseconds to seconds: they are warmed by the run itself.
 */
import { ownerOf } from './membership.ts';
import { evictFor } from './memory/warm-up.ts';
import { OP } from './strategy.ts';
import { RequestBlock } from './workload/request-block.ts';
import type { RequestSource } from './workload/request-source.ts';
import type { World } from './world.ts';

/** Takes the requests before time 0 from the source. What is left of the last block, with at least one request; null at the end. */
export function warm(world: World, source: RequestSource): { block: RequestBlock; count: number } | null {
  const block = new RequestBlock();
  const nodesOfShard = Array.from({ length: world.setup.cluster.shards }, (_, shard) =>
    Int32Array.from(world.infos.flatMap((info) => (info.shard === shard ? [info.id] : []))),
  );
  for (;;) {
    const count = source.fill(block);
    if (count === 0) return null;
    const early = earlyRows(block, count);
    warmBlock(world, nodesOfShard, block, early);
    if (early === count) continue;
    block.dropFirst(early, count);
    return { block, count: count - early };
  }
}

function earlyRows({ atNs }: RequestBlock, count: number): number {
  let early = 0;
  while (early < count && atNs[early]! < 0) early++;
  return early;
}

/** HOT. */
function warmBlock(
  { membership, contents, expiry, origin, setup }: World,
  nodesOfShard: readonly Int32Array[],
  { key, op, atNs, ttlNs, valueBytes }: RequestBlock,
  count: number,
): void {
  const { full } = membership;
  const { memory } = contents;
  for (let i = 0; i < count; i++) {
    const one = key[i]!;
    if (memory !== null) memory.time.beforeStart(atNs[i]! + setup.leadNs!);
    const nodes = nodesOfShard[ownerOf(full, one)]!;
    if (op[i] === OP.delete) {
      for (let n = 0; n < nodes.length; n++) contents.remove(nodes[n]!, one);
      continue;
    }
    if (op[i] === OP.get) {
      const held = contents.holds(nodes[0]!, one) && !(expiry?.expired(one, atNs[i]!) ?? false);
      // A miss is filled from the origin, with the time to live the key had before.
      if (held && memory !== null) memory.accessed(nodes[0]!, one);
      if (held || origin === null) continue;
      expiry?.written(one, atNs[i]!, expiry.ttlOf(one));
    } else if (op[i] === OP.set) expiry?.written(one, atNs[i]!, ttlNs[i]!);
    if (memory !== null && !evictFor(contents, memory, nodes, one, valueBytes[i]!)) continue;
    for (let n = 0; n < nodes.length; n++) contents.put(nodes[n]!, one, valueBytes[i]!);
  }
}
