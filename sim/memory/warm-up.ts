/**
 * How memory is filled before a run starts. Where everything fits, each key is where it belongs, at the mean size.
 * Where it does not, keys go in by number (the most popular first, as most popularities number them) while there is
 * room, and then traffic like the run's, drawn for itself, passes over them: reads that miss fill, and the policy
 * evicts, until every node has evicted four times as many entries as it holds (S3-FIFO's main queue takes that long to
 * form), or ten requests per key have passed. What is held then is what the policy would hold, with the ages and counts it
 * would know. Keys do not expire meanwhile.
 */
import { stream } from '../rng.ts';
import { NONE, OP } from '../strategy.ts';
import { meanValueBytes } from '../workload/mean-value.ts';
import { BLOCK_SIZE, RequestBlock } from '../workload/request-block.ts';
import { workloadSource } from '../workload/source.ts';
import type { World } from '../world.ts';
import type { Memory } from './memory.ts';

const REQUESTS_PER_KEY = 10;
const TURNOVERS = 4;

export function fillMemory(world: World, memory: Memory, primaryOf: (key: number) => number): void {
  const { contents, keys, infos, replication, setup } = world;
  const meanBytes = Math.round(meanValueBytes(setup.workload));
  let full = false;
  for (let key = 0; key < keys.count; key++) {
    const node = primaryOf(key);
    if (memory.excess(node, key, meanBytes) > 0) full = true;
    else contents.put(node, key, meanBytes);
  }
  if (full && setup.cluster.node.memory!.eviction !== 'noeviction') passTraffic(world, memory, primaryOf);
  memory.time.filled();
  for (const { id } of infos) {
    const primary = replication.follows[id]!;
    if (primary !== NONE) contents.copy(primary, id);
  }
}

function passTraffic(
  { contents, keys, setup, seed, infos, nodes }: World,
  memory: Memory,
  primaryOf: (key: number) => number,
): void {
  const source = workloadSource(setup.workload, Infinity, (name) => stream(seed, `before/${name}`));
  const block = new RequestBlock();
  const primaries = infos.filter(({ id }) => nodes.primary[id] === 1).map(({ id }) => id);
  const settled = (): boolean =>
    primaries.every((node) => memory.evictions[node]! >= TURNOVERS * Math.max(1, memory.count(node)));
  for (let passed = 0; passed < REQUESTS_PER_KEY * keys.count && !settled(); passed += BLOCK_SIZE) {
    const count = source.fill(block);
    if (count === 0) break;
    for (let i = 0; i < count; i++) {
      const key = block.key[i]!;
      const node = primaryOf(key);
      memory.time.beforeStart(block.atNs[i]!);
      if (block.op[i] === OP.delete) contents.remove(node, key);
      else if (block.op[i] === OP.get && contents.holds(node, key)) memory.accessed(node, key);
      else if (evictFor(contents, memory, [node], key, block.valueBytes[i]!))
        contents.put(node, key, block.valueBytes[i]!);
    }
  }
}

/** Before the run, and in no time: the first of a shard's nodes makes room, and the others follow. */
export function evictFor(
  contents: World['contents'],
  memory: Memory,
  nodes: ArrayLike<number>,
  key: number,
  valueBytes: number,
): boolean {
  const primary = nodes[0]!;
  while (memory.excess(primary, key, valueBytes) > 0) {
    const victim = memory.victim(primary);
    if (victim === NONE) return false;
    memory.evictions[primary] = memory.evictions[primary]! + 1;
    for (let n = 0; n < nodes.length; n++) contents.remove(nodes[n]!, victim);
  }
  return true;
}
