/**
 * What a node's disk keeps of its memory: with an append-only file everything it had executed when it died. Kept only
 * in runs in which a node restarts with its data.
 */
import { possibleFaults } from './fault-end.ts';
import { NONE, type NodeId } from './strategy.ts';
import type { World } from './world.ts';

interface DataSet {
  readonly keys: readonly number[];
  readonly entryBytes: readonly number[];
  /** Keys whose acknowledged writes were in no other memory. */
  readonly lost: readonly number[];
}

export class Disk {
  readonly #world: World;
  /** False where nobody comes back with data. */
  readonly isNeeded: boolean;
  readonly #dataSets = new Map<NodeId, DataSet>();

  constructor(world: World) {
    this.#world = world;
    this.isNeeded = possibleFaults(world.setup).some((fault) => 'load' in fault);
  }

  /** The node dies: `lose` empties its memory. */
  keep(node: NodeId, lose: () => void): void {
    if (!this.isNeeded) {
      lose();
      return;
    }
    const { contents } = this.#world;
    const keys = contents.keysOf(node);
    const entryBytes = keys.map((key) => contents.memory?.bytesOf(node, key) ?? 0);
    const written = keys.filter((key) => contents.isWritten(key));
    lose();
    this.#dataSets.set(node, { keys, entryBytes, lost: written.filter((key) => !contents.isWritten(key)) });
  }

  /** A primary that nobody has replaced has its data set back; returns how many keys it reads. */
  load(node: NodeId): number {
    const { contents, replication, recorder } = this.#world;
    const dataSet = this.#dataSets.get(node);
    if (dataSet === undefined) return 0;
    this.#dataSets.delete(node);
    if (replication.follows[node] === NONE && !this.#isReplaced(node)) {
      dataSet.keys.forEach((key, i) => {
        contents.restore(node, key, dataSet.entryBytes[i]!);
      });
      for (const key of dataSet.lost) {
        contents.acknowledge(key, contents.ackedNs(key));
        recorder.found(key);
      }
    }
    return dataSet.keys.length;
  }

  #isReplaced(node: NodeId): boolean {
    const { infos, nodes } = this.#world;
    return infos.some(
      ({ id }) => id !== node && nodes.shard[id] === nodes.shard[node] && nodes.primary[id] === 1,
    );
  }
}
