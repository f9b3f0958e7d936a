/**
 * The life of a request: routed by its client's belief, retried, redirected, cured of a miss, until it
 * completes or fails.
 */
import { ATTEMPT, MISSED, PURPOSE } from './attempts.ts';
import { EVENT } from './clock.ts';
import type { Coalescing } from './coalescing.ts';
import { type Delivery, NO_TASK } from './delivery.ts';
import { StrategyError } from './errors.ts';
import type { Hedging } from './hedging.ts';
import { Luck } from './luck.ts';
import type { Origin } from './origin.ts';
import { RetryBudget } from './retry-budget.ts';
import { stream } from './rng.ts';
import { type HotKeysClient, NONE, OP, type Op, OUTCOME, type Outcome, type ShardId } from './strategy.ts';
import { versionOf } from './versions.ts';
import type { RequestBlock } from './workload/request-block.ts';
import type { World } from './world.ts';

/** Copies of one key that a write may reach. */
const MAX_COPIES = 64;

/**
 * A look-up in the client's own memory. Little beside any network, but not nothing: a user of a closed loop who does
 * not think would ask for ever at one moment.
 */
const LOCAL_ANSWER_NS = 1000;

/** Where the network factors of a hedge stand among the further ones of a request: beyond those of all attempts. */
const HEDGE_JITTER = 1 << 20;

export class RequestFlow {
  readonly #world: World;
  readonly #delivery: Delivery;
  readonly #luck: Luck;
  readonly #budget: RetryBudget | null;
  /** Mean lead of an early refresh; 0 for none. */
  readonly #refreshNs: number;
  readonly #deadlineNs: number;
  readonly #copyShards = new Int32Array(MAX_COPIES);
  #ordinal = 0;
  /** The multi-get whose keys are still coming in, or NONE. */
  #multiGet = NONE;
  /** [client], or null without a hot-key module */
  hotKeys: readonly HotKeysClient[] | null = null;
  /** Clients may answer reads themselves. */
  answersLocally = false;
  /** Null where every read asks for itself. */
  coalescing: Coalescing | null = null;
  /** Null where no read is hedged. */
  hedging: Hedging | null = null;
  /** A request of this client ended: what a closed loop waits for. */
  onEnded: ((client: number) => void) | null = null;

  constructor(world: World, delivery: Delivery) {
    this.#world = world;
    this.#delivery = delivery;
    this.#luck = new Luck(world.setup, stream(world.seed, 'retries'));
    const { count, retryBudget, deadlineNs } = world.setup.clients;
    this.#deadlineNs = deadlineNs;
    this.#budget = retryBudget && new RetryBudget(retryBudget, count);
    const { origin } = world.setup;
    this.#refreshNs = origin === null ? 0 : origin.earlyRefresh * origin.latencyNs;
    delivery.onRequestSettled = (attempt, outcome) => this.#settled(attempt, outcome);
    delivery.onCopySettled = (request) => this.#release(request);
  }

  /** The identity of the next request. */
  nextOrdinal(): number {
    return this.#ordinal++;
  }

  skipOrdinals(count: number): void {
    this.#ordinal += count;
  }

  /** Keys of a multi-get are still coming in. */
  get isJoining(): boolean {
    return this.#multiGet !== NONE;
  }

  /** @param copy shard that the hot-key module has chosen already, when it was asked, or NONE */
  accept(block: RequestBlock, i: number, copy: ShardId = NONE): void {
    const { requests } = this.#world;
    const request = requests.take();
    requests.ordinal[request] = this.nextOrdinal();
    requests.arrivedNs[request] = block.atNs[i]!;
    requests.key[request] = block.key[i]!;
    requests.partition[request] = block.partition[i]!;
    requests.op[request] = block.op[i]!;
    requests.valueBytes[request] = block.valueBytes[i]!;
    requests.client[request] = block.client[i]!;
    requests.serviceFactor[request] = block.serviceFactor[i]!;
    requests.outFactor[request] = block.outFactor[i]!;
    requests.backFactor[request] = block.backFactor[i]!;
    requests.ttlNs[request] = block.ttlNs[i]!;
    requests.pending[request] = 1;
    requests.tries[request] = 1;
    this.#join(request, block.keysLeft[i]!);
    const client = requests.client[request]!;
    const { outages } = this.#world.recorder;
    if (!outages.none) outages.asked(this.#ownerNow(block.partition[i]!), block.op[i] === OP.get, client);
    if (this.#budget !== null) this.#budget.earn(client);
    if (this.hotKeys !== null && copy === NONE)
      this.hotKeys[client]!.observe(block.key[i]!, block.op[i]! as Op);
    if (this.answersLocally && block.op[i] === OP.get && this.#answer(request)) return;
    if (this.coalescing !== null && this.#waits(request)) return;
    this.dispatch(request, copy);
  }

  /** The client answers from what it holds, if it holds the key: no node hears of the request. */
  #answer(request: number): boolean {
    const { requests, recorder, versions, clock, queue } = this.#world;
    const key = requests.key[request]!;
    const version = this.hotKeys![requests.client[request]!]!.answer!(key);
    if (version === NONE) return false;
    recorder.counters.gets++;
    recorder.counters.localHits++;
    const staleForNs = versions!.staleForNs(key, version, clock.nowNs);
    if (staleForNs >= 0) {
      recorder.staleRead(staleForNs);
      recorder.counters.staleLocalHits++;
    }
    requests.node[request] = NONE;
    queue.push(clock.nowNs + LOCAL_ANSWER_NS, EVENT.lookedUp, request);
    return true;
  }

  lookedUp(request: number): void {
    this.#partDone(request, OUTCOME.ok);
  }

  /** A read may wait for the answer of an earlier one; a write ends that. */
  #waits(request: number): boolean {
    const { requests, recorder } = this.#world;
    if (requests.op[request] !== OP.get) {
      this.coalescing!.forget(requests.client[request]!, requests.key[request]!);
      return false;
    }
    if (!this.coalescing!.join(request)) return false;
    recorder.counters.coalesced++;
    return true;
  }

  /** The keys of a multi-get come one after the other, all from the client of the first. */
  #join(request: number, keysLeft: number): void {
    const { requests, multiGets, recorder } = this.#world;
    if (this.#multiGet === NONE) {
      recorder.counters.offered++;
      if (recorder.tenants !== null) recorder.tenants.offered(requests.key[request]!);
      if (keysLeft > 0)
        this.#multiGet = multiGets.take(
          keysLeft + 1,
          requests.ordinal[request]!,
          requests.arrivedNs[request]!,
          requests.client[request]!,
        );
    }
    requests.multiGet[request] = this.#multiGet;
    if (this.#multiGet === NONE) return;
    multiGets.openKeys++;
    requests.client[request] = multiGets.client[this.#multiGet]!;
    if (keysLeft === 0) this.#multiGet = NONE;
  }

  /** Routes the request by the client's belief and sends one more attempt. */
  dispatch(request: number, copy: ShardId = NONE): void {
    const { requests, clients, membership, migration } = this.#world;
    if (this.#deadlineNs < Infinity && this.#isLate(request)) return;
    const client = requests.client[request]!;
    const key = requests.key[request]!;
    const op = requests.op[request]! as Op;
    const table = membership.tables[client]!;
    const partition = table === membership.full ? requests.partition[request]! : table.partitionOf(key);
    const home =
      migration === null
        ? table.owners[partition * table.depth]!
        : migration.ownerBelieved(client, partition);
    const first = requests.tries[request] === 1 && requests.redirects[request] === 0;
    requests.home[request] = home;
    let shard = home;
    let node: number;
    if (op === OP.get) {
      if (copy !== NONE) shard = copy;
      else if (first && this.hotKeys !== null) shard = this.readFrom(client, key, home);
      node = clients.reader(client, table, partition, shard, key, op);
    } else {
      if (first && this.hotKeys !== null) this.#fanOut(request, client, key, op, home);
      node = clients.writer(client, shard);
    }
    if (this.#delivery.retriesAnywhere && !first && requests.outcome[request] !== OUTCOME.originFailed)
      node = this.#anyPrimary(request, client, node);
    const { breaker, clock } = this.#world;
    if (breaker !== null && !breaker.admits(client, node, clock.nowNs)) {
      this.#failFast(request, node);
      return;
    }
    const holdNs = op === OP.get ? clients.holdNs(client) : 0;
    const attempt = this.#sendRequest(request, node, shard, false, holdNs);
    if (this.hedging !== null && first && op === OP.get) this.#expect(attempt, client);
  }

  /** One of the primaries that the client knows, but for those it lost its connection to. */
  #anyPrimary(request: number, client: number, owner: number): number {
    const { requests, clients, setup, control, infos, clock } = this.#world;
    if (control === null) return owner; // nobody would redirect it
    const { shards } = setup.cluster;
    const known: number[] = [];
    for (let shard = 0; shard < shards; shard++) {
      const primary = clients.primaryOf[client * shards + shard]!;
      const link = client * infos.length + primary;
      if (clients.live[link] === 1 && clients.suspectUntilNs[link]! <= clock.nowNs) known.push(primary);
    }
    if (known.length === 0) return owner;
    const turn = requests.tries[request]! + requests.redirects[request]!;
    return known[this.#luck.anyOf(known.length, requests.ordinal[request]!, turn)]!;
  }

  /** Whether its deadline is over: it ends then, as its last attempt did. */
  #isLate(request: number): boolean {
    const { requests, clock } = this.#world;
    if (clock.nowNs < requests.arrivedNs[request]! + this.#deadlineNs) return false;
    this.#countLate(request);
    this.#partDone(request, requests.outcome[request]! as Outcome);
    return true;
  }

  /** A multi-get counts once, however many of its keys are late. */
  #countLate(request: number): void {
    const { requests, multiGets, recorder } = this.#world;
    const multiGet = requests.multiGet[request]!;
    if (multiGet !== NONE) {
      if (multiGets.late[multiGet] === 1) return;
      multiGets.late[multiGet] = 1;
    }
    recorder.counters.deadlineExceeded++;
  }

  /** The next try comes after a pause, which a deadline cuts short. */
  #tryAfter(request: number, pauseNs: number, outcome: number): void {
    const { requests, queue, clock } = this.#world;
    requests.outcome[request] = outcome;
    const deadlineNs = requests.arrivedNs[request]! + this.#deadlineNs;
    const atNs = Math.max(clock.nowNs, Math.min(clock.nowNs + pauseNs, deadlineNs));
    queue.push(atNs, EVENT.retry, request);
  }

  /** The breaker is open: the client hears at once, which takes as long as to look into its own memory. */
  #failFast(request: number, node: number): void {
    const { requests, recorder, clock } = this.#world;
    recorder.counters.failedFast++;
    requests.node[request] = node;
    clock.at(clock.nowNs + LOCAL_ANSWER_NS, () => this.#retry(request, OUTCOME.refused));
  }

  /** The answer is late after so long. */
  #expect(attempt: number, client: number): void {
    const { attempts, clock, queue } = this.#world;
    const delayNs = this.hedging!.delayNs(client);
    if (delayNs === Infinity) return;
    attempts.hedgeDue[attempt] = 1;
    attempts.refs[attempt] = attempts.refs[attempt]! + 1;
    queue.push(clock.nowNs + delayNs, EVENT.hedge, attempt);
  }

  hedgeDue(attempt: number): void {
    const { attempts } = this.#world;
    attempts.hedgeDue[attempt] = 0;
    if (attempts.state[attempt] === ATTEMPT.waiting) this.#hedge(attempt);
    attempts.unref(attempt);
  }

  /** The read is sent to another node too. What makes a node slow is its own: the work is drawn anew. */
  #hedge(late: number): void {
    const { attempts, clients, clock, requests, recorder } = this.#world;
    const request = attempts.owner[late]!;
    const client = attempts.client[late]!;
    const key = attempts.key[late]!;
    const shard = attempts.shard[late]!;
    const node = clients.otherReader(client, shard, attempts.node[late]!, key, OP.get);
    if (node === NONE || !this.hedging!.spend(client, clock.nowNs)) return;
    const ordinal = requests.ordinal[request]!;
    const attempt = this.#delivery.create(PURPOSE.request, request, client, node, shard);
    this.#delivery.describe(attempt, key, OP.get, attempts.valueBytes[late]!);
    attempts.serviceFactor[attempt] = this.#luck.hedgeServiceFactor(ordinal);
    attempts.ttlNs[attempt] = attempts.ttlNs[late]!;
    attempts.version[attempt] = attempts.version[late]!;
    attempts.twin[late] = attempt;
    attempts.twin[attempt] = late;
    recorder.counters.hedges++;
    this.#delivery.send(
      attempt,
      this.#luck.jitter(ordinal, HEDGE_JITTER),
      this.#luck.jitter(ordinal, HEDGE_JITTER + 1),
    );
  }

  #sendRequest(request: number, node: number, shard: number, asking = false, holdNs = 0): number {
    const { requests, queue, clock } = this.#world;
    const attempt = this.#delivery.create(PURPOSE.request, request, requests.client[request]!, node, shard);
    this.#delivery.describe(
      attempt,
      requests.key[request]!,
      requests.op[request]!,
      requests.valueBytes[request]!,
    );
    this.#world.attempts.serviceFactor[attempt] = requests.serviceFactor[request]!;
    this.#world.attempts.ttlNs[attempt] = requests.ttlNs[request]!;
    if (asking) this.#world.attempts.asking[attempt] = 1;
    if (this.hotKeys !== null) this.#world.attempts.version[attempt] = versionOf(requests.ordinal[request]!);
    if (holdNs > 0) queue.push(clock.nowNs + holdNs, EVENT.held, attempt);
    else this.depart(attempt);
    return attempt;
  }

  /** A request's own attempt leaves its client. */
  depart(attempt: number): void {
    const { requests, attempts } = this.#world;
    const request = attempts.owner[attempt]!;
    const turn = requests.tries[request]! + requests.redirects[request]!;
    if (turn === 1) {
      this.#delivery.send(attempt, requests.outFactor[request]!, requests.backFactor[request]!);
      return;
    }
    const ordinal = requests.ordinal[request]!;
    this.#delivery.send(
      attempt,
      this.#luck.jitter(ordinal, 2 * turn),
      this.#luck.jitter(ordinal, 2 * turn + 1),
    );
  }

  /** Home, or a shard that has a copy. */
  readFrom(client: number, key: number, home: number): ShardId {
    const shard = this.hotKeys![client]!.readFrom(key, home);
    if (!(shard >= 0 && shard < this.#world.setup.cluster.shards && (shard | 0) === shard))
      throw new StrategyError(
        this.#world.setup.strategy.hotKeys!.module.name,
        `readFrom() returned ${String(shard)}, which is not a shard`,
      );
    return shard;
  }

  /** A write of a hot key goes to its copies too; the request waits for them. */
  #fanOut(request: number, client: number, key: number, op: Op, home: number): void {
    const { requests, recorder, clients } = this.#world;
    const copies = this.hotKeys![client]!.writeTo(key, home, this.#copyShards);
    if (!(copies >= 0 && copies <= this.#copyShards.length))
      throw new StrategyError(
        this.#world.setup.strategy.hotKeys!.module.name,
        `writeTo() returned ${String(copies)}; it must be from 0 to ${this.#copyShards.length} copies`,
      );
    recorder.counters.treatedWrites++;
    for (let i = 0; i < copies; i++) {
      const shard = this.#copyShards[i]!;
      const attempt = this.#delivery.create(
        PURPOSE.copyWrite,
        request,
        client,
        clients.writer(client, shard),
        shard,
      );
      this.#delivery.describe(attempt, key, op, requests.valueBytes[request]!);
      this.#world.attempts.serviceFactor[attempt] = requests.serviceFactor[request]!;
      this.#world.attempts.ttlNs[attempt] = requests.ttlNs[request]!;
      this.#world.attempts.version[attempt] = versionOf(requests.ordinal[request]!);
      const ordinal = requests.ordinal[request]!;
      this.#delivery.send(
        attempt,
        this.#luck.jitter(ordinal, -1 - 2 * i),
        this.#luck.jitter(ordinal, -2 - 2 * i),
      );
      recorder.counters.copyWrites++;
    }
    requests.pending[request] = 1 + copies;
  }

  /** The request's own attempt ended. */
  #settled(attempt: number, outcome: Outcome): void {
    const { requests, attempts, contents, clock } = this.#world;
    const twin = attempts.twin[attempt]!;
    if (twin !== NONE) {
      attempts.twin[twin] = NONE;
      // A failure leaves the request to the other one; an answer ends the wait for it.
      if (outcome !== OUTCOME.ok) return;
      this.#delivery.disown(twin);
    }
    const request = attempts.owner[attempt]!;
    requests.node[request] = attempts.node[attempt]!;
    if (outcome === OUTCOME.ok) {
      if (attempts.op[attempt] === OP.get) this.#read(request, attempt);
      else {
        const isSafe = attempts.op[attempt] !== OP.delete && attempts.short[attempt] === 0;
        if (isSafe) contents.acknowledge(attempts.key[attempt]!, clock.nowNs);
        this.#partDone(request, OUTCOME.ok);
      }
    } else if (outcome === OUTCOME.moved || outcome === OUTCOME.ask) {
      this.#redirect(request, attempt);
    } else if (outcome === OUTCOME.clusterDown || outcome === OUTCOME.loading) {
      this.#askAgain(request, outcome);
    } else if (outcome === OUTCOME.outOfMemory || outcome === OUTCOME.noReplicas) {
      // An error reply: no client library asks again by itself.
      this.#partDone(request, outcome);
    } else {
      this.#retry(request, outcome);
    }
  }

  #retry(request: number, outcome: Outcome): void {
    const { requests, setup, recorder, clock } = this.#world;
    const tries = requests.tries[request]!;
    const deadlineNs = requests.arrivedNs[request]! + this.#deadlineNs;
    const isOver = clock.nowNs >= deadlineNs;
    if (isOver) this.#countLate(request);
    const { retries, retriesAfterTimeout } = setup.clients;
    const spent = isOver || tries > retries.max || (outcome === OUTCOME.timeout && !retriesAfterTimeout);
    if (spent || !(this.#budget?.spend(requests.client[request]!, clock.nowNs) ?? true)) {
      this.#partDone(request, outcome);
      return;
    }
    const pauseNs = this.#luck.backoffNs(requests.ordinal[request]!, tries);
    if (clock.nowNs + pauseNs < deadlineNs) {
      requests.tries[request] = tries + 1;
      recorder.counters.retries++;
    }
    this.#tryAfter(request, pauseNs, outcome);
  }

  /** CLUSTERDOWN and LOADING pass by themselves: the client waits a little, as often as it follows redirections, if it does. */
  #askAgain(request: number, outcome: Outcome): void {
    const { askAgainNs } = this.#world.setup.clients;
    if (askAgainNs < Infinity && this.#redirected(request)) this.#tryAfter(request, askAgainNs, outcome);
    else this.#partDone(request, outcome);
  }

  /** Counts a redirection; false when the request has had its share. */
  #redirected(request: number): boolean {
    const { requests, recorder, setup } = this.#world;
    if (requests.redirects[request]! >= setup.clients.maxRedirects) return false;
    requests.redirects[request] = requests.redirects[request]! + 1;
    recorder.counters.redirects++;
    return true;
  }

  /** A read was answered: with the value, or with a miss that the origin, or a copy's home, must cure. */
  #read(request: number, attempt: number): void {
    const { requests, attempts, origin, recorder, queue, clients } = this.#world;
    if (attempts.missed[attempt] === 0) {
      if (this.answersLocally) this.#keep(attempt);
      if (this.#refreshNs > 0) this.#refreshEarly(request);
      if (this.coalescing !== null) this.#countStaleWaiters(request, attempts.version[attempt]!);
      this.#partDone(request, OUTCOME.ok);
      return;
    }
    if (attempts.missed[attempt] === MISSED.wait) {
      this.#waitForFill(request);
      return;
    }
    const home = requests.home[request]!;
    if (attempts.shard[attempt] !== home) {
      requests.redirects[request] = requests.redirects[request]! + 1;
      recorder.counters.redirects++;
      this.#sendRequest(request, clients.writer(requests.client[request]!, home), home);
      return;
    }
    recorder.counters.misses++;
    if (origin === null) {
      this.#partDone(request, OUTCOME.ok);
      return;
    }
    const heardNs = this.#ask(origin);
    requests.outcome[request] = origin.failed ? OUTCOME.originFailed : OUTCOME.ok;
    queue.push(heardNs, EVENT.origin, request);
  }

  /** Another client fetches the value: ask again soon, as long as one would wait for the origin, or a lease lasts. */
  #waitForFill(request: number): void {
    const { requests, recorder, leases, clock, setup } = this.#world;
    recorder.counters.leaseWaits++;
    const { forNs, retryNs } = leases!.setup;
    const patienceNs = requests.tries[request]! * Math.min(setup.origin!.timeoutNs, forNs);
    if (clock.nowNs > requests.arrivedNs[request]! + patienceNs) this.#retry(request, OUTCOME.originFailed);
    else this.#tryAfter(request, retryNs, OUTCOME.originFailed);
  }

  /**
   * The reader may fetch a value that is still good, and writes it on the side: by chance, the likelier the nearer its end,
   * so that one of many does before all must (XFetch; A. Vattani et al., "Optimal Probabilistic Cache Stampede
   * Prevention", PVLDB 8(8), 2015, with the origin's mean latency as the time to fetch).
   */
  #refreshEarly(request: number): void {
    const { requests, expiry, clock, origin, recorder } = this.#world;
    const key = requests.key[request]!;
    if (expiry === null || origin === null) return;
    const leftNs = expiry.endOf(key) - clock.nowNs;
    if (leftNs > this.#refreshNs * this.#luck.impatience(requests.ordinal[request]!)) return;
    recorder.counters.earlyRefreshes++;
    const heardNs = this.#ask(origin);
    if (origin.failed) return;
    const client = requests.client[request]!;
    const shard = this.#world.nodes.shard[requests.node[request]!]!;
    const bytes = requests.valueBytes[request]!;
    clock.at(heardNs, () => this.#fill(client, shard, key, bytes));
  }

  /** The client may keep the value it just read. */
  #keep(attempt: number): void {
    const { attempts } = this.#world;
    this.hotKeys![attempts.client[attempt]!]!.filled!(
      attempts.key[attempt]!,
      attempts.version[attempt]!,
      attempts.valueBytes[attempt]!,
    );
  }

  /** The client now has the value from the origin, and on the side fills the shard that missed; or it has nothing. */
  originAnswered(request: number): void {
    const { requests } = this.#world;
    if (requests.outcome[request] !== OUTCOME.ok) {
      this.#originFailed(request);
      return;
    }
    const client = requests.client[request]!;
    const shard = this.#world.nodes.shard[requests.node[request]!]!;
    this.#fill(client, shard, requests.key[request]!, requests.valueBytes[request]!);
    this.#partDone(request, OUTCOME.ok);
  }

  /** When the answer to a question asked now is there; `origin.failed` says whether it is one. */
  #ask(origin: Origin): number {
    const { recorder, clock } = this.#world;
    recorder.originRequest();
    const heardNs = origin.ask(clock.nowNs);
    recorder.originBusy.add(0, origin.startNs, origin.doneNs, 1);
    return heardNs;
  }

  /** The client writes what the origin said, with the time to live the key had before; nobody waits for it. */
  #fill(client: number, shard: number, key: number, bytes: number): void {
    const { clients, expiry } = this.#world;
    const writer = clients.writer(client, shard);
    this.#delivery.internal(client, writer, shard, key, OP.set, bytes, NO_TASK, expiry?.ttlOf(key) ?? 0);
  }

  #originFailed(request: number): void {
    const { requests, recorder, leases } = this.#world;
    recorder.counters.originErrors++;
    leases?.end(requests.node[request]!, requests.key[request]!);
    this.#retry(request, OUTCOME.originFailed);
  }

  /** MOVED: the client corrects its belief and goes where it was told. */
  #redirect(request: number, attempt: number): void {
    const { requests, attempts, clients, control } = this.#world;
    if (!this.#redirected(request)) {
      this.#partDone(request, OUTCOME.moved);
      return;
    }
    if (attempts.redirect[attempt] !== NONE) {
      this.#follow(request, attempt);
      return;
    }
    const shard = attempts.shard[attempt]!;
    const owner = control!.primarySeenBy(attempts.node[attempt]!, shard);
    clients.believe(requests.client[request]!, shard, owner);
    this.#sendRequest(request, owner, shard);
  }

  /** The key is on another shard: for good (MOVED), which the client remembers, or for this once (ASK). */
  #follow(request: number, attempt: number): void {
    const { requests, attempts, clients, migration } = this.#world;
    const client = requests.client[request]!;
    const shard = attempts.redirect[attempt]!;
    const asking = attempts.outcome[attempt] === OUTCOME.ask;
    if (!asking) migration!.learn(client, requests.partition[request]!, shard);
    requests.home[request] = shard;
    this.#sendRequest(request, clients.writer(client, shard), shard, asking);
  }

  /** One of the request's attempts is done with; the request ends with the last. */
  #partDone(request: number, outcome: Outcome): void {
    const { requests } = this.#world;
    requests.outcome[request] = outcome;
    if (this.coalescing !== null && requests.op[request] === OP.get) this.#answerWaiters(request, outcome);
    this.#release(request);
  }

  /** Those who waited for this read end as it ends. */
  #answerWaiters(request: number, outcome: number): void {
    const { requests } = this.#world;
    for (let waiter = this.coalescing!.ended(request); waiter !== NONE; ) {
      const next = requests.nextWaiting[waiter]!;
      requests.node[waiter] = requests.node[request]!;
      requests.outcome[waiter] = outcome;
      this.#release(waiter);
      waiter = next;
    }
  }

  /** Who asked after a write was executed gets an older value, when the read under way had passed the node before. */
  #countStaleWaiters(request: number, version: number): void {
    const { requests, recorder, versions } = this.#world;
    let waiter = requests.nextWaiting[request]!;
    for (; waiter !== NONE; waiter = requests.nextWaiting[waiter]!) {
      const key = requests.key[request]!;
      const staleForNs = versions!.staleForNs(key, version, requests.arrivedNs[waiter]!);
      if (staleForNs >= 0) recorder.staleRead(staleForNs);
    }
  }

  #release(request: number): void {
    const { requests, recorder, clock } = this.#world;
    const pending = requests.pending[request]! - 1;
    requests.pending[request] = pending;
    if (pending > 0) return;
    const outcome = requests.outcome[request]!;
    if (!recorder.outages.none) {
      const shard = this.#ownerNow(requests.partition[request]!);
      if (recorder.outages.concern(shard)) this.#delivery.express?.tell(clock.nowNs);
      recorder.outages.ended(
        shard,
        requests.op[request] === OP.get,
        outcome === OUTCOME.ok,
        clock.nowNs,
        requests.client[request]!,
      );
    }
    const multiGet = requests.multiGet[request]!;
    const node = requests.node[request]!;
    const key = requests.key[request]!;
    if (multiGet === NONE)
      this.#end(
        requests.ordinal[request]!,
        key,
        node,
        outcome,
        requests.arrivedNs[request]!,
        requests.client[request]!,
      );
    else this.#endKey(multiGet, key, node, outcome);
    requests.release(request);
  }

  /** The shard that owns the partition in truth. */
  #ownerNow(partition: number): number {
    const { membership, migration } = this.#world;
    const { full } = membership;
    return migration === null ? full.owners[partition * full.depth]! : migration.owner[partition]!;
  }

  /** One key of a multi-get is done with; the multi-get ends with the last, and fails if any key did. */
  #endKey(multiGet: number, key: number, node: number, outcome: number): void {
    const { multiGets } = this.#world;
    if (!multiGets.ended(multiGet, outcome)) return;
    this.#end(
      multiGets.ordinal[multiGet]!,
      key,
      node,
      multiGets.outcome[multiGet]!,
      multiGets.arrivedNs[multiGet]!,
      multiGets.client[multiGet]!,
    );
  }

  /** @param key any of the request's */
  #end(ordinal: number, key: number, node: number, outcome: number, arrivedNs: number, client: number): void {
    const { recorder, clock } = this.#world;
    if (outcome === OUTCOME.ok) {
      recorder.completed(ordinal, node, arrivedNs, clock.nowNs);
      if (recorder.tenants !== null) recorder.tenants.completed(key, arrivedNs, clock.nowNs);
    } else {
      if (recorder.tenants !== null) recorder.tenants.failed(key);
      recorder.failed(ordinal, node, outcome, arrivedNs, clock.nowNs);
      if (outcome === OUTCOME.timeout) recorder.counters.timedOut++;
      else if (outcome === OUTCOME.rejected) recorder.counters.rejected++;
      else if (outcome === OUTCOME.outOfMemory) recorder.counters.outOfMemory++;
      else if (outcome === OUTCOME.noReplicas) recorder.counters.noReplicas++;
      else if (outcome === OUTCOME.originFailed) recorder.counters.originFailed++;
      else if (outcome === OUTCOME.noConnection) recorder.counters.noConnection++;
      else recorder.counters.refused++;
    }
    if (this.onEnded !== null) this.onEnded(client);
  }
}
