/**
 * The cache nodes: FCFS service by c threads, a queue with a limit, and whether they are up.
 *
 * A first-come-first-served node needs no event for its completions: when work arrives, its start (the first
 * thread to fall free) and its end are known. Starts are in order of arrival, so those still waiting are the
 * tail of a ring of start times, settled when somebody looks.
 */
import type { NodeSetup, SheddingSetup } from './setup.ts';
import { TimeRings } from './time-rings.ts';
import { whole } from './whole.ts';

export const NODE_STATE = { up: 0, processDown: 1, hostDown: 2 } as const;

/** 1, everything, is what the hot path asks for. */
export const SERVING = { nothing: 0, all: 1, reads: 2 } as const;

/** Returned by `offer` when the queue is full. */
export const QUEUE_FULL = -1;

/** Hears of each row that is served with many others (calm-service.ts). */
export interface RowWatch {
  /** Before it is served. */
  arrives(node: number, nowNs: number): void;
  accepted(node: number, nowNs: number, startNs: number, serviceNs: number): void;
}

export class Nodes {
  readonly count: number;
  readonly threads: number;
  readonly #setup: NodeSetup;
  readonly #queueLimit: number;
  readonly #shedding: SheddingSetup | null;
  /** [op] */
  readonly #serviceNs: Float64Array;
  /** [node] when a thread was last found free. */
  readonly #idleNs: Float64Array;
  /** Work turned away because it would have waited too long. */
  shed = 0;
  /** [node] NODE_STATE */
  readonly state: Uint8Array;
  /** [node] times it crashed; timers and messages of an earlier life are void. */
  readonly life: Int32Array;
  /** [node] until when it loads its data set and answers LOADING. */
  readonly loadingUntilNs: Float64Array;
  /** [node] until when it is drained and refuses requests. */
  readonly drainedUntilNs: Float64Array;
  /** [node] until when its process hangs: answers, timers and messages wait. */
  readonly hungUntilNs: Float64Array;
  /** [node] factor on service times. */
  readonly slowness: Float64Array;
  /** [node] SERVING: whether it answers CLUSTERDOWN, or does so to writes. */
  readonly serving: Uint8Array;
  /** [node] shard it serves or replicates. */
  readonly shard: Int32Array;
  /** [node] 1 while it takes itself for the primary of its shard. */
  readonly primary: Uint8Array;
  /** [node] 1 while writes wait there, because it hands its role over. */
  readonly writesPaused: Uint8Array;
  /** [node] attempts that reached it. */
  readonly attempts: Float64Array;
  /** [node] service time of all work offered, also of what was turned away. */
  readonly offeredNs: Float64Array;
  readonly maxQueue: Int32Array;
  /** [node] end of a pause: until then its threads are not free, but do no work. */
  readonly #pausedUntilNs: Float64Array;
  /** [node x thread] when its last work ends */
  readonly freeAtNs: Float64Array;
  /** [node] starts of what waits */
  readonly queues: TimeRings;
  /** Watches work that is accepted many at a time; null unless a run is checked. */
  rowWatch: RowWatch | null = null;
  readonly #wentOver: Uint8Array;
  anyWentOver = false;
  /** Start of the work accepted last. */
  startNs = 0;
  /** How many waited when it came. */
  waitingAhead = 0;

  constructor(count: number, setup: NodeSetup) {
    this.count = count;
    this.#setup = setup;
    this.#serviceNs = Float64Array.from(setup.serviceNs);
    this.threads = setup.threads;
    this.#queueLimit = setup.queueLimit;
    this.#shedding = setup.shedding;
    this.#idleNs = new Float64Array(count);
    this.state = new Uint8Array(count);
    this.life = new Int32Array(count);
    this.loadingUntilNs = new Float64Array(count);
    this.drainedUntilNs = new Float64Array(count);
    this.hungUntilNs = new Float64Array(count);
    this.slowness = new Float64Array(count).fill(1);
    this.serving = new Uint8Array(count).fill(1);
    this.shard = new Int32Array(count);
    this.#wentOver = new Uint8Array(count);
    this.primary = new Uint8Array(count);
    this.writesPaused = new Uint8Array(count);
    this.attempts = new Float64Array(count);
    this.offeredNs = new Float64Array(count);
    this.maxQueue = new Int32Array(count);
    this.#pausedUntilNs = new Float64Array(count);
    this.freeAtNs = new Float64Array(count * setup.threads);
    this.queues = new TimeRings(count);
  }

  /** COLD. */
  goOver(node: number, shard: number): void {
    this.shard[node] = shard;
    this.#wentOver[node] = 1;
    this.anyWentOver = true;
  }

  /** HOT. Whether it left the shard that it had when the run began: who asks it may not know. */
  wentOver(node: number): boolean {
    return this.anyWentOver && this.#wentOver[node] === 1;
  }

  isUp(node: number): boolean {
    return this.state[node] === NODE_STATE.up;
  }

  /** HOT. How long the node works on a command that moves so many bytes; `factor` is the request's own. */
  serviceTimeNs(node: number, op: number, bytes: number, factor: number): number {
    const workNs = this.#serviceNs[op]! + (this.#setup.servicePerKiBNs * bytes) / 1024;
    return whole(workNs * factor * this.slowness[node]!);
  }

  /** HOT. Work arrives: when it will be done [ns], or QUEUE_FULL. `startNs` tells when it starts. */
  offer(node: number, nowNs: number, serviceNs: number, limited: boolean): number {
    const { offeredNs, freeAtNs } = this;
    offeredNs[node] = offeredNs[node]! + serviceNs;
    const thread = this.threads === 1 ? node : this.#firstFree(node);
    const startNs = Math.max(nowNs, freeAtNs[thread]!);
    this.waitingAhead = 0;
    if (startNs > nowNs) {
      if (!this.#wait(node, nowNs, startNs, limited)) return QUEUE_FULL;
    } else if (this.#shedding !== null) this.#idleNs[node] = nowNs;
    const endNs = startNs + serviceNs;
    freeAtNs[thread] = endNs;
    this.startNs = startNs;
    return endNs;
  }

  /** Whether it is let in. */
  #wait(node: number, nowNs: number, startNs: number, limited: boolean): boolean {
    const { queues } = this;
    const waiting = queues.settle(node, nowNs);
    if (limited) {
      if (waiting >= this.#queueLimit) return false;
      if (this.#shedding !== null && this.#isTooLong(node, nowNs, startNs - nowNs)) return false;
    }
    this.waitingAhead = waiting;
    queues.push(node, startNs, nowNs);
    if (waiting >= this.maxQueue[node]!) this.maxQueue[node] = waiting + 1;
    return true;
  }

  /** Whether no queue would be full if so many came at once. */
  haveRoomFor(count: number, nowNs: number): boolean {
    for (let node = 0; node < this.count; node++) {
      if (this.maxQueue[node]! + count <= this.#queueLimit) continue;
      if (this.queues.settle(node, nowNs) + count > this.#queueLimit) return false;
    }
    return true;
  }

  /**
   * Controlled delay: a queue that has not been empty for an interval is a standing one, and only short waits are let
   * in (B. Maurer, "Fail at Scale", ACM Queue 13(8), 2015: 5 ms after 100 ms). Here a wait is known on arrival.
   */
  #isTooLong(node: number, nowNs: number, waitNs: number): boolean {
    const { targetNs, intervalNs } = this.#shedding!;
    const standing = nowNs - this.#idleNs[node]! > intervalNs;
    if (waitNs <= (standing ? targetNs : intervalNs)) return false;
    this.shed++;
    return true;
  }

  /** COLD. It answers LOADING until then, or later: as long as it is drained, it takes no requests. */
  load(node: number, untilNs: number): void {
    this.loadingUntilNs[node] = Math.max(untilNs, this.drainedUntilNs[node]!);
  }

  /** COLD. It takes no requests until then. */
  drain(node: number, untilNs: number): void {
    this.drainedUntilNs[node] = Math.max(this.drainedUntilNs[node]!, untilNs);
    this.load(node, this.loadingUntilNs[node]!);
  }

  /** How long a new arrival would wait [ns]. */
  waitNs(node: number, nowNs: number): number {
    return Math.max(0, this.freeAtNs[this.#firstFree(node)]! - nowNs);
  }

  waiting(node: number, nowNs: number): number {
    return this.queues.settle(node, nowNs);
  }

  /** Threads at work. */
  inService(node: number, nowNs: number): number {
    let busy = 0;
    for (let thread = node * this.threads; thread < (node + 1) * this.threads; thread++)
      if (this.freeAtNs[thread]! > nowNs) busy++;
    return busy;
  }

  #firstFree(node: number): number {
    const from = node * this.threads;
    if (this.threads === 1) return from;
    let first = from;
    for (let thread = from + 1; thread < from + this.threads; thread++) {
      if (this.freeAtNs[thread]! < this.freeAtNs[first]!) first = thread;
    }
    return first;
  }

  /** The node dies: what waited or was in service is gone. `drop` gets each thread's lost time span. */
  crash(node: number, nowNs: number, state: number, drop: (fromNs: number, toNs: number) => void): void {
    this.state[node] = state;
    this.life[node] = this.life[node]! + 1;
    for (let thread = node * this.threads; thread < (node + 1) * this.threads; thread++) {
      const fromNs = Math.max(nowNs, this.#pausedUntilNs[node]!);
      if (this.freeAtNs[thread]! > fromNs) drop(fromNs, this.freeAtNs[thread]!);
      this.freeAtNs[thread] = 0;
    }
    this.#pausedUntilNs[node] = 0;
    this.writesPaused[node] = 0;
    this.drainedUntilNs[node] = 0;
    this.queues.clear(node);
    this.hungUntilNs[node] = 0;
  }

  /** All work stands still for so long. `move` gets each thread's busy time span as it was. */
  pause(node: number, nowNs: number, forNs: number, move: (fromNs: number, toNs: number) => void): void {
    for (let thread = node * this.threads; thread < (node + 1) * this.threads; thread++) {
      const freeAtNs = this.freeAtNs[thread]!;
      const fromNs = Math.max(nowNs, this.#pausedUntilNs[node]!);
      if (freeAtNs > fromNs) move(fromNs, freeAtNs);
      this.freeAtNs[thread] = Math.max(freeAtNs, nowNs) + forNs;
    }
    this.queues.postpone(node, nowNs, forNs);
    this.#pausedUntilNs[node] = Math.max(this.#pausedUntilNs[node]!, nowNs) + forNs;
    this.hungUntilNs[node] = Math.max(this.hungUntilNs[node]!, nowNs) + forNs;
  }
}
