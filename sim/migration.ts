/**
 * Who owns which partition while partitions change hands: as the servers know it, and as each client believes. What
 * moves them, and when, is in sim/mover.ts.
 */
import { NONE, type PlacementTable, type ShardId } from './strategy.ts';

export class Migration {
  /** [partition] owning shard */
  readonly owner: Int32Array;
  /** [partition] shard it moves to, or NONE */
  readonly movingTo: Int32Array;
  /** [partition] requests served, and thread time they took, since the last round */
  readonly requests: Float64Array;
  readonly busyNs: Float64Array;
  /** [client x partition] */
  readonly #believed: Uint16Array;
  readonly partitionCount: number;
  asked = 0;
  moved = 0;
  partitionsMoved = 0;
  keysMoved = 0;
  bytesMoved = 0;
  /** Time sources were blocked by MIGRATE. */
  blockedNs = 0;
  rounds = 0;

  constructor({ partitionCount, owners, depth }: PlacementTable, clientCount: number) {
    this.partitionCount = partitionCount;
    this.owner = Int32Array.from({ length: partitionCount }, (_, partition) => owners[partition * depth]!);
    this.movingTo = new Int32Array(partitionCount).fill(NONE);
    this.requests = new Float64Array(partitionCount);
    this.busyNs = new Float64Array(partitionCount);
    this.#believed = new Uint16Array(clientCount * partitionCount);
    for (let client = 0; client < clientCount; client++)
      this.#believed.set(this.owner, client * partitionCount);
  }

  /** HOT. The owner as the client believes. */
  ownerBelieved(client: number, partition: number): ShardId {
    return this.#believed[client * this.partitionCount + partition]!;
  }

  learn(client: number, partition: number, owner: ShardId): void {
    this.#believed[client * this.partitionCount + partition] = owner;
  }

  /** HOT. A request of the partition is served. */
  served(partition: number, serviceNs: number): void {
    this.requests[partition] = this.requests[partition]! + 1;
    this.busyNs[partition] = this.busyNs[partition]! + serviceNs;
  }
}
