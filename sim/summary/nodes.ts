/** What became of each node, and how evenly they were loaded. */
import type { Memory } from '../memory/memory.ts';
import { NODE_STATE } from '../nodes.ts';
import type { Divergence, Imbalance, NodeMemoryResult, NodeResult } from '../result.ts';
import type { World } from '../world.ts';
import { ratio, timeSummary } from './figures.ts';

export function nodeResult(world: World, node: number, endNs: number): NodeResult {
  const { infos, nodes, recorder, setup, contents } = world;
  const info = infos[node]!;
  const total = nodes.attempts.reduce((sum, attempts) => sum + attempts, 0);
  return {
    id: info.name,
    shard: nodes.shard[node]!,
    role: nodes.primary[node] === 1 ? 'primary' : 'replica',
    state: nodes.state[node] === NODE_STATE.up ? 'up' : 'crashed',
    zone: setup.cluster.zones[info.zone]!,
    attempts: nodes.attempts[node]!,
    share: total > 0 ? ratio(nodes.attempts[node]! / total) : 0,
    utilization: endNs > 0 ? ratio(recorder.busy.total(node) / (endNs * nodes.threads)) : 0,
    maxQueue: nodes.maxQueue[node]!,
    responseTime: timeSummary(recorder.nodeResponse[node]!),
    memory: contents.memory && memoryResult(contents.memory, node),
  };
}

function memoryResult(memory: Memory, node: number): NodeMemoryResult {
  const { limitBytes } = memory.setup;
  return {
    limitBytes: limitBytes === Infinity ? null : limitBytes,
    usedBytes: memory.usedBytes(node),
    peakBytes: memory.peakBytes[node]!,
    entries: memory.count(node),
    evictions: memory.evictions[node]!,
  };
}

/** Jain's index is (sum x)^2 / (n sum x^2); Gini is the mean absolute difference over twice the mean. */
export function imbalanceOf(loads: readonly number[]): Imbalance {
  const n = loads.length;
  const sum = loads.reduce((total, load) => total + load, 0);
  if (sum === 0) return { maxOverMean: 1, cov: 0, jain: 1, gini: 0 };
  const mean = sum / n;
  const squares = loads.reduce((total, load) => total + load * load, 0);
  const ascending = [...loads].sort((a, b) => a - b);
  const ranked = ascending.reduce((total, load, i) => total + (2 * (i + 1) - n - 1) * load, 0);
  return {
    maxOverMean: ratio(Math.max(...loads) / mean),
    cov: ratio(Math.sqrt(Math.max(0, squares / n - mean * mean)) / mean),
    jain: ratio((sum * sum) / (n * squares)),
    gini: ratio(ranked / (n * sum)),
  };
}

/** Nodes to which more work was sent than they could do: their queues have no steady state. */
export function divergenceOf({ nodes, infos }: World, endNs: number): Divergence[] {
  return infos
    .map((info) => ({
      node: info.name,
      offeredLoad: endNs > 0 ? ratio(nodes.offeredNs[info.id]! / (endNs * nodes.threads)) : 0,
    }))
    .filter(({ offeredLoad }) => offeredLoad > 1);
}
