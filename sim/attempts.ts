/**
 * Arena of attempts: one try on one node. An attempt lives as long as an event may still name it: a carrier
 * (on its way to the node, or the reply on its way back) and perhaps a timeout. The client may have given up
 * on it long before; the node works on it all the same.
 */
import { widen } from './requests.ts';
import { NONE } from './strategy.ts';

export const ATTEMPT = {
  /** The client waits for it. */
  waiting: 0,
  /** Answered, refused, or given up after a timeout. */
  settled: 1,
} as const;

/** A reply is scheduled when its attempt reaches the node; a fault may intervene. */
export const PROMISE = {
  kept: 0,
  /** A crash took it. */
  broken: 1,
  /** A pause moved it. */
  postponed: 2,
} as const;

export const MISSED = {
  no: 0,
  /** The reader is to fetch the value. */
  fetch: 1,
  /** Another client fetches it: the reader is to ask again. */
  wait: 2,
} as const;

/** What an attempt is for. */
export const PURPOSE = {
  /** A request's own. */
  request: 0,
  /** Keeps a hot key's copy up to date with a request's write. */
  copyWrite: 1,
  /** Nobody's request: a fill after a miss, or a copy made by the hot-key module. */
  internal: 2,
} as const;

export class Attempts {
  sentNs = new Float64Array(0);
  departNs = new Float64Array(0);
  serviceNs = new Float64Array(0);
  waitedNs = new Float64Array(0);
  /** How many waited at the node when it came. */
  waitingAhead = new Int32Array(0);
  /** Copied from the request, which may be gone when the node gets to work. */
  serviceFactor = new Float64Array(0);
  outFactor = new Float64Array(0);
  backFactor = new Float64Array(0);
  /** Time to live of what it writes; 0 for none. Meaningful only where the workload sets any. */
  ttlNs = new Float64Array(0);
  /** Which write this is, or whose value this read returns; only with a hot-key module. */
  version = new Int32Array(0);
  /** Owning request, or the internal task. */
  owner = new Int32Array(0);
  client = new Int32Array(0);
  node = new Int32Array(0);
  shard = new Int32Array(0);
  key = new Int32Array(0);
  valueBytes = new Int32Array(0);
  /** The other of two that read the same for a request, or NONE: a hedged read's first and second. */
  twin = new Int32Array(0);
  /** Connection it has, or NONE; the node's life that it leads to; the next in line for one. Only with connections. */
  connection = new Int32Array(0);
  life = new Int32Array(0);
  next = new Int32Array(0);
  /** 1 when it went to a host that is gone, and its client, which waits for ever, only has its connection to tell. */
  adrift = new Uint8Array(0);
  op = new Uint8Array(0);
  purpose = new Uint8Array(0);
  state = new Uint8Array(0);
  /** OUTCOME carried by the reply. */
  outcome = new Uint8Array(0);
  /** 1 when it follows an ASK: the importing node serves it. */
  asking = new Uint8Array(0);
  /** Shard that a redirection names; NONE for the one it was sent to. */
  redirect = new Int32Array(0);
  /** MISSED: whether the key was absent, and who fetches it. */
  missed = new Uint8Array(0);
  /** For how long the value it read had been out of date; negative for a fresh one. */
  staleForNs = new Float64Array(0);
  /** 1 when its client was told that too few replicas have what it wrote. */
  short = new Uint8Array(0);
  /** 1 while the event of its hedge is still to come. */
  hedgeDue = new Uint8Array(0);
  /** 1 from arrival at a node until its reply is void or out. */
  atNode = new Uint8Array(0);
  /** What became of the reply that is still scheduled: PROMISE. */
  promise = new Uint8Array(0);
  /** How much later a postponed reply comes. */
  lateNs = new Float64Array(0);
  /** Events that name this attempt; 0 for none, and no attempt. */
  refs = new Uint8Array(0);
  #free = new Int32Array(0);
  #freeCount = 0;

  /** Size of the arena; every live attempt is below. */
  get capacity(): number {
    return this.#free.length;
  }

  /** Attempts that an event may still name. */
  get open(): number {
    return this.#free.length - this.#freeCount;
  }

  /** COLD. Nobody's requests that were sent since, and wait. */
  internalSince(fromNs: number): number {
    let count = 0;
    for (let attempt = 0; attempt < this.capacity; attempt++)
      if (this.refs[attempt]! > 0 && this.isWaiting(attempt) && this.sentNs[attempt]! > fromNs)
        if (this.purpose[attempt] === PURPOSE.internal) count++;
    return count;
  }

  take(): number {
    if (this.#freeCount === 0) this.#grow();
    const attempt = this.#free[--this.#freeCount]!;
    this.state[attempt] = ATTEMPT.waiting;
    this.outcome[attempt] = 0;
    this.missed[attempt] = 0;
    this.asking[attempt] = 0;
    this.redirect[attempt] = NONE;
    this.staleForNs[attempt] = -1;
    this.hedgeDue[attempt] = 0;
    this.short[attempt] = 0;
    this.twin[attempt] = NONE;
    this.connection[attempt] = NONE;
    this.adrift[attempt] = 0;
    this.atNode[attempt] = 0;
    this.promise[attempt] = PROMISE.kept;
    this.lateNs[attempt] = 0;
    this.refs[attempt] = 1;
    return attempt;
  }

  /** Its client waits for it. */
  isWaiting(attempt: number): boolean {
    return this.state[attempt] === ATTEMPT.waiting;
  }

  /** No timeout names it: only its carrier, and perhaps a hedge to come. */
  isCarriedOnly(attempt: number): boolean {
    return this.refs[attempt]! - this.hedgeDue[attempt]! === 1;
  }

  /** One event less names the attempt; the last one frees it. */
  unref(attempt: number): void {
    const refs = this.refs[attempt]! - 1;
    this.refs[attempt] = refs;
    if (refs === 0) {
      this.atNode[attempt] = 0;
      this.#free[this.#freeCount++] = attempt;
    }
  }

  #grow(): void {
    const from = this.#free.length;
    const capacity = Math.max(1024, from * 2);
    this.sentNs = widen(this.sentNs, new Float64Array(capacity));
    this.departNs = widen(this.departNs, new Float64Array(capacity));
    this.serviceNs = widen(this.serviceNs, new Float64Array(capacity));
    this.waitedNs = widen(this.waitedNs, new Float64Array(capacity));
    this.waitingAhead = widen(this.waitingAhead, new Int32Array(capacity));
    this.serviceFactor = widen(this.serviceFactor, new Float64Array(capacity));
    this.outFactor = widen(this.outFactor, new Float64Array(capacity));
    this.backFactor = widen(this.backFactor, new Float64Array(capacity));
    this.ttlNs = widen(this.ttlNs, new Float64Array(capacity));
    this.version = widen(this.version, new Int32Array(capacity));
    this.owner = widen(this.owner, new Int32Array(capacity));
    this.client = widen(this.client, new Int32Array(capacity));
    this.node = widen(this.node, new Int32Array(capacity));
    this.shard = widen(this.shard, new Int32Array(capacity));
    this.key = widen(this.key, new Int32Array(capacity));
    this.valueBytes = widen(this.valueBytes, new Int32Array(capacity));
    this.twin = widen(this.twin, new Int32Array(capacity));
    this.connection = widen(this.connection, new Int32Array(capacity));
    this.life = widen(this.life, new Int32Array(capacity));
    this.next = widen(this.next, new Int32Array(capacity));
    this.adrift = widen(this.adrift, new Uint8Array(capacity));
    this.staleForNs = widen(this.staleForNs, new Float64Array(capacity));
    this.hedgeDue = widen(this.hedgeDue, new Uint8Array(capacity));
    this.short = widen(this.short, new Uint8Array(capacity));
    this.op = widen(this.op, new Uint8Array(capacity));
    this.purpose = widen(this.purpose, new Uint8Array(capacity));
    this.state = widen(this.state, new Uint8Array(capacity));
    this.outcome = widen(this.outcome, new Uint8Array(capacity));
    this.asking = widen(this.asking, new Uint8Array(capacity));
    this.redirect = widen(this.redirect, new Int32Array(capacity));
    this.missed = widen(this.missed, new Uint8Array(capacity));
    this.atNode = widen(this.atNode, new Uint8Array(capacity));
    this.promise = widen(this.promise, new Uint8Array(capacity));
    this.lateNs = widen(this.lateNs, new Float64Array(capacity));
    this.refs = widen(this.refs, new Uint8Array(capacity));
    this.#free = new Int32Array(capacity);
    for (let attempt = capacity - 1; attempt >= from; attempt--) this.#free[this.#freeCount++] = attempt;
  }
}
