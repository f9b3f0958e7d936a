/**
 * What one sentinel knows of its peers' judgement on one primary, and its own vote: whether they hold it for down,
 * and whom they voted for in which epoch. Source: redis src/sentinel.c, sentinelVoteLeader and sentinelGetLeader.
 */
import { type Nanos, NONE } from '../../../sim/strategy.ts';
import { ANSWER_LIFETIME_NS } from './constants.ts';

interface Vote {
  /** A sentinel; NONE for nobody. */
  readonly leader: number;
  readonly epoch: number;
}

export interface Opinion {
  readonly down: boolean;
  readonly vote: Vote;
}

const NO_VOTE: Vote = { leader: NONE, epoch: 0 };

export class Ballot {
  readonly #self: number;
  readonly #quorum: number;
  readonly #opinions: Opinion[];
  /** [sentinel] */
  readonly answeredNs: Nanos[];
  /** Its own vote: one per epoch, first come. */
  vote = NO_VOTE;

  constructor(self: number, sentinels: number, quorum: number) {
    this.#self = self;
    this.#quorum = quorum;
    this.#opinions = new Array<Opinion>(sentinels).fill({ down: false, vote: NO_VOTE });
    this.answeredNs = new Array<Nanos>(sentinels).fill(-Infinity);
  }

  answer(peer: number, opinion: Opinion, nowNs: Nanos): void {
    const vote = opinion.vote.leader === NONE ? this.#opinions[peer]!.vote : opinion.vote;
    this.#opinions[peer] = { down: opinion.down, vote };
    this.answeredNs[peer] = nowNs;
  }

  /** Whether enough sentinels hold the primary for down, given that this one does. */
  objective(nowNs: Nanos): boolean {
    return (
      1 + this.#opinions.filter(({ down }, peer) => down && this.#isFresh(peer, nowNs)).length >= this.#quorum
    );
  }

  /** Whoever has a majority of all known sentinels, and the quorum; NONE for nobody. */
  leader(epoch: number, nowNs: Nanos): number {
    const votes = new Array<number>(this.#opinions.length).fill(0);
    this.#opinions.forEach(({ vote }, peer) => {
      if (peer !== this.#self && vote.epoch === epoch && this.#isFresh(peer, nowNs)) votes[vote.leader]!++;
    });
    if (this.vote.epoch < epoch) {
      const most = Math.max(...votes);
      this.vote = { leader: most > 0 ? votes.indexOf(most) : this.#self, epoch };
    }
    if (this.vote.epoch === epoch) votes[this.vote.leader]!++;
    const most = Math.max(...votes);
    const needed = Math.max(Math.floor(votes.length / 2) + 1, this.#quorum);
    return most >= needed ? votes.indexOf(most) : NONE;
  }

  #isFresh(peer: number, nowNs: Nanos): boolean {
    return nowNs - this.answeredNs[peer]! <= ANSWER_LIFETIME_NS;
  }
}
