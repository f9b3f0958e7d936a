/** One Redis server as one sentinel sees it: when it was asked and heard, what it said, and since when it is down. */
import { type Nanos, NONE, type NodeId } from '../../../sim/strategy.ts';
import type { Info } from './servers.ts';

/** How far a replica's move to the new primary has come. */
export type Move = 'due' | 'sent' | 'done';

export class Instance {
  readonly node: NodeId;
  pingedNs: Nanos = -Infinity;
  /** Oldest ping without an answer; Infinity for none. */
  unansweredNs: Nanos = Infinity;
  pongNs: Nanos = 0;
  /** Last INFO; -Infinity for none yet. */
  infoNs: Nanos = -Infinity;
  info: Info | null = null;
  /** Since when it reports the role and the primary it reports. */
  reportedNs: Nanos = 0;
  publishedNs: Nanos = -Infinity;
  /** Infinity while it is up (SDOWN). */
  downSinceNs: Nanos = Infinity;
  /** When it was last found down; -Infinity for never. */
  lastDownNs: Nanos = -Infinity;
  move: Move = 'due';
  movedNs: Nanos = 0;

  constructor(node: NodeId, primary: NodeId, nowNs: Nanos) {
    this.node = node;
    this.reset(primary, nowNs);
  }

  /** As after a start of the sentinel or a switch of primary: everybody gets the benefit of the doubt. */
  reset(primary: NodeId, nowNs: Nanos): void {
    this.pingedNs = -Infinity;
    this.unansweredNs = Infinity;
    this.pongNs = nowNs;
    this.infoNs = -Infinity;
    this.info = { runId: 0, primary: primary === this.node ? NONE : primary, offset: 0 };
    this.reportedNs = nowNs;
    this.downSinceNs = Infinity;
    this.lastDownNs = -Infinity;
    this.move = 'due';
  }

  get isDown(): boolean {
    return this.downSinceNs < Infinity;
  }

  pong(nowNs: Nanos): void {
    this.pongNs = nowNs;
    this.unansweredNs = Infinity;
  }

  heard(info: Info, nowNs: Nanos): void {
    if (this.info?.primary !== info.primary) this.reportedNs = nowNs;
    this.info = info;
    this.infoNs = nowNs;
  }
}
