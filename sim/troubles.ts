/**
 * Which clients have seen a shard fail, and no answer of it since. Where a failover module watches failures, only then
 * does it matter to it that a request was answered.
 */
import { type ClientId, OUTCOME, type Outcome, type ShardId } from './strategy.ts';

export class Troubles {
  readonly #shardCount: number;
  /** [client x shard] */
  readonly #troubled: Uint8Array;
  /** Pairs of client and shard in trouble. */
  count = 0;

  constructor(clientCount: number, shardCount: number) {
    this.#shardCount = shardCount;
    this.#troubled = new Uint8Array(clientCount * shardCount);
  }

  has(client: ClientId, shard: ShardId): boolean {
    return this.#troubled[client * this.#shardCount + shard] === 1;
  }

  /** The client hears how an attempt on the shard ended. */
  hear(client: ClientId, shard: ShardId, outcome: Outcome): void {
    const pair = client * this.#shardCount + shard;
    const failed = isFailure(outcome) ? 1 : 0;
    this.count += failed - this.#troubled[pair]!;
    this.#troubled[pair] = failed;
  }
}

export function isFailure(outcome: Outcome): boolean {
  return outcome === OUTCOME.timeout || outcome === OUTCOME.refused;
}
