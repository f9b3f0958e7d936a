/**
 * Prequal's pool of probe answers: who is hot, which answer to use, which to throw away (Wydrowski et al., NSDI
 * 2024, section 4). Parallel arrays in order of age, oldest first.
 */
import { NONE, type NodeId } from '../../sim/strategy.ts';

/** Fewer answers than this are not gone by. */
const LEAST = 2;
/** Answers over which the distribution of requests in flight is taken. */
const RECENT = 128;
/** More in flight count as so many. */
const MOST_RIF = 255;

/** As good as no limit: age ends an answer before. */
const MOST_USES = 1 << 20;

interface PoolParams {
  readonly pool: number;
  readonly probes: number;
  readonly removals: number;
  readonly quantile: number;
  readonly delta: number;
}

export class ProbePool {
  readonly #capacity: number;
  /** [1/1024 answers] per read: whole numbers, as a fraction kept in an object may allocate */
  readonly #removals: number;
  readonly #quantile: number;
  /** [1/1024 uses] of one answer; what is left of a fraction goes to the next answer. */
  readonly #uses: number;
  #usesOwed = 0;
  readonly #node: Int32Array;
  readonly #rif: Int32Array;
  readonly #latencyNs: Float64Array;
  readonly #atNs: Float64Array;
  readonly #usesLeft: Int32Array;
  #count = 0;
  #removalsDue = 0;
  #removeWorst = false;
  /** The last RECENT answers' requests in flight, and how many answers have each number. */
  readonly #recent = new Uint8Array(RECENT);
  readonly #answersWith = new Uint8Array(MOST_RIF + 1);
  #seen = 0;

  constructor({ pool, probes, removals, quantile, delta }: PoolParams, nodeCount: number) {
    const surplus = (1 - pool / nodeCount) * probes - removals;
    const uses = surplus > 0 ? Math.max(1, (1 + delta) / surplus) : MOST_USES;
    this.#uses = Math.round(1024 * Math.min(uses, MOST_USES));
    this.#capacity = pool;
    this.#removals = Math.round(1024 * removals);
    this.#quantile = quantile;
    this.#node = new Int32Array(pool);
    this.#rif = new Int32Array(pool);
    this.#latencyNs = new Float64Array(pool);
    this.#atNs = new Float64Array(pool);
    this.#usesLeft = new Int32Array(pool);
  }

  add(node: NodeId, rif: number, latencyNs: number, nowNs: number): void {
    this.#note(Math.min(rif, MOST_RIF));
    const older = this.#find(node);
    if (older !== NONE) this.#take(older);
    else if (this.#count === this.#capacity) this.#take(0);
    const at = this.#count++;
    this.#node[at] = node;
    this.#rif[at] = rif;
    this.#latencyNs[at] = latencyNs;
    this.#atNs[at] = nowNs;
    this.#usesOwed = (this.#usesOwed & 1023) + this.#uses;
    this.#usesLeft[at] = this.#usesOwed >> 10;
  }

  /** Throws away what is older than `beforeNs`. */
  forget(beforeNs: number): void {
    while (this.#count > 0 && this.#atNs[0]! < beforeNs) this.#take(0);
  }

  /** The best node among the candidates, by one use of its answer; NONE when too little is known. */
  use(candidates: Int32Array, count: number): NodeId {
    const hotAbove = this.#hotAbove();
    let best = NONE;
    let known = 0;
    for (let at = 0; at < this.#count; at++) {
      if (!isAmong(this.#node[at]!, candidates, count)) continue;
      known++;
      if (best === NONE || this.#better(at, best, hotAbove)) best = at;
    }
    if (known < LEAST) return NONE;
    const node = this.#node[best]!;
    this.#rif[best] = this.#rif[best]! + 1;
    this.#usesLeft[best] = this.#usesLeft[best]! - 1;
    if (this.#usesLeft[best]! <= 0) this.#take(best);
    return node;
  }

  /** What one read removes: the oldest and the worst in turn, but not the last two. */
  remove(): void {
    const due = this.#removalsDue + this.#removals;
    this.#removalsDue = due & 1023;
    for (let left = Math.min(due >> 10, this.#count - LEAST); left > 0; left--) {
      this.#take(this.#removeWorst ? this.#worst() : 0);
      this.#removeWorst = !this.#removeWorst;
    }
  }

  /** Cold before hot; of two cold ones the lower latency, of two hot ones the fewer in flight. */
  #better(a: number, b: number, hotAbove: number): boolean {
    const aHot = this.#rif[a]! > hotAbove;
    const bHot = this.#rif[b]! > hotAbove;
    if (aHot !== bHot) return bHot;
    return aHot ? this.#rif[a]! < this.#rif[b]! : this.#latencyNs[a]! < this.#latencyNs[b]!;
  }

  #worst(): number {
    const hotAbove = this.#hotAbove();
    let worst = 0;
    for (let at = 1; at < this.#count; at++) if (this.#better(worst, at, hotAbove)) worst = at;
    return worst;
  }

  /** The quantile of requests in flight over recent answers. */
  #hotAbove(): number {
    const rank = this.#quantile * Math.min(this.#seen, RECENT);
    let below = 0;
    for (let rif = 0; rif < MOST_RIF; rif++) {
      below += this.#answersWith[rif]!;
      if (below >= rank) return rif;
    }
    return MOST_RIF;
  }

  #note(rif: number): void {
    const at = this.#seen % RECENT;
    if (this.#seen >= RECENT) {
      const gone = this.#recent[at]!;
      this.#answersWith[gone] = this.#answersWith[gone]! - 1;
    }
    this.#recent[at] = rif;
    this.#answersWith[rif] = this.#answersWith[rif]! + 1;
    this.#seen++;
  }

  #find(node: NodeId): number {
    for (let at = 0; at < this.#count; at++) if (this.#node[at] === node) return at;
    return NONE;
  }

  #take(at: number): void {
    this.#node.copyWithin(at, at + 1, this.#count);
    this.#rif.copyWithin(at, at + 1, this.#count);
    this.#latencyNs.copyWithin(at, at + 1, this.#count);
    this.#atNs.copyWithin(at, at + 1, this.#count);
    this.#usesLeft.copyWithin(at, at + 1, this.#count);
    this.#count--;
  }
}

function isAmong(node: NodeId, candidates: Int32Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (candidates[i] === node) return true;
  return false;
}
