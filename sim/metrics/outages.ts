/**
 * What a crash, or a hang, did to the requests for the node's keys, as clients saw it: the longest time without a
 * successful read, and without a successful write. That is the failover time when everything stops (fault to
 * first success), and it is honest for strategies that lose only writes, or only some clients.
 */
import type { ClientId, NodeId, ShardId } from '../strategy.ts';
import { ClientGaps } from './client-gaps.ts';
import { Histogram } from './histogram.ts';
import { LostWrites } from './lost-writes.ts';

export interface Outage {
  readonly fault: string;
  readonly node: NodeId;
  readonly shard: ShardId;
  readonly atNs: number;
  detectedNs: number | null;
  decidedNs: number | null;
  promotedNs: number | null;
  readonly reads: Gap;
  readonly writes: Gap;
  readonly clients: ClientGaps;
  failedRequests: number;
  readonly lost: LostWrites;
  /** For how long values of stale reads had been out of date; null where there were none. */
  stale: Histogram | null;
  /** How long two nodes of the shard took writes, and what the loser acknowledged meanwhile. */
  splitNs: number;
  splitWrites: number;
}

/** Longest time between successes. */
interface Gap {
  lastNs: number;
  longestNs: number;
  /** End of the longest gap; null while it lasts. */
  endNs: number | null;
  /** Any request made. */
  asked: boolean;
}

export class Outages {
  readonly #clientCount: number;
  readonly all: Outage[] = [];
  /** [shard] those that are not over: the latest, and earlier ones without a success yet */
  readonly #open: Outage[][] = [];

  constructor(clientCount: number) {
    this.#clientCount = clientCount;
  }

  /** Whether any request's home must be looked up at all. */
  get none(): boolean {
    return this.all.length === 0;
  }

  /** Whether it matters when requests for its keys end. */
  concern(shard: ShardId): boolean {
    return this.#open[shard] !== undefined;
  }

  begin(fault: string, node: NodeId, shard: ShardId, atNs: number): void {
    const gap = (): Gap => ({ lastNs: atNs, longestNs: 0, endNs: null, asked: false });
    const outage: Outage = {
      fault,
      node,
      shard,
      atNs,
      detectedNs: null,
      decidedNs: null,
      promotedNs: null,
      reads: gap(),
      writes: gap(),
      clients: new ClientGaps(this.#clientCount, atNs),
      failedRequests: 0,
      lost: new LostWrites(),
      stale: null,
      splitNs: 0,
      splitWrites: 0,
    };
    this.all.push(outage);
    this.#open[shard] = [...(this.#open[shard] ?? []).filter((earlier) => !isOver(earlier, atNs)), outage];
  }

  /** A request for a key of `shard` is made; it may never end. */
  asked(shard: ShardId, isRead: boolean, client: ClientId): void {
    const open = this.#open[shard];
    if (open === undefined) return;
    for (const outage of open) {
      const gap = isRead ? outage.reads : outage.writes;
      gap.asked = true;
      outage.clients.asked(client);
    }
  }

  /** A request for a key of `shard` ended. */
  ended(shard: ShardId, isRead: boolean, completed: boolean, nowNs: number, client: ClientId): void {
    const open = this.#open[shard];
    if (open === undefined) return;
    for (const outage of open) {
      const gap = isRead ? outage.reads : outage.writes;
      gap.asked = true;
      outage.clients.asked(client);
      if (completed) {
        succeed(gap, nowNs);
        outage.clients.succeeded(client, nowNs);
      } else outage.failedRequests++;
    }
  }

  staleRead(shard: ShardId, forNs: number): void {
    const outage = this.latest(shard);
    if (outage === undefined) return;
    outage.stale ??= new Histogram();
    outage.stale.record(forNs);
  }

  /** Two nodes of the shard took writes, for so long until now. */
  split(shard: ShardId, forNs: number): void {
    const outage = this.latest(shard);
    if (outage) outage.splitNs += forNs;
  }

  /** First conclusion that the node is down. */
  detected(node: NodeId, nowNs: number): void {
    const outage = this.all.findLast((candidate) => candidate.node === node);
    if (outage && outage.detectedNs === null) outage.detectedNs = nowNs;
  }

  /** First election for it. */
  decided(shard: ShardId, nowNs: number): void {
    const outage = this.latest(shard);
    if (outage && outage.decidedNs === null) outage.decidedNs = nowNs;
  }

  promoted(shard: ShardId, nowNs: number): void {
    const outage = this.latest(shard);
    if (outage && outage.promotedNs === null) outage.promotedNs = nowNs;
  }

  latest(shard: ShardId): Outage | undefined {
    return this.all.findLast((outage) => outage.shard === shard);
  }

  /** The run is over: a gap still open counts up to now. */
  finish(nowNs: number): void {
    for (const outage of this.#open.flat()) close(outage, nowNs);
  }
}

/** At the next outage of the shard: reads and writes that were asked for had a success. What follows is the next one's. */
function isOver(outage: Outage, nowNs: number): boolean {
  const { reads, writes, atNs } = outage;
  const over = [reads, writes].every(({ asked, lastNs }) => !asked || lastNs > atNs);
  if (over) close(outage, nowNs);
  return over;
}

/** A gap still open counts up to now. */
function close(outage: Outage, nowNs: number): void {
  outage.clients.finish(nowNs);
  for (const gap of [outage.reads, outage.writes]) {
    if (!gap.asked || nowNs - gap.lastNs <= gap.longestNs) continue;
    gap.longestNs = nowNs - gap.lastNs;
    gap.endNs = null;
  }
}

function succeed(gap: Gap, nowNs: number): void {
  const lengthNs = nowNs - gap.lastNs;
  if (lengthNs > gap.longestNs) {
    gap.longestNs = lengthNs;
    gap.endNs = nowNs;
  }
  gap.lastNs = nowNs;
}
