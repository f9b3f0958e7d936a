/**
 * Which clients have seen a node fail, and no answer of it since. Where somebody counts failures in a row, only then does it
 * matter to him that a request was answered.
 */
import {
  type ClientId,
  type NodeId,
  type NodeInfo,
  OUTCOME,
  type Outcome,
  type ShardId,
} from './strategy.ts';

export class Troubles {
  readonly #infos: readonly NodeInfo[];
  readonly #shardCount: number;
  /** [client x node] 1 from a failure until the next answer */
  readonly #troubled: Uint8Array;
  /** [client x shard] its nodes in trouble */
  readonly #nodes: Int32Array;
  /** Pairs of client and node in trouble. */
  count = 0;

  constructor(clientCount: number, shardCount: number, infos: readonly NodeInfo[]) {
    this.#infos = infos;
    this.#shardCount = shardCount;
    this.#troubled = new Uint8Array(clientCount * infos.length);
    this.#nodes = new Int32Array(clientCount * shardCount);
  }

  has(client: ClientId, shard: ShardId): boolean {
    return this.#nodes[client * this.#shardCount + shard]! > 0;
  }

  /** The client hears how an attempt on the node ended. */
  hear(client: ClientId, node: NodeId, outcome: Outcome): void {
    const link = client * this.#infos.length + node;
    const failed = isFailure(outcome) ? 1 : 0;
    const change = failed - this.#troubled[link]!;
    if (change === 0) return;
    const pair = client * this.#shardCount + this.#infos[node]!.shard;
    this.#troubled[link] = failed;
    this.#nodes[pair] = this.#nodes[pair]! + change;
    this.count += change;
  }
}

export function isFailure(outcome: Outcome): boolean {
  return outcome === OUTCOME.timeout || outcome === OUTCOME.refused;
}
