/**
 * Replica election: when its primary is FAIL a replica waits, asks all primaries for their vote in a new epoch,
 * and with a majority takes the slots.
 *
 * Source: redis src/cluster_legacy.c: clusterHandleSlaveFailover, clusterSendFailoverAuthIfNeeded,
 * clusterGetSlaveRank.
 */
import type { FailoverContext, NodeId, ShardId } from '../../../sim/strategy.ts';
import { HEALTH, type Views } from './views.ts';

const MS = 1e6;
/** Fixed part of the delay: lets the FAIL message reach all primaries. */
const ELECTION_DELAY_NS = 500 * MS;
/** Random part: desynchronises replicas of one primary. */
const ELECTION_JITTER_MS = 500;
/** Further delay per better replica. */
const RANK_DELAY_NS = 1000 * MS;
const MIN_ELECTION_TIMEOUT_NS = 2000 * MS;
/** repl-ping-replica-period: a data age that means nothing. */
const REPLICATION_PING_NS = 10_000 * MS;

export interface ElectionEvents {
  won(node: NodeId, shard: ShardId, epoch: number): void;
}

export class Election {
  readonly #context: FailoverContext;
  readonly #views: Views;
  readonly #timeoutNs: number;
  readonly #validityFactor: number;
  readonly #events: ElectionEvents;
  /** [node] when its attempt begins; -Infinity when none was ever planned */
  readonly #startNs: Float64Array;
  readonly #rank: Int32Array;
  /** [node] 1 once votes were asked for */
  readonly #asked: Uint8Array;
  /** [node] epoch of its candidacy */
  readonly #epoch: Float64Array;
  readonly #votes: Int32Array;
  /** [node] last epoch it voted in */
  readonly #votedEpoch: Float64Array;
  /** [node x shard] when it last voted for a replica of the shard's primary */
  readonly #votedNs: Float64Array;

  constructor(
    context: FailoverContext,
    views: Views,
    timeoutNs: number,
    validityFactor: number,
    events: ElectionEvents,
  ) {
    const n = views.nodeCount;
    this.#context = context;
    this.#views = views;
    this.#timeoutNs = timeoutNs;
    this.#validityFactor = validityFactor;
    this.#events = events;
    this.#startNs = new Float64Array(n).fill(-Infinity);
    this.#rank = new Int32Array(n);
    this.#asked = new Uint8Array(n);
    this.#epoch = new Float64Array(n);
    this.#votes = new Int32Array(n);
    this.#votedEpoch = new Float64Array(n);
    this.#votedNs = new Float64Array(n * views.shardCount).fill(-Infinity);
  }

  /** A restart forgets a candidacy; the votes given are in nodes.conf. */
  start(node: NodeId): void {
    this.#startNs[node] = -Infinity;
    this.#asked[node] = 0;
  }

  /** Every tick of a replica, and when something it waits for happens. */
  consider(node: NodeId): void {
    const shard = this.#views.shardOf[node]!;
    const primary = this.#views.ownerOf(node, shard);
    if (primary === node || this.#views.healthOf(node, primary) !== HEALTH.fail) return;
    if (this.#dataIsTooOld(node, primary)) return;
    const nowNs = this.#context.now();
    const electionTimeoutNs = Math.max(2 * this.#timeoutNs, MIN_ELECTION_TIMEOUT_NS);
    if (nowNs - this.#startNs[node]! > 2 * electionTimeoutNs) {
      this.#plan(node, primary);
      return;
    }
    if (this.#asked[node] === 0) this.#fallBack(node);
    if (nowNs < this.#startNs[node]! || nowNs - this.#startNs[node]! > electionTimeoutNs) return;
    if (this.#asked[node] === 0) this.#ask(node, shard);
  }

  /** Data age is the time since the primary was last heard, less the timeout it took to notice. */
  #dataIsTooOld(node: NodeId, primary: NodeId): boolean {
    if (this.#validityFactor === 0) return false;
    const heardNs = this.#views.dataNs[node * this.#views.nodeCount + primary]!;
    const ageNs = this.#context.now() - heardNs - this.#timeoutNs;
    return ageNs > REPLICATION_PING_NS + this.#timeoutNs * this.#validityFactor;
  }

  #plan(node: NodeId, primary: NodeId): void {
    this.#rank[node] = this.#rankOf(node);
    this.#asked[node] = 0;
    this.#votes[node] = 0;
    const delayNs = ELECTION_DELAY_NS + this.#context.rng.below(ELECTION_JITTER_MS) * MS;
    this.#startNs[node] = this.#context.now() + delayNs + this.#rank[node]! * RANK_DELAY_NS;
    this.#context.log('election', primary, node);
  }

  /** A sibling turned out to have more of the data. */
  #fallBack(node: NodeId): void {
    const rank = this.#rankOf(node);
    if (rank <= this.#rank[node]!) return;
    this.#startNs[node] = this.#startNs[node]! + (rank - this.#rank[node]!) * RANK_DELAY_NS;
    this.#rank[node] = rank;
  }

  /** Siblings with a larger replication offset. */
  #rankOf(node: NodeId): number {
    const own = this.#context.replicationOffset(node);
    const shard = this.#views.shardOf[node]!;
    let rank = 0;
    for (let sibling = 0; sibling < this.#views.nodeCount; sibling++) {
      if (sibling === node || this.#views.shardOf[sibling] !== shard) continue;
      if (this.#views.isPrimary(node, sibling) || this.#views.healthOf(node, sibling) !== HEALTH.ok) continue;
      if (this.#context.replicationOffset(sibling) > own) rank++;
    }
    return rank;
  }

  #ask(node: NodeId, shard: ShardId): void {
    const epoch = this.#views.currentEpoch[node]! + 1;
    const claimedEpoch = this.#views.epochOf(node, shard);
    this.#views.currentEpoch[node] = epoch;
    this.#epoch[node] = epoch;
    this.#asked[node] = 1;
    for (let voter = 0; voter < this.#views.nodeCount; voter++) {
      if (voter === node) continue;
      this.#context.send(node, voter, () => {
        if (!this.#grants(voter, shard, epoch, claimedEpoch)) return;
        this.#context.send(voter, node, () => this.#count(node, shard, epoch));
      });
    }
  }

  #grants(voter: NodeId, shard: ShardId, epoch: number, claimedEpoch: number): boolean {
    const views = this.#views;
    const nowNs = this.#context.now();
    if (!views.isPrimary(voter, voter) || epoch < views.currentEpoch[voter]!) return false;
    views.currentEpoch[voter] = epoch;
    if (this.#votedEpoch[voter] === epoch) return false;
    if (views.healthOf(voter, views.ownerOf(voter, shard)) !== HEALTH.fail) return false;
    const vote = voter * views.shardCount + shard;
    if (nowNs - this.#votedNs[vote]! < 2 * this.#timeoutNs) return false;
    if (claimedEpoch < views.epochOf(voter, shard)) return false;
    this.#votedEpoch[voter] = epoch;
    this.#votedNs[vote] = nowNs;
    return true;
  }

  #count(node: NodeId, shard: ShardId, epoch: number): void {
    if (this.#epoch[node] !== epoch || this.#views.ownerOf(node, shard) === node) return;
    this.#votes[node] = this.#votes[node]! + 1;
    if (this.#votes[node] === this.#views.majority) this.#events.won(node, shard, epoch);
  }
}
