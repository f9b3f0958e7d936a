/** Everything measured in a run. The engine calls it; `summarize.ts` reads it when the run is over. */
import type { Flights } from '../flights.ts';
import type { Resynchronisation } from '../replication/resync.ts';
import type { Setup } from '../setup.ts';
import type { KeyId, NodeId, ShardId } from '../strategy.ts';
import { BusyTime } from './busy-time.ts';
import { Completions } from './completions.ts';
import { Fingerprint } from './fingerprint.ts';
import { Histogram, type Parts } from './histogram.ts';
import { Hotspots } from './hotspots.ts';
import { LostWrites } from './lost-writes.ts';
import { Outages } from './outages.ts';
import { type Tenants, tenantsOf } from './tenants.ts';

/** Counts of a run, by their names in the result. */
class Counters {
  offered = 0;
  completed = 0;
  failed = 0;
  timedOut = 0;
  rejected = 0;
  refused = 0;
  outOfMemory = 0;
  noReplicas = 0;
  originFailed = 0;
  attempts = 0;
  retries = 0;
  redirects = 0;
  hedges = 0;
  probes = 0;
  failedFast = 0;
  noConnection = 0;
  connects = 0;
  /** Of the failed ones. */
  deadlineExceeded = 0;
  /** Of requests, where a hot-key module was asked whether they must reach copies too. */
  treatedWrites = 0;
  copyWrites = 0;
  localHits = 0;
  staleLocalHits = 0;
  coalesced = 0;
  gets = 0;
  misses = 0;
  expired = 0;
  originErrors = 0;
  leaseWaits = 0;
  earlyRefreshes = 0;
  expiredLazily = 0;
  expiredActively = 0;
  lostWrites = 0;
  waitsSatisfied = 0;
  waitsShort = 0;
  lostShortWrites = 0;
  staleReads = 0;
  slow = 0;
}

/** Columns of the timeline, filled step by step. */
export interface StepColumns {
  readonly offered: number[];
  readonly completed: number[];
  readonly failed: number[];
  readonly gets: number[];
  readonly misses: number[];
  readonly origin: number[];
  readonly sent: number[];
  readonly retries: number[];
  readonly redirects: number[];
  readonly connects: number[];
  readonly slow: number[];
  /** [step] quantiles in ns, NaN for a step without a completion */
  readonly p50Ns: number[];
  readonly p99Ns: number[];
  /** [step] counts of response times by half-octaves */
  readonly responses: number[][];
  /** [node][step] */
  readonly attempts: number[][];
}

export class Recorder {
  readonly counters = new Counters();
  readonly fingerprint = new Fingerprint();
  /** Gathered, and not counted yet. */
  readonly completions = new Completions();
  readonly outages: Outages;
  readonly busy: BusyTime;
  /** Server time of the origin, all servers together. */
  readonly originBusy: BusyTime;
  readonly hotspots: Hotspots;
  readonly response = new Histogram();
  readonly waiting = new Histogram();
  readonly service = new Histogram();
  /** For how long values of stale reads had been out of date. */
  readonly stale = new Histogram();
  /** How long writes were held back until enough replicas had them, or the time was over. */
  readonly waits = new Histogram();
  /** [node] of attempts, from the client's side */
  readonly #nodeResponse: Parts;
  /** How replicas got in step, in order of time. */
  readonly resyncs: Resynchronisation[] = [];
  /** Null for one. */
  readonly tenants: Tenants | null;
  readonly stepNs: number;
  readonly stepCount: number;
  readonly steps: StepColumns;
  readonly #threads: number;
  readonly #warmUpNs: number;
  readonly #durationNs: number;
  readonly #stepResponse = new Histogram();
  readonly #stepFrom = new Counters();
  /** What counts as slow; Infinity before the first fault. */
  slowAboveNs = Infinity;
  /** Writes lost in shards that no fault of a primary had struck: one that was slow, say, and was replaced. */
  readonly elsewhere = new LostWrites();
  /** key -> when its newest write was acknowledged, of keys that were lost with a memory, and where that is written down */
  readonly #gone = new Map<KeyId, { readonly ackedNs: number; readonly ledger: LostWrites }>();
  #originRequests = 0;
  #stepOrigin = 0;
  #step = 0;
  /** Start of the next step; the engine closes steps when time passes it. */
  stepEndNs: number;

  constructor(setup: Setup, nodeCount: number, keyCount: number) {
    this.stepNs = setup.metrics.stepNs;
    this.outages = new Outages(setup.clients.count + 1);
    this.stepCount = Math.max(1, Math.ceil(setup.durationNs / this.stepNs));
    this.#durationNs = setup.durationNs;
    this.stepEndNs = this.stepCount > 1 ? this.stepNs : Infinity;
    this.#threads = setup.cluster.node.threads;
    this.#warmUpNs = setup.warmUpNs;
    this.tenants = tenantsOf(setup.workload, setup.warmUpNs);
    this.busy = new BusyTime(nodeCount, this.stepCount, this.stepNs);
    this.originBusy = new BusyTime(1, this.stepCount, this.stepNs);
    this.hotspots = new Hotspots(setup.metrics, nodeCount, keyCount);
    this.#nodeResponse = Histogram.parts(nodeCount);
    this.steps = {
      offered: [],
      completed: [],
      failed: [],
      gets: [],
      misses: [],
      origin: [],
      sent: [],
      retries: [],
      redirects: [],
      connects: [],
      slow: [],
      p50Ns: [],
      p99Ns: [],
      responses: [],
      attempts: Array.from({ length: nodeCount }, () => []),
    };
  }

  get nodeResponse(): readonly Histogram[] {
    return this.#nodeResponse.each;
  }

  /** Until then an answer counts for the step under way, and the run goes on after it. */
  get countsUntilNs(): number {
    return Math.min(this.stepEndNs, this.#durationNs);
  }

  /** HOT. An attempt was answered: times on its node. */
  answered(node: NodeId, arrivedNs: number, waitedNs: number, serviceNs: number, elapsedNs: number): void {
    if (arrivedNs < this.#warmUpNs) return;
    this.waiting.record(waitedNs);
    this.service.record(serviceNs);
    this.nodeResponse[node]!.record(elapsedNs);
  }

  /** HOT. A request completed. */
  completed(ordinal: number, node: NodeId, arrivedNs: number, nowNs: number): void {
    this.counters.completed++;
    if (arrivedNs >= this.#warmUpNs) this.#stepResponse.record(nowNs - arrivedNs);
    if (nowNs - arrivedNs > this.slowAboveNs) this.counters.slow++;
    this.fingerprint.request(ordinal, node, 0, arrivedNs, nowNs);
  }

  /** HOT. The request in this row of the express lane completed with its first attempt: it will be counted with others. */
  complete(flights: Flights, row: number): void {
    const { completions } = this;
    completions.add(flights, row);
    if (completions.count === completions.capacity) this.countCompletions();
  }

  /** HOT. Counts the completions that were gathered, and forgets them. */
  countCompletions(): void {
    const { completions, counters, slowAboveNs } = this;
    if (completions.count === 0) return;
    counters.completed += completions.count;
    this.fingerprint.completions(completions);
    if (slowAboveNs < Infinity) counters.slow += completions.slowerThan(slowAboveNs);
    if (this.#warmUpNs > 0) completions.dropBefore(this.#warmUpNs);
    const { count, node, waitedNs, serviceNs, elapsedNs } = completions;
    this.waiting.recordMany(waitedNs, count);
    this.service.recordMany(serviceNs, count);
    this.#stepResponse.recordParts(this.#nodeResponse, node, elapsedNs, count);
    completions.count = 0;
  }

  /** A request failed for good with this OUTCOME. */
  failed(ordinal: number, node: NodeId, outcome: number, arrivedNs: number, nowNs: number): void {
    this.counters.failed++;
    this.fingerprint.request(ordinal, node, outcome, arrivedNs, nowNs);
  }

  /** HOT. An attempt reached a node. */
  reached(node: NodeId, key: KeyId): void {
    this.hotspots.attempt(node, key);
  }

  originRequest(): void {
    this.#originRequests++;
  }

  /** COLD. A fault strikes: from the first on, what is slower than p99 before it is slow. */
  struck(): void {
    if (this.slowAboveNs < Infinity) return;
    const before = new Histogram();
    before.add(this.response);
    before.add(this.#stepResponse);
    if (before.count > 0) this.slowAboveNs = before.quantile(0.99);
  }

  /** A read got a value that had been out of date for so long. */
  staleRead(forNs: number): void {
    this.counters.staleReads++;
    this.stale.record(forNs);
  }

  /** An acknowledged write is gone for good. */
  lost(shard: ShardId, key: KeyId, ackedNs: number, nowNs: number, wasSplit = false): void {
    if (this.#gone.get(key)?.ackedNs === ackedNs) return; // counted with the last memory that held the key
    this.counters.lostWrites++;
    const outage = this.outages.latest(shard);
    this.#ledgerOf(shard).add(key, Math.max(0, nowNs - ackedNs), nowNs);
    if (wasSplit && outage !== undefined) outage.splitWrites++;
  }

  #ledgerOf(shard: ShardId): LostWrites {
    return this.outages.latest(shard)?.lost ?? this.elsewhere;
  }

  /** A WAIT ended: with enough replicas, or short of them. */
  waited(forNs: number, isShort: boolean): void {
    if (isShort) this.counters.waitsShort++;
    else this.counters.waitsSatisfied++;
    this.waits.record(forNs);
  }

  /** The last memory that held the key is gone, and with it the newest write. */
  lostWithMemory(shard: ShardId, key: KeyId, ackedNs: number, nowNs: number): void {
    const before = this.#gone.get(key);
    if (before?.ackedNs === ackedNs) return;
    this.lost(shard, key, ackedNs, nowNs);
    this.#gone.set(key, { ackedNs, ledger: this.#ledgerOf(shard) });
  }

  /** A disk had it. */
  found(key: KeyId): void {
    const gone = this.#gone.get(key);
    if (gone === undefined) return;
    this.counters.lostWrites--;
    this.#gone.delete(key);
    gone.ledger.remove(key);
  }

  /** p99 of the response times of the step under way or, when it is young, all before; NaN without any. */
  get currentP99Ns(): number {
    return this.#stepResponse.count >= 1000
      ? this.#stepResponse.quantile(0.99)
      : this.response.quantile(0.99);
  }

  /** COLD. Closes every step that is over by `nowNs`; the last one stays open to the end. */
  advance(nowNs: number): void {
    while (nowNs >= this.stepEndNs) {
      this.#closeStep();
      this.stepEndNs = this.#step < this.stepCount - 1 ? (this.#step + 1) * this.stepNs : Infinity;
    }
  }

  /** COLD. The run is over: closes the steps left. */
  finish(nowNs: number): void {
    this.advance(nowNs);
    this.#closeStep();
  }

  #closeStep(): void {
    const { counters, steps } = this;
    const from = this.#stepFrom;
    const step = this.#step++;
    steps.offered.push(counters.offered - from.offered);
    steps.completed.push(counters.completed - from.completed);
    steps.failed.push(counters.failed - from.failed);
    steps.gets.push(counters.gets - from.gets);
    steps.misses.push(counters.misses - from.misses);
    steps.origin.push(this.#originRequests - this.#stepOrigin);
    steps.sent.push(counters.attempts - from.attempts);
    steps.retries.push(counters.retries - from.retries);
    steps.redirects.push(counters.redirects - from.redirects);
    steps.connects.push(counters.connects - from.connects);
    steps.slow.push(counters.slow - from.slow);
    steps.p50Ns.push(this.#stepResponse.quantile(0.5));
    steps.p99Ns.push(this.#stepResponse.quantile(0.99));
    steps.responses.push(this.#stepResponse.byHalfOctaves());
    for (let node = 0; node < steps.attempts.length; node++)
      steps.attempts[node]!.push(this.hotspots.stepAttempts[node]!);
    this.hotspots.closeStep(step, (node) => this.utilization(node, step));
    this.response.add(this.#stepResponse);
    this.#stepResponse.clear();
    Object.assign(from, counters);
    this.#stepOrigin = this.#originRequests;
  }

  /** Busy share of the node's threads in the step. */
  utilization(node: NodeId, step: number): number {
    return this.busy.at(node, step) / (this.stepNs * this.#threads);
  }
}
