/**
 * Replacing one primary, step by step: be elected leader, choose a replica, REPLICAOF NO ONE, see by INFO that it is
 * primary, point the other replicas at it, switch. Every sentinel that sees ODOWN begins; one is elected.
 *
 * Source: redis src/sentinel.c: sentinelStartFailoverIfNeeded, sentinelFailoverStateMachine and its steps.
 */
import { type FailoverContext, type Nanos, NONE } from '../../../sim/strategy.ts';
import { candidate } from './candidate.ts';
import { DESYNC_MS, ELECTION_TIMEOUT_NS, RECONFIGURATION_TIMEOUT_NS } from './constants.ts';
import type { Group, Watcher } from './group.ts';

type Step = 'none' | 'wait-start' | 'select' | 'promote' | 'wait-promotion' | 'reconfigure';

/** The epoch that all sentinels share, as far as they have heard. */
export interface Epoch {
  current: number;
}

export class Replacement {
  readonly #group: Group;
  readonly #watcher: Watcher;
  readonly #context: FailoverContext;
  readonly #epoch: Epoch;
  #step: Step = 'none';
  #stepNs: Nanos = 0;
  #startNs: Nanos = -Infinity;
  #failoverEpoch = 0;
  #isVoted = false;

  constructor(group: Group, watcher: Watcher, context: FailoverContext, epoch: Epoch) {
    this.#group = group;
    this.#watcher = watcher;
    this.#context = context;
    this.#epoch = epoch;
  }

  /** The primary was switched, or the sentinel restarted: a new failure may be answered at once. */
  reset(): void {
    this.#step = 'none';
    this.#startNs = -Infinity;
  }

  get isCandidate(): boolean {
    return this.#step !== 'none';
  }

  /** Having voted for another, this sentinel waits before it tries itself. */
  yield(): void {
    this.#startNs = this.#desynchronised();
  }

  /** True when it has just begun: votes are to be asked for at once. */
  startIfNeeded(nowNs: Nanos): boolean {
    const { objectivelyDown, rules } = this.#group;
    if (!objectivelyDown || this.#step !== 'none') return false;
    if (nowNs - this.#startNs < 2 * rules.failoverTimeoutNs) return false;
    this.#failoverEpoch = ++this.#epoch.current;
    this.#isVoted = true;
    this.#startNs = this.#desynchronised();
    this.#group.replacing = true;
    this.#context.log('election', this.#group.primary, this.#watcher.host);
    this.#enter('wait-start');
    return true;
  }

  /** SENTINEL FAILOVER: at once, without agreement or votes. Refused while one goes on, or where no replica will do. */
  force(): void {
    const { replicas, primaryInstance } = this.#group;
    const nowNs = this.#context.now();
    if (this.#step !== 'none' || !candidate(replicas, primaryInstance.isDown, nowNs)) return;
    this.#failoverEpoch = ++this.#epoch.current;
    this.#isVoted = false;
    this.#startNs = this.#desynchronised();
    this.#group.replacing = true;
    this.#enter('select');
  }

  /** One step further; true when all is done and the group switches to the successor. */
  advance(nowNs: Nanos): boolean {
    if (this.#step === 'wait-start') this.#waitForVotes(nowNs);
    else if (this.#step === 'select') this.#select(nowNs);
    else if (this.#step === 'promote') this.#promote();
    else if (this.#step === 'wait-promotion') this.#waitForPromotion(nowNs);
    else if (this.#step === 'reconfigure') return this.#reconfigure(nowNs);
    return false;
  }

  #waitForVotes(nowNs: Nanos): void {
    const { ballot, rules } = this.#group;
    if (ballot.leader(this.#failoverEpoch, nowNs) === this.#watcher.self) this.#enter('select');
    else if (nowNs - this.#startNs > Math.min(ELECTION_TIMEOUT_NS, rules.failoverTimeoutNs)) this.#abort();
  }

  #select(nowNs: Nanos): void {
    const best = candidate(this.#group.replicas, this.#group.primaryInstance.isDown, nowNs);
    if (best === undefined) {
      this.#abort();
      return;
    }
    this.#group.successor = best;
    this.#enter('promote');
  }

  #promote(): void {
    const { node } = this.#group.successor!;
    const epoch = this.#failoverEpoch;
    const isVoted = this.#isVoted;
    this.#watcher.command(node, (servers) => servers.promote(node, epoch, isVoted));
    this.#enter('wait-promotion');
  }

  #waitForPromotion(nowNs: Nanos): void {
    const group = this.#group;
    if (group.successor!.info!.primary === NONE) {
      group.configEpoch = this.#failoverEpoch;
      group.hasSwitched = true;
      group.hurryHello();
      this.#enter('reconfigure');
    } else if (nowNs - this.#stepNs > group.rules.failoverTimeoutNs) {
      this.#abort();
    }
  }

  /** At most `parallelSyncs` replicas at a time; after failover-timeout all that are left at once. */
  #reconfigure(nowNs: Nanos): boolean {
    const { replicas, successor, rules } = this.#group;
    if (successor!.isDown) return false;
    const others = replicas.filter((replica) => replica !== successor);
    for (const replica of others)
      if (replica.move === 'sent' && nowNs - replica.movedNs > RECONFIGURATION_TIMEOUT_NS)
        replica.move = 'done';
    const isLate = nowNs - this.#stepNs > rules.failoverTimeoutNs;
    let under = others.filter(({ move }) => move === 'sent').length;
    for (const replica of others) {
      if (replica.move !== 'due' || replica.isDown || (!isLate && under >= rules.parallelSyncs)) continue;
      under++;
      replica.move = 'sent';
      replica.movedNs = nowNs;
      const { node } = replica;
      this.#watcher.command(node, (servers) => servers.replicate(node, successor!.node));
    }
    return isLate || others.every(({ move, isDown }) => move === 'done' || isDown);
  }

  #enter(step: Step): void {
    this.#step = step;
    this.#stepNs = this.#context.now();
  }

  #abort(): void {
    this.#group.replacing = false;
    this.#group.successor = null;
    this.#enter('none');
  }

  #desynchronised(): Nanos {
    return this.#context.now() + this.#context.rng.below(DESYNC_MS) * 1e6;
  }
}
