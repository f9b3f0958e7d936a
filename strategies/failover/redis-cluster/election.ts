/**
 * Election as one node takes part in it. A replica whose primary is FAIL waits, asks all primaries for their
 * vote in a new epoch, and has won with a majority. A primary votes once per epoch, and for replicas of the same
 * primary once in two node timeouts.
 *
 * Source: redis src/cluster_legacy.c: clusterHandleSlaveFailover, clusterSendFailoverAuthIfNeeded,
 * clusterGetSlaveRank.
 */
import type { FailoverContext, Nanos, NodeId } from '../../../sim/strategy.ts';
import type { Bus, Header } from './bus.ts';
import {
  ELECTION_DELAY_NS,
  ELECTION_JITTER_MS,
  MIN_ELECTION_TIMEOUT_NS,
  RANK_DELAY_NS,
} from './constants.ts';
import { HEALTH, type View } from './view.ts';

export interface ElectionRules {
  readonly timeoutNs: Nanos;
  /** In node timeouts; 0 for any age. */
  readonly validityFactor: number;
  /** Replicas hear from their primary at least this often. */
  readonly replicationPingNs: Nanos;
  /** cluster-replica-no-failover: only by hand. */
  readonly noFailover: boolean;
}

/** What the election needs of the node it is part of. */
export interface ElectionHost {
  header(): Header;
  /** Tells the other replicas of this shard the offset, which their ranks depend on. */
  announceOffset(): void;
  won(epoch: number): void;
  /** An operator has asked for it, and nothing stands in the way any more. */
  readonly isManual: boolean;
}

export class Election {
  readonly #context: FailoverContext;
  readonly #view: View;
  readonly #bus: Bus;
  readonly #rules: ElectionRules;
  readonly #host: ElectionHost;
  readonly #electionTimeoutNs: Nanos;
  /** When votes are due to be asked for; -Infinity when that was never planned. */
  #dueNs = -Infinity;
  #rank = 0;
  #asked = false;
  #epoch = 0;
  #votes = 0;
  /** Last epoch this node voted in; in nodes.conf. */
  #votedEpoch = 0;
  /** [node] when this node last voted for a replica of it */
  readonly #votedNs: Float64Array;

  constructor(context: FailoverContext, view: View, bus: Bus, rules: ElectionRules, host: ElectionHost) {
    this.#context = context;
    this.#view = view;
    this.#bus = bus;
    this.#rules = rules;
    this.#host = host;
    this.#electionTimeoutNs = Math.max(2 * rules.timeoutNs, MIN_ELECTION_TIMEOUT_NS);
    this.#votedNs = new Float64Array(view.nodeCount).fill(-Infinity);
  }

  restart(): void {
    this.#dueNs = -Infinity;
    this.#asked = false;
    this.#votes = 0;
    this.#votedNs.fill(-Infinity);
  }

  /**
   * A manual failover elects at once, whatever was planned or tried before (as in Valkey 8.1; Redis 7 waits until a
   * former attempt is four node timeouts old).
   */
  startManually(): void {
    this.#asked = false;
    this.#votes = 0;
    this.#rank = 0;
    this.#dueNs = this.#context.now();
    this.step();
  }

  /** The election's part of clusterCron; also called when a vote comes in. */
  step(): void {
    const { self, primary, health } = this.#view;
    const { isManual } = this.#host;
    if (primary === self) return;
    if (!isManual && (this.#rules.noFailover || health[primary] !== HEALTH.fail)) return;
    if (!isManual && this.#dataIsTooOld(primary)) return;
    const sinceDueNs = this.#context.now() - this.#dueNs;
    if (sinceDueNs > 2 * this.#electionTimeoutNs) {
      this.#plan();
      return;
    }
    if (!this.#asked && !isManual && this.#fallBack()) return;
    if (sinceDueNs < 0 || sinceDueNs > this.#electionTimeoutNs) return;
    if (!this.#asked) this.#askForVotes();
    else if (this.#votes >= this.#view.majority) this.#win();
  }

  /**
   * Time since the primary was heard, less the timeout it took to notice. The bus stands for the replication
   * link here; a replica that has not heard its primary since it restarted has no data to offer.
   */
  #dataIsTooOld(primary: NodeId): boolean {
    const { timeoutNs, validityFactor, replicationPingNs } = this.#rules;
    if (validityFactor === 0) return false;
    const ageNs = this.#context.now() - this.#view.dataNs[primary]! - timeoutNs;
    return ageNs > replicationPingNs + timeoutNs * validityFactor;
  }

  #plan(): void {
    this.#rank = this.#rankNow();
    this.#asked = false;
    this.#votes = 0;
    const jitterNs = this.#context.rng.below(ELECTION_JITTER_MS) * 1e6;
    this.#dueNs = this.#context.now() + ELECTION_DELAY_NS + jitterNs + this.#rank * RANK_DELAY_NS;
    this.#host.announceOffset();
  }

  /** Waits longer when a sibling has turned out to have more data; whether it has. */
  #fallBack(): boolean {
    const rank = this.#rankNow();
    if (rank <= this.#rank) return false;
    this.#dueNs += (rank - this.#rank) * RANK_DELAY_NS;
    this.#rank = rank;
    return true;
  }

  /** Siblings that stated a larger replication offset than this node has. */
  #rankNow(): number {
    const { self, shard, primary, nodeCount, shardOf, offset } = this.#view;
    const own = this.#context.replicationOffset(self);
    let rank = 0;
    for (let node = 0; node < nodeCount; node++)
      if (shardOf[node] === shard && node !== self && node !== primary && offset[node]! > own) rank++;
    return rank;
  }

  #askForVotes(): void {
    this.#asked = true;
    this.#epoch = ++this.#view.currentEpoch;
    this.#context.log('election', this.#view.primary, this.#view.self);
    const header = this.#host.header();
    const { isManual } = this.#host;
    this.#bus.broadcast((receiver) => receiver.onVoteRequest(header, isManual));
  }

  #win(): void {
    this.#votes = 0;
    this.#host.won(this.#epoch);
  }

  onVote(header: Header): void {
    if (!this.#asked || !this.#view.isPrimary(header.from) || header.currentEpoch < this.#epoch) return;
    this.#votes++;
    this.step();
  }

  onVoteRequest(candidate: Header, manual: boolean): void {
    if (!this.#deserves(candidate, manual)) return;
    this.#votedNs[this.#view.primaryOf[this.#view.shardOf[candidate.from]!]!] = this.#context.now();
    this.#votedEpoch = this.#view.currentEpoch;
    const header = this.#host.header();
    this.#bus.send(candidate.from, (receiver) => receiver.onVote(header));
  }

  #deserves({ from, currentEpoch, configEpoch }: Header, manual: boolean): boolean {
    const view = this.#view;
    const shard = view.shardOf[from]!;
    const primary = view.primaryOf[shard]!;
    return (
      view.primary === view.self &&
      currentEpoch >= view.currentEpoch &&
      this.#votedEpoch !== view.currentEpoch &&
      primary !== from &&
      (manual || view.health[primary] === HEALTH.fail) &&
      this.#context.now() - this.#votedNs[primary]! >= 2 * this.#rules.timeoutNs &&
      configEpoch >= view.epochOf[shard]!
    );
  }
}
