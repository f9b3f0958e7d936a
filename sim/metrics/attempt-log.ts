/** The attempts of a step in the order in which they reached their nodes, to see which keys made a node hot. */
import type { KeyId, NodeId } from '../strategy.ts';

/** In a step with more attempts, the first stand for all. */
const LIMIT = 1 << 20;

export class AttemptLog {
  node = new Uint16Array(4096);
  key = new Int32Array(4096);
  count = 0;

  /** HOT. */
  add(node: NodeId, key: KeyId): void {
    const at = this.makeRoom(1);
    if (at === this.node.length) return;
    this.node[at] = node;
    this.key[at] = key;
  }

  /** HOT. Room for so many more, or as many as may be: where the first one goes. They count as written. */
  makeRoom(count: number): number {
    const at = this.count;
    while (at + count > this.node.length && this.node.length < LIMIT) this.#grow();
    this.count = Math.min(at + count, this.node.length);
    return at;
  }

  #grow(): void {
    const node = new Uint16Array(this.node.length * 2);
    node.set(this.node);
    this.node = node;
    const key = new Int32Array(this.key.length * 2);
    key.set(this.key);
    this.key = key;
  }

  /** COLD. Keys by node, those of one node in order: `keys[from[node] .. from[node + 1])`. */
  byNode(nodeCount: number): { from: Int32Array; keys: Int32Array } {
    const from = new Int32Array(nodeCount + 2);
    const keys = new Int32Array(this.count);
    count(this.node, this.count, from.subarray(2));
    for (let node = 2; node < from.length; node++) from[node] = from[node]! + from[node - 1]!;
    // Placing the keys moves each start on to the next node's.
    place(this.node, this.key, this.count, from.subarray(1), keys);
    return { from, keys };
  }
}

function count(nodes: Uint16Array, length: number, counts: Int32Array): void {
  for (let i = 0; i < length; i++) counts[nodes[i]!] = counts[nodes[i]!]! + 1;
}

/** HOT. A function of its own: V8 keeps a loop inside a function that is seldom called in slow code. */
function place(
  nodes: Uint16Array,
  keys: Int32Array,
  count: number,
  next: Int32Array,
  placed: Int32Array,
): void {
  for (let i = 0; i < count; i++) {
    const node = nodes[i]!;
    const at = next[node]!;
    placed[at] = keys[i]!;
    next[node] = at + 1;
  }
}
