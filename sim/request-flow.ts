/**
 * The life of a request: routed by its client's belief, retried, redirected, cured of a miss, until it
 * completes or fails.
 */
import { PURPOSE } from './attempts.ts';
import { EVENT } from './clock.ts';
import type { Delivery } from './delivery.ts';
import { Endings } from './endings.ts';
import type { HedgedReads } from './hedged-reads.ts';
import type { HotKeyCopies } from './hot-key-copies.ts';
import { Luck } from './luck.ts';
import { Misses } from './misses.ts';
import { RetryBudget } from './retry-budget.ts';
import { stream } from './rng.ts';
import { NONE, OP, type Op, OUTCOME, type Outcome, type ShardId } from './strategy.ts';
import { versionOf } from './versions.ts';
import type { RequestBlock } from './workload/request-block.ts';
import { ownerNow, type World } from './world.ts';

/**
 * A look-up in the client's own memory. Little beside any network, but not nothing: a user of a closed loop who does
 * not think would ask for ever at one moment.
 */
export const LOCAL_ANSWER_NS = 1000;

export class RequestFlow {
  readonly #world: World;
  readonly #delivery: Delivery;
  /** Draws that belong to requests. */
  readonly luck: Luck;
  readonly #budget: RetryBudget | null;
  readonly #deadlineNs: number;
  #ordinal = 0;
  /** The multi-get whose keys are still coming in, or NONE. */
  #multiGet = NONE;
  readonly misses: Misses;
  readonly endings: Endings;
  /** Null without a hot-key module. */
  copies: HotKeyCopies | null = null;
  /** Null where no read is hedged. */
  hedges: HedgedReads | null = null;

  constructor(world: World, delivery: Delivery) {
    this.#world = world;
    this.#delivery = delivery;
    this.luck = new Luck(world.setup, stream(world.seed, 'retries'));
    const { count, retryBudget, deadlineNs } = world.setup.clients;
    this.#deadlineNs = deadlineNs;
    this.#budget = retryBudget && new RetryBudget(retryBudget, count);
    this.misses = new Misses(world, delivery, this);
    this.endings = new Endings(world, delivery);
    delivery.onRequestSettled = (attempt, outcome) => this.#settled(attempt, outcome);
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
    if (!outages.none)
      outages.asked(ownerNow(this.#world, block.partition[i]!), block.op[i] === OP.get, client);
    if (this.#budget !== null) this.#budget.earn(client);
    if (this.copies !== null && copy === NONE) this.copies.observe(client, block.key[i]!, block.op[i]! as Op);
    if (this.copies?.answersLocally && block.op[i] === OP.get && this.copies.answer(request)) return;
    if (this.endings.coalescing !== null && this.#waits(request)) return;
    this.dispatch(request, copy);
  }

  lookedUp(request: number): void {
    this.endings.partDone(request, OUTCOME.ok);
  }

  /** A read may wait for the answer of an earlier one; a write ends that. */
  #waits(request: number): boolean {
    const { requests, recorder } = this.#world;
    if (requests.op[request] !== OP.get) {
      this.endings.coalescing!.forget(requests.client[request]!, requests.key[request]!);
      return false;
    }
    if (!this.endings.coalescing!.join(request)) return false;
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
      else if (first && this.copies !== null) shard = this.copies.readFrom(client, key, home);
      node = clients.reader(client, table, partition, shard, key, op);
    } else {
      if (first && this.copies !== null) this.copies.fanOut(request, client, key, op, home);
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
    const attempt = this.sendRequest(request, node, shard, false, holdNs);
    if (this.hedges !== null && first && op === OP.get) this.hedges.expect(attempt, client);
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
    return known[this.luck.anyOf(known.length, requests.ordinal[request]!, turn)]!;
  }

  /** Whether its deadline is over: it ends then, as its last attempt did. */
  #isLate(request: number): boolean {
    const { requests, clock } = this.#world;
    if (clock.nowNs < requests.arrivedNs[request]! + this.#deadlineNs) return false;
    this.#countLate(request);
    this.endings.partDone(request, requests.outcome[request]! as Outcome);
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
  tryAfter(request: number, pauseNs: number, outcome: number): void {
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
    clock.at(clock.nowNs + LOCAL_ANSWER_NS, () => this.retry(request, OUTCOME.refused));
  }

  sendRequest(request: number, node: number, shard: number, asking = false, holdNs = 0): number {
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
    if (this.copies !== null) this.#world.attempts.version[attempt] = versionOf(requests.ordinal[request]!);
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
      this.luck.jitter(ordinal, 2 * turn),
      this.luck.jitter(ordinal, 2 * turn + 1),
    );
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
        this.endings.partDone(request, OUTCOME.ok);
      }
    } else if (outcome === OUTCOME.moved || outcome === OUTCOME.ask) {
      this.#redirect(request, attempt);
    } else if (outcome === OUTCOME.clusterDown || outcome === OUTCOME.loading) {
      this.#askAgain(request, outcome);
    } else if (outcome === OUTCOME.outOfMemory || outcome === OUTCOME.noReplicas) {
      // An error reply: no client library asks again by itself.
      this.endings.partDone(request, outcome);
    } else {
      this.retry(request, outcome);
    }
  }

  retry(request: number, outcome: Outcome): void {
    const { requests, setup, recorder, clock } = this.#world;
    const tries = requests.tries[request]!;
    const deadlineNs = requests.arrivedNs[request]! + this.#deadlineNs;
    const isOver = clock.nowNs >= deadlineNs;
    if (isOver) this.#countLate(request);
    const { retries, retriesAfterTimeout } = setup.clients;
    const spent = isOver || tries > retries.max || (outcome === OUTCOME.timeout && !retriesAfterTimeout);
    if (spent || !(this.#budget?.spend(requests.client[request]!, clock.nowNs) ?? true)) {
      this.endings.partDone(request, outcome);
      return;
    }
    const pauseNs = this.luck.backoffNs(requests.ordinal[request]!, tries);
    if (clock.nowNs + pauseNs < deadlineNs) {
      requests.tries[request] = tries + 1;
      recorder.counters.retries++;
    }
    this.tryAfter(request, pauseNs, outcome);
  }

  /** CLUSTERDOWN and LOADING pass by themselves: the client waits a little, as often as it follows redirections, if it does. */
  #askAgain(request: number, outcome: Outcome): void {
    const { askAgainNs } = this.#world.setup.clients;
    if (askAgainNs < Infinity && this.#redirected(request)) this.tryAfter(request, askAgainNs, outcome);
    else this.endings.partDone(request, outcome);
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
    const { attempts } = this.#world;
    if (attempts.missed[attempt] !== 0) {
      this.misses.cure(request, attempt);
      return;
    }
    if (this.copies?.answersLocally) this.copies.keep(attempt);
    this.misses.refreshEarly(request);
    if (this.endings.coalescing !== null) this.endings.countStaleWaiters(request, attempts.version[attempt]!);
    this.endings.partDone(request, OUTCOME.ok);
  }

  /** MOVED: the client corrects its belief and goes where it was told. */
  #redirect(request: number, attempt: number): void {
    const { requests, attempts, clients, control } = this.#world;
    if (!this.#redirected(request)) {
      this.endings.partDone(request, OUTCOME.moved);
      return;
    }
    if (attempts.redirect[attempt] !== NONE) {
      this.#follow(request, attempt);
      return;
    }
    const shard = attempts.shard[attempt]!;
    const owner = control!.primarySeenBy(attempts.node[attempt]!, shard);
    clients.believe(requests.client[request]!, shard, owner);
    this.sendRequest(request, owner, shard);
  }

  /** The key is on another shard: for good (MOVED), which the client remembers, or for this once (ASK). */
  #follow(request: number, attempt: number): void {
    const { requests, attempts, clients, migration } = this.#world;
    const client = requests.client[request]!;
    const shard = attempts.redirect[attempt]!;
    const asking = attempts.outcome[attempt] === OUTCOME.ask;
    if (!asking) migration!.learn(client, requests.partition[request]!, shard);
    requests.home[request] = shard;
    this.sendRequest(request, clients.writer(client, shard), shard, asking);
  }
}
