/**
 * The engine: requests become attempts, attempts meet nodes, replies meet clients. Two events per attempt in
 * the usual case (it reaches its node; its reply reaches the client). A node's completion is known on arrival,
 * and a timeout exists only for an attempt that is late or lost.
 */
import { ATTEMPT, PURPOSE } from './attempts.ts';
import { EVENT } from './clock.ts';
import { LawError, StrategyError } from './errors.ts';
import { EVENT_KIND_BITS, EVENT_KIND_MASK } from './event-queue.ts';
import { ownerOf } from './membership.ts';
import { NODE_STATE, QUEUE_FULL } from './nodes.ts';
import { Luck } from './luck.ts';
import { stream } from './rng.ts';
import { type ClientFailover, type HotKeysClient, NONE, OP, OUTCOME, type Op, type Outcome } from './strategy.ts';
import type { Topology } from './topology.ts';
import type { RequestBlock } from './workload/request-block.ts';
import type { World } from './world.ts';

/** A fill or a copy: nobody's request. */
const NO_TASK = -1;
/** Copies of one key that a write may reach. */
const MAX_COPIES = 64;

export class Engine {
  readonly #world: World;
  readonly #nodeCount: number;
  readonly #readsReplicas: boolean;
  readonly #timeoutNs: number;
  readonly #serviceNs: readonly number[];
  readonly #luck: Luck;
  readonly #copyShards = new Int32Array(MAX_COPIES);
  readonly #tasks: ((outcome: Outcome) => void)[] = [];
  #ordinal = 0;
  /** Attempts clients wait for. */
  waitingAttempts = 0;
  topology: Topology | null = null;
  /** [client], or null without a hot-key module */
  hotKeys: readonly HotKeysClient[] | null = null;
  /** [client], or null without a client-side failover */
  failover: readonly ClientFailover[] | null = null;

  constructor(world: World) {
    const { setup } = world;
    this.#world = world;
    this.#nodeCount = world.infos.length;
    this.#readsReplicas = setup.strategy.selection.module.candidates !== 'primary';
    this.#timeoutNs = setup.clients.timeoutNs;
    this.#serviceNs = setup.cluster.node.serviceNs;
    this.#luck = new Luck(setup, stream(world.seed, 'retries'));
  }

  // ------------------------------------------------------------------------------------------ the loop

  /** HOT. A block of arrivals, with every event that comes before each of them. */
  runBlock(block: RequestBlock, count: number): void {
    const { queue } = this.#world;
    for (let i = 0; i < count; i++) {
      const atNs = block.atNs[i]!;
      if (queue.nextTimeNs <= atNs) this.drain(atNs);
      this.#advance(atNs);
      this.#accept(block, i);
    }
  }

  /** HOT. Every event up to and including `untilNs`. */
  drain(untilNs: number): void {
    const { queue } = this.#world;
    for (let timeNs = queue.nextTimeNs; timeNs <= untilNs; timeNs = queue.nextTimeNs) {
      this.#advance(timeNs);
      const event = queue.pop();
      this.#handle(event & EVENT_KIND_MASK, event >> EVENT_KIND_BITS);
    }
  }

  #advance(timeNs: number): void {
    const { clock, recorder } = this.#world;
    if (!(timeNs >= clock.nowNs))
      throw new LawError('clock', `the clock went back from ${clock.nowNs} ns to ${timeNs} ns`);
    if (timeNs >= recorder.stepEndNs) recorder.advance(timeNs);
    clock.nowNs = timeNs;
  }

  #handle(kind: number, index: number): void {
    switch (kind) {
      case EVENT.arrive:
        return this.#arrive(index);
      case EVENT.reply:
        return this.#reply(index);
      case EVENT.timeout:
        return this.#conclude(index, OUTCOME.timeout);
      case EVENT.retry:
        return this.#dispatch(index);
      case EVENT.origin:
        return this.#originAnswered(index);
      case EVENT.replicate:
        return this.#replicated(index);
      case EVENT.reset:
        return this.#conclude(index, OUTCOME.refused);
      default:
        return this.#world.clock.fire(index);
    }
  }

  // ------------------------------------------------------------------------------------------ requests

  #accept(block: RequestBlock, i: number): void {
    const { requests, recorder } = this.#world;
    const request = requests.take();
    requests.ordinal[request] = this.#ordinal++;
    requests.arrivedNs[request] = block.atNs[i]!;
    requests.key[request] = block.key[i]!;
    requests.op[request] = block.op[i]!;
    requests.valueBytes[request] = block.valueBytes[i]!;
    requests.client[request] = block.client[i]!;
    requests.serviceFactor[request] = block.serviceFactor[i]!;
    requests.outFactor[request] = block.outFactor[i]!;
    requests.backFactor[request] = block.backFactor[i]!;
    requests.pending[request] = 1;
    recorder.counters.offered++;
    if (this.hotKeys !== null) this.hotKeys[block.client[i]!]!.observe(block.key[i]!, block.op[i]! as Op);
    this.#dispatch(request);
  }

  /** Routes the request by the client's belief and sends one more attempt. */
  #dispatch(request: number): void {
    const { requests, clients, membership } = this.#world;
    const client = requests.client[request]!;
    const key = requests.key[request]!;
    const op = requests.op[request]! as Op;
    const table = membership.tables[client]!;
    const partition = table.partitionOf(key);
    const home = table.owners[partition * table.depth]!;
    const first = requests.tries[request] === 0 && requests.redirects[request] === 0;
    requests.home[request] = home;
    let shard = home;
    let node: number;
    if (op === OP.get) {
      if (first && this.hotKeys !== null) shard = this.#readFrom(client, key, home);
      node = clients.reader(client, table, partition, shard, key, op);
    } else {
      if (first && this.hotKeys !== null) this.#fanOut(request, client, key, op, home);
      node = clients.writer(client, shard);
    }
    requests.tries[request] = requests.tries[request]! + 1;
    this.#sendRequest(request, node, shard);
  }

  #sendRequest(request: number, node: number, shard: number): void {
    const { requests } = this.#world;
    const attempt = this.#attempt(PURPOSE.request, request, requests.client[request]!, node, shard);
    this.#describe(attempt, requests.key[request]!, requests.op[request]!, requests.valueBytes[request]!);
    this.#world.attempts.serviceFactor[attempt] = requests.serviceFactor[request]!;
    const turn = requests.tries[request]! + requests.redirects[request]!;
    if (turn === 1) {
      this.#send(attempt, requests.outFactor[request]!, requests.backFactor[request]!);
    } else {
      const ordinal = requests.ordinal[request]!;
      this.#send(attempt, this.#luck.jitter(ordinal, 2 * turn), this.#luck.jitter(ordinal, 2 * turn + 1));
    }
  }

  #readFrom(client: number, key: number, home: number): number {
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
    for (let i = 0; i < copies; i++) {
      const shard = this.#copyShards[i]!;
      const attempt = this.#attempt(PURPOSE.copyWrite, request, client, clients.writer(client, shard), shard);
      this.#describe(attempt, key, op, requests.valueBytes[request]!);
      this.#world.attempts.serviceFactor[attempt] = requests.serviceFactor[request]!;
      const ordinal = requests.ordinal[request]!;
      this.#send(attempt, this.#luck.jitter(ordinal, -1 - 2 * i), this.#luck.jitter(ordinal, -2 - 2 * i));
      recorder.counters.copyWrites++;
    }
    requests.pending[request] = 1 + copies;
  }

  /** The request's own attempt ended. */
  #requestSettled(attempt: number, outcome: Outcome): void {
    const { requests, attempts, setup } = this.#world;
    const request = attempts.owner[attempt]!;
    requests.node[request] = attempts.node[attempt]!;
    if (outcome === OUTCOME.ok) {
      if (attempts.op[attempt] === OP.get) this.#read(request, attempt);
      else {
        if (attempts.op[attempt] !== OP.delete) this.#world.contents.acknowledge(attempts.key[attempt]!);
        this.#partDone(request, OUTCOME.ok);
      }
    } else if (outcome === OUTCOME.moved) {
      this.#redirect(request, attempt);
    } else if (requests.tries[request]! > setup.clients.retries.max) {
      this.#partDone(request, outcome);
    } else {
      this.#world.recorder.counters.retries++;
      const backoffNs = this.#luck.backoffNs(requests.ordinal[request]!, requests.tries[request]!);
      this.#world.queue.push(this.#world.clock.nowNs + backoffNs, EVENT.retry, request);
    }
  }

  /** A read was answered: with the value, or with a miss that the origin, or a copy's home, must cure. */
  #read(request: number, attempt: number): void {
    const { requests, attempts, origin, recorder, queue, clock, clients } = this.#world;
    if (attempts.missed[attempt] === 0) return this.#partDone(request, OUTCOME.ok);
    const home = requests.home[request]!;
    if (attempts.shard[attempt] !== home) {
      requests.redirects[request] = requests.redirects[request]! + 1;
      recorder.counters.redirects++;
      return this.#sendRequest(request, clients.writer(requests.client[request]!, home), home);
    }
    recorder.counters.misses++;
    if (origin === null) return this.#partDone(request, OUTCOME.ok);
    recorder.originRequest();
    queue.push(origin.ask(clock.nowNs), EVENT.origin, request);
  }

  /** The client now has the value from the origin, and fills the cache on the side. */
  #originAnswered(request: number): void {
    const { requests, clients } = this.#world;
    const client = requests.client[request]!;
    const key = requests.key[request]!;
    const home = ownerOf(this.#world.membership.tables[client]!, key);
    const bytes = requests.valueBytes[request]!;
    this.#internal(client, clients.writer(client, home), home, key, OP.set, bytes, NO_TASK);
    this.#partDone(request, OUTCOME.ok);
  }

  /** MOVED: the client corrects its belief and goes where it was told. */
  #redirect(request: number, attempt: number): void {
    const { requests, attempts, clients, control, recorder, setup } = this.#world;
    if (requests.redirects[request]! >= setup.clients.maxRedirects) return this.#partDone(request, OUTCOME.moved);
    requests.redirects[request] = requests.redirects[request]! + 1;
    recorder.counters.redirects++;
    const shard = attempts.shard[attempt]!;
    const owner = control!.primarySeenBy(attempts.node[attempt]!, shard);
    clients.views[requests.client[request]!]!.primaryOf[shard] = owner;
    this.#sendRequest(request, owner, shard);
  }

  /** One of the request's attempts is done with; the request ends with the last. */
  #partDone(request: number, outcome: Outcome): void {
    const { requests } = this.#world;
    requests.outcome[request] = outcome;
    this.#release(request);
  }

  #release(request: number): void {
    const { requests, recorder, clock } = this.#world;
    const pending = requests.pending[request]! - 1;
    requests.pending[request] = pending;
    if (pending > 0) return;
    const outcome = requests.outcome[request]!;
    const ordinal = requests.ordinal[request]!;
    const node = requests.node[request]!;
    if (outcome === OUTCOME.ok) {
      recorder.completed(ordinal, node, requests.arrivedNs[request]!, clock.nowNs);
    } else {
      recorder.failed(ordinal, node, outcome, requests.arrivedNs[request]!, clock.nowNs);
      if (outcome === OUTCOME.timeout) recorder.counters.timedOut++;
      else if (outcome === OUTCOME.rejected) recorder.counters.rejected++;
      else recorder.counters.refused++;
    }
    if (!recorder.outages.none) {
      const shard = ownerOf(this.#world.membership.full, requests.key[request]!);
      recorder.outages.ended(shard, requests.op[request] === OP.get, outcome === OUTCOME.ok, clock.nowNs);
    }
    requests.release(request);
  }

  // ------------------------------------------------------------------------------------------ attempts

  #attempt(purpose: number, owner: number, client: number, node: number, shard: number): number {
    const { attempts } = this.#world;
    const attempt = attempts.take();
    attempts.purpose[attempt] = purpose;
    attempts.owner[attempt] = owner;
    attempts.client[attempt] = client;
    attempts.node[attempt] = node;
    attempts.shard[attempt] = shard;
    return attempt;
  }

  #describe(attempt: number, key: number, op: number, valueBytes: number): void {
    const { attempts } = this.#world;
    attempts.key[attempt] = key;
    attempts.op[attempt] = op;
    attempts.valueBytes[attempt] = valueBytes;
  }

  #send(attempt: number, outFactor: number, backFactor: number): void {
    const { attempts, clients, clock, network, queue, recorder } = this.#world;
    const client = attempts.client[attempt]!;
    const node = attempts.node[attempt]!;
    const link = client * this.#nodeCount + node;
    attempts.sentNs[attempt] = clock.nowNs;
    attempts.backFactor[attempt] = backFactor;
    clients.inFlight[link] = clients.inFlight[link]! + 1;
    this.waitingAttempts++;
    recorder.counters.attempts++;
    queue.push(network.out(client, node, clock.nowNs, outFactor), EVENT.arrive, attempt);
  }

  /** COLD. An attempt that is nobody's request; `done` hears how it ended. */
  task(
    client: number,
    node: number,
    shard: number,
    key: number,
    op: Op,
    valueBytes: number,
    done: (outcome: Outcome) => void,
  ): void {
    const index = this.#tasks.length;
    this.#tasks.push(done);
    this.#internal(client, node, shard, key, op, valueBytes, index);
  }

  #internal(
    client: number,
    node: number,
    shard: number,
    key: number,
    op: Op,
    valueBytes: number,
    task: number,
  ): void {
    const attempt = this.#attempt(PURPOSE.internal, task, client, node, shard);
    this.#describe(attempt, key, op, valueBytes);
    this.#world.attempts.serviceFactor[attempt] = 1;
    this.#send(attempt, 1, 1);
  }

  /** The attempt reaches its node. */
  #arrive(attempt: number): void {
    const { attempts, nodes, clock } = this.#world;
    const node = attempts.node[attempt]!;
    const state = nodes.state[node]!;
    if (state !== NODE_STATE.up) {
      if (state === NODE_STATE.processDown) this.#answer(attempt, OUTCOME.refused, clock.nowNs);
      else this.#lose(attempt);
      return;
    }
    nodes.attempts[node] = nodes.attempts[node]! + 1;
    this.#world.recorder.reached(node, attempts.key[attempt]!);
    if (nodes.loadingUntilNs[node]! > clock.nowNs) return this.#answer(attempt, OUTCOME.loading, clock.nowNs);
    if (nodes.serving[node] === 0) return this.#answer(attempt, OUTCOME.clusterDown, clock.nowNs);
    const isRead = attempts.op[attempt] === OP.get;
    if (nodes.primary[node] === 0 && !(isRead && this.#readsReplicas))
      return this.#answer(attempt, OUTCOME.moved, clock.nowNs);
    this.#serve(attempt, node, isRead);
  }

  #serve(attempt: number, node: number, isRead: boolean): void {
    const { attempts, nodes, contents, replication, recorder, clock, setup } = this.#world;
    const nowNs = clock.nowNs;
    const key = attempts.key[attempt]!;
    const op = attempts.op[attempt]!;
    let bytes = attempts.valueBytes[attempt]!;
    if (isRead) {
      if (attempts.purpose[attempt] === PURPOSE.request) recorder.counters.gets++;
      if (!contents.holds(node, key)) {
        attempts.missed[attempt] = 1;
        bytes = 0;
      }
    }
    const meanNs = this.#serviceNs[op]! + (setup.cluster.node.servicePerKiBNs * bytes) / 1024;
    const serviceNs = Math.round(meanNs * attempts.serviceFactor[attempt]!);
    const departNs = nodes.offer(node, nowNs, serviceNs, true);
    if (departNs === QUEUE_FULL) return this.#answer(attempt, OUTCOME.rejected, nowNs);
    recorder.busy.add(node, nodes.startNs, departNs, 1);
    attempts.serviceNs[attempt] = serviceNs;
    attempts.waitedNs[attempt] = nodes.startNs - nowNs;
    attempts.departNs[attempt] = departNs;
    attempts.atNode[attempt] = 1;
    if (isRead) {
      if (nodes.primary[node] === 0 && replication.isStale(node, key, nowNs)) this.#stale(attempt);
    } else {
      if (op === OP.delete) contents.remove(node, key);
      else contents.put(node, key);
      replication.write(node, key, op, departNs, serviceNs);
    }
    this.#answer(attempt, OUTCOME.ok, departNs);
  }

  #stale(attempt: number): void {
    const { recorder, attempts } = this.#world;
    recorder.counters.staleReads++;
    recorder.outages.staleRead(attempts.shard[attempt]!);
  }

  /** An answer leaves the node at `departNs`; if it comes too late, a timeout comes first. */
  #answer(attempt: number, outcome: Outcome, departNs: number): void {
    const { attempts, network, queue } = this.#world;
    attempts.outcome[attempt] = outcome;
    const client = attempts.client[attempt]!;
    const repliesNs = network.back(client, attempts.node[attempt]!, departNs, attempts.backFactor[attempt]!);
    queue.push(repliesNs, EVENT.reply, attempt);
    const deadlineNs = attempts.sentNs[attempt]! + this.#timeoutNs;
    if (repliesNs > deadlineNs) {
      attempts.refs[attempt] = attempts.refs[attempt]! + 1;
      queue.push(Math.max(deadlineNs, this.#world.clock.nowNs), EVENT.timeout, attempt);
    }
  }

  /** Nobody will answer: the timeout takes over from the carrier. Without one the client waits for ever. */
  #lose(attempt: number): void {
    const deadlineNs = this.#world.attempts.sentNs[attempt]! + this.#timeoutNs;
    if (deadlineNs < Infinity)
      this.#world.queue.push(Math.max(deadlineNs, this.#world.clock.nowNs), EVENT.timeout, attempt);
  }

  #reply(attempt: number): void {
    const { attempts } = this.#world;
    if (attempts.void[attempt] === 1) return attempts.unref(attempt);
    attempts.atNode[attempt] = 0;
    this.#conclude(attempt, attempts.outcome[attempt]! as Outcome);
  }

  /** The first conclusion counts; a reply after the timeout, or a timeout after the reply, only frees. */
  #conclude(attempt: number, outcome: Outcome): void {
    const { attempts } = this.#world;
    if (attempts.state[attempt] === ATTEMPT.waiting) {
      attempts.state[attempt] = ATTEMPT.settled;
      this.#settle(attempt, outcome);
    }
    attempts.unref(attempt);
  }

  /** The client learns how the attempt ended. */
  #settle(attempt: number, outcome: Outcome): void {
    const { attempts, clients, clock, recorder } = this.#world;
    const client = attempts.client[attempt]!;
    const node = attempts.node[attempt]!;
    const link = client * this.#nodeCount + node;
    const left = clients.inFlight[link]! - 1;
    if (left < 0) throw new LawError('in-flight', `client ${client} has ${left} requests in flight on node ${node}`);
    clients.inFlight[link] = left;
    this.waitingAttempts--;
    const sentNs = attempts.sentNs[attempt]!;
    const elapsedNs = clock.nowNs - sentNs;
    clients.selections[client]!.observe?.(node, elapsedNs, outcome);
    if (this.failover !== null) this.failover[client]!.observe(node, outcome);
    if (outcome === OUTCOME.ok)
      recorder.answered(node, sentNs, attempts.waitedNs[attempt]!, attempts.serviceNs[attempt]!, elapsedNs);
    else this.#distrust(client, node, outcome);
    switch (attempts.purpose[attempt]) {
      case PURPOSE.request:
        return this.#requestSettled(attempt, outcome);
      case PURPOSE.copyWrite:
        return this.#release(attempts.owner[attempt]!);
      default: {
        const task = attempts.owner[attempt]!;
        if (task !== NO_TASK) this.#tasks[task]!(outcome);
      }
    }
  }

  /** What every client does with bad news: avoid a refusing node for a while, ask for the topology. */
  #distrust(client: number, node: number, outcome: Outcome): void {
    const { clients, clock, setup } = this.#world;
    if (outcome === OUTCOME.refused)
      clients.suspectUntilNs[client * this.#nodeCount + node] = clock.nowNs + setup.clients.reconnectNs;
    if (this.topology !== null && outcome !== OUTCOME.rejected) this.topology.refresh(client);
  }

  #replicated(index: number): void {
    const { replication, recorder, clock } = this.#world;
    const shard = replication.arrive(index, clock.nowNs);
    if (shard === NONE) return;
    recorder.counters.lostWrites++;
    recorder.outages.lost(shard, 1);
  }

  // -------------------------------------------------------------------------------------------- faults

  /** COLD. The node died: its unfinished answers never leave. */
  abandon(node: number): void {
    const { attempts, nodes, network, queue, clock } = this.#world;
    const nowNs = clock.nowNs;
    for (let attempt = 0; attempt < attempts.capacity; attempt++) {
      if (attempts.atNode[attempt] === 0 || attempts.node[attempt] !== node) continue;
      if (attempts.departNs[attempt]! <= nowNs) continue;
      attempts.atNode[attempt] = 0;
      attempts.void[attempt] = 1;
      if (attempts.state[attempt] !== ATTEMPT.waiting) continue;
      if (nodes.state[node] === NODE_STATE.processDown) {
        attempts.refs[attempt] = attempts.refs[attempt]! + 1;
        queue.push(network.back(attempts.client[attempt]!, node, nowNs, 1), EVENT.reset, attempt);
      } else if (attempts.refs[attempt] === 1 && this.#timeoutNs < Infinity) {
        attempts.refs[attempt] = 2;
        queue.push(Math.max(nowNs, attempts.sentNs[attempt]! + this.#timeoutNs), EVENT.timeout, attempt);
      }
    }
  }
}
