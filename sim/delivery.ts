/**
 * Delivery: an attempt travels to its node, is served, turned away or lost, and its client learns how it
 * ended. A node's completion is known on arrival, and a timeout exists only for an attempt that is late or
 * lost.
 */

import { ATTEMPT, MISSED, PROMISE, PURPOSE } from './attempts.ts';
import { EVENT } from './clock.ts';
import { Connections } from './connections.ts';
import { LawError } from './errors.ts';
import type { ExpressLane } from './express-lane.ts';
import type { GutterLife } from './gutter-life.ts';
import type { Hedging } from './hedging.ts';
import { NODE_STATE, QUEUE_FULL, SERVING } from './nodes.ts';
import { Acknowledgements } from './replication/acknowledgements.ts';
import {
  type ClientFailover,
  type HotKeysClient,
  NONE,
  OP,
  type Op,
  OUTCOME,
  type Outcome,
  type Selection,
} from './strategy.ts';
import type { Topology } from './topology.ts';
import { isFailure, Troubles } from './troubles.ts';
import { OUTDATED, type Versions } from './versions.ts';
import { Waits } from './waits.ts';
import type { World } from './world.ts';

/** A fill or a copy that nobody waits for. */
export const NO_TASK = -1;

export class Delivery {
  readonly #world: World;
  readonly #nodeCount: number;
  readonly #readsReplicas: boolean;
  readonly #timeoutNs: number;
  /** From a request's arrival; Infinity for none. */
  readonly #deadlineNs: number;
  /** Further tries go to any primary, which sends the client on; not where clients place keys on several shards themselves. */
  readonly retriesAnywhere: boolean;
  /** Null where connections are always there. */
  readonly #connections: Connections | null;
  /** Null where primaries do not care who follows them. */
  readonly #acknowledgements: Acknowledgements | null = null;
  /** Null where clients are content with the primary's answer. */
  readonly #waits: Waits | null = null;
  readonly #tasks: ((outcome: Outcome) => void)[] = [];
  /** Writes that wait at nodes which hand their role over. */
  #held: number[] = [];
  /** Attempts clients wait for. */
  waitingAttempts = 0;
  /** How a request's own attempt ended. */
  onRequestSettled: (attempt: number, outcome: Outcome) => void = () => {};
  /** A copy's write ended. */
  onCopySettled: (request: number) => void = () => {};
  topology: Topology | null = null;
  /** Null where no value lives shorter for where it is. */
  gutterLife: GutterLife | null = null;
  /** Requests that nothing happens to; null where there are none. */
  express: ExpressLane | null = null;
  /** Null where no read is hedged. */
  hedging: Hedging | null = null;
  /** [client], or null without a client-side failover */
  failover: readonly ClientFailover[] | null = null;
  readonly troubles: Troubles;
  /** [client] who wants to hear of queues, or null */
  hotKeys: readonly HotKeysClient[] | null = null;

  constructor(world: World) {
    const { setup } = world;
    this.#world = world;
    this.#nodeCount = world.infos.length;
    this.#readsReplicas = setup.strategy.selection.module.candidates !== 'primary';
    this.#timeoutNs = setup.clients.timeoutNs;
    this.#deadlineNs = setup.clients.deadlineNs;
    const { candidates } = setup.strategy.selection.module;
    this.retriesAnywhere = setup.clients.retriesAnywhere && candidates !== 'preference';
    const { pool } = setup.clients;
    this.#connections = pool && new Connections(world, pool, this);
    world.connections = this.#connections;
    const { wait } = setup.clients;
    const { minReplicas } = setup.cluster.replication;
    if (wait !== null || minReplicas !== null) this.#acknowledgements = this.#hearReplicas();
    if (wait !== null) this.#waits = new Waits(world, wait, this, this.#acknowledgements!);
    world.waits = this.#waits;
    this.troubles = new Troubles(world.clients.count, setup.cluster.shards, world.infos);
  }

  /** COLD. Primaries hear from their replicas from now on. */
  #hearReplicas(): Acknowledgements {
    const { replication } = this.#world;
    const acknowledgements = new Acknowledgements(this.#world);
    replication.onConnected = (node, nowNs) => acknowledgements.connected(node, nowNs);
    replication.onDisconnected = (primary) => acknowledgements.disconnected(primary);
    this.#world.acknowledgements = acknowledgements;
    return acknowledgements;
  }

  create(purpose: number, owner: number, client: number, node: number, shard: number): number {
    const { attempts } = this.#world;
    const attempt = attempts.take();
    attempts.purpose[attempt] = purpose;
    attempts.owner[attempt] = owner;
    attempts.client[attempt] = client;
    attempts.node[attempt] = node;
    attempts.shard[attempt] = shard;
    return attempt;
  }

  describe(attempt: number, key: number, op: number, valueBytes: number): void {
    const { attempts } = this.#world;
    attempts.key[attempt] = key;
    attempts.op[attempt] = op;
    attempts.valueBytes[attempt] = valueBytes;
  }

  send(attempt: number, outFactor: number, backFactor: number): void {
    const { attempts, clock, recorder } = this.#world;
    attempts.sentNs[attempt] = clock.nowNs;
    attempts.outFactor[attempt] = outFactor;
    attempts.backFactor[attempt] = backFactor;
    this.waitFor(attempts.client[attempt]!, attempts.node[attempt]!);
    recorder.counters.attempts++;
    if (this.#connections === null || this.#connections.admit(attempt)) this.write(attempt);
  }

  /** It leaves its client. */
  write(attempt: number): void {
    const { attempts, clock, network, queue } = this.#world;
    const node = attempts.node[attempt]!;
    if (this.#world.truth !== null) this.#world.truth.sent(node);
    const arrivesNs = network.out(attempts.client[attempt]!, node, clock.nowNs, attempts.outFactor[attempt]!);
    queue.push(arrivesNs, EVENT.arrive, attempt);
    if (arrivesNs > this.endsNs(attempt)) this.giveUpInTime(attempt);
  }

  /** When its client gives it up: after its own timeout, or with its request. */
  endsNs(attempt: number): number {
    const ownNs = this.#world.attempts.sentNs[attempt]! + this.#timeoutNs;
    return this.#deadlineNs === Infinity ? ownNs : Math.min(ownNs, this.#deadlineOf(attempt));
  }

  #deadlineOf(attempt: number): number {
    const { attempts, requests } = this.#world;
    if (attempts.purpose[attempt] === PURPOSE.internal) return Infinity;
    return requests.arrivedNs[attempts.owner[attempt]!]! + this.#deadlineNs;
  }

  /** It waits for a connection of its own: its timeout has yet to begin, but its request may end. */
  endWithRequest(attempt: number): void {
    if (this.#deadlineNs < Infinity) this.#giveUpAt(attempt, this.#deadlineOf(attempt));
  }

  /** It has waited, and is written now; its timeout, which may come before its request's deadline, begins. */
  beginTimeout(attempt: number): void {
    const { attempts, clock } = this.#world;
    attempts.sentNs[attempt] = clock.nowNs;
    if (this.#deadlineNs < Infinity) this.#giveUpAt(attempt, clock.nowNs + this.#timeoutNs);
  }

  #giveUpAt(attempt: number, atNs: number): void {
    const { attempts, queue, clock } = this.#world;
    if (atNs === Infinity) return;
    attempts.refs[attempt] = attempts.refs[attempt]! + 1;
    queue.push(Math.max(atNs, clock.nowNs), EVENT.timeout, attempt);
  }

  /** It cannot be sent; its client hears at once. */
  failSoon(attempt: number): void {
    const { queue, clock } = this.#world;
    queue.push(clock.nowNs, EVENT.reset, attempt);
  }

  /** COLD. A connection is no more: who waits for an answer on it hears that. */
  cutOff(connection: number): void {
    const { attempts } = this.#world;
    for (let attempt = 0; attempt < attempts.capacity; attempt++) {
      if (attempts.refs[attempt] === 0 || !attempts.isWaiting(attempt)) continue;
      if (attempts.connection[attempt] !== connection) continue;
      // What is adrift has no event that would name it but this one.
      if (attempts.adrift[attempt] === 0) attempts.refs[attempt] = attempts.refs[attempt]! + 1;
      this.conclude(attempt, OUTCOME.refused);
    }
  }

  /** The client waits for one more answer of the node. */
  waitFor(client: number, node: number): void {
    const { inFlight } = this.#world.clients;
    const link = client * this.#nodeCount + node;
    inFlight[link] = inFlight[link]! + 1;
    this.waitingAttempts++;
  }

  /** The client waits for one answer less. */
  heard(client: number, node: number): void {
    const { inFlight } = this.#world.clients;
    const link = client * this.#nodeCount + node;
    const left = inFlight[link]! - 1;
    if (left < 0)
      throw new LawError('in-flight', `client ${client} has ${left} requests in flight on node ${node}`);
    inFlight[link] = left;
    this.waitingAttempts--;
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
    this.internal(client, node, shard, key, op, valueBytes, index, this.#world.expiry?.ttlOf(key) ?? 0);
  }

  internal(
    client: number,
    node: number,
    shard: number,
    key: number,
    op: Op,
    valueBytes: number,
    task: number,
    ttlNs: number,
  ): void {
    const attempt = this.create(PURPOSE.internal, task, client, node, shard);
    this.describe(attempt, key, op, valueBytes);
    this.#world.attempts.serviceFactor[attempt] = 1;
    this.#world.attempts.ttlNs[attempt] = ttlNs;
    this.send(attempt, 1, 1);
  }

  /** The attempt reaches its node. */
  arrive(attempt: number): void {
    const { attempts, nodes, clock } = this.#world;
    const node = attempts.node[attempt]!;
    const state = nodes.state[node]!;
    if (this.#world.truth !== null) this.#world.truth.arrived(node);
    if (state !== NODE_STATE.up) {
      if (state === NODE_STATE.processDown) this.answer(attempt, OUTCOME.refused, clock.nowNs);
      else this.lose(attempt);
      return;
    }
    if (this.#connections?.isUnknown(attempt)) {
      this.answer(attempt, OUTCOME.refused, clock.nowNs);
      return;
    }
    nodes.attempts[node] = nodes.attempts[node]! + 1;
    this.#world.recorder.reached(node, attempts.key[attempt]!);
    this.#admit(attempt, node);
  }

  /** The node is up: it serves the attempt, turns it away, or holds it back. */
  #admit(attempt: number, node: number): void {
    const { attempts, nodes, clock } = this.#world;
    if (nodes.loadingUntilNs[node]! > clock.nowNs) {
      const drained = nodes.drainedUntilNs[node]! > clock.nowNs;
      this.turnAway(attempt, drained ? OUTCOME.refused : OUTCOME.loading);
      return;
    }
    const isRead = attempts.op[attempt] === OP.get;
    const { all, reads } = SERVING;
    if (nodes.serving[node] !== all && !(nodes.serving[node] === reads && isRead)) {
      this.turnAway(attempt, OUTCOME.clusterDown);
      return;
    }
    if (this.#world.migration !== null && this.#sendsElsewhere(attempt, node)) return;
    // It has gone over to another shard, which this client does not know; or the client asks just anybody.
    if (
      ((this.retriesAnywhere && this.#world.control !== null) || nodes.wentOver(node)) &&
      nodes.shard[node] !== attempts.shard[attempt]
    ) {
      this.turnAway(attempt, OUTCOME.moved);
      return;
    }
    if (nodes.primary[node] === 1 || (isRead && this.#readsReplicas)) {
      if (!isRead && this.#acknowledgements?.refuses(node)) this.turnAway(attempt, OUTCOME.noReplicas);
      else if (!isRead && nodes.writesPaused[node] === 1) this.#hold(attempt);
      else this.#serve(attempt, node, isRead);
    } else this.turnAway(attempt, OUTCOME.moved);
  }

  /** COLD. A write waits at a node that hands its role over; its client may give up meanwhile. */
  #hold(attempt: number): void {
    this.#held.push(attempt);
    this.giveUpInTime(attempt);
  }

  /** COLD. Writes that were held back at the node are judged as if they came now. */
  release(node: number): void {
    const { attempts, nodes, clock } = this.#world;
    const held = this.#held;
    this.#held = held.filter((attempt) => attempts.node[attempt] !== node);
    for (const attempt of held) {
      if (attempts.node[attempt] !== node) continue;
      if (nodes.state[node] === NODE_STATE.processDown) this.answer(attempt, OUTCOME.refused, clock.nowNs);
      else if (nodes.state[node] === NODE_STATE.hostDown) this.lose(attempt);
      else this.#admit(attempt, node);
    }
  }

  /** Partitions may change hands: a node that does not own the key says who does (MOVED), or who has it now (ASK). */
  #sendsElsewhere(attempt: number, node: number): boolean {
    const { attempts, nodes, contents, membership } = this.#world;
    const migration = this.#world.migration!;
    const key = attempts.key[attempt]!;
    const partition = membership.full.partitionOf(key);
    const shard = nodes.shard[node]!;
    const owner = migration.owner[partition]!;
    const to = migration.movingTo[partition]!;
    if (owner !== shard) {
      if (to === shard && attempts.asking[attempt] === 1) return false;
      attempts.redirect[attempt] = owner;
      migration.moved++;
      this.turnAway(attempt, OUTCOME.moved);
      return true;
    }
    if (to === NONE || nodes.primary[node] === 0 || contents.holds(node, key)) return false;
    attempts.redirect[attempt] = to;
    migration.asked++;
    this.turnAway(attempt, OUTCOME.ask);
    return true;
  }

  #serve(attempt: number, node: number, isRead: boolean): void {
    const { attempts, nodes, contents, expiry, replication, recorder, clock, versions } = this.#world;
    const { houseKeeping } = this.#world;
    const nowNs = clock.nowNs;
    const key = attempts.key[attempt]!;
    const op = attempts.op[attempt]!;
    let bytes = attempts.valueBytes[attempt]!;
    if (isRead && this.#isMiss(attempt, node, key)) {
      attempts.missed[attempt] = this.#whoFetches(attempt, node, key);
      bytes = 0;
    } else if (houseKeeping !== null) {
      if (isRead) contents.memory!.accessed(node, key);
      else if (op !== OP.delete && !houseKeeping.makeRoom(node, key, bytes)) {
        this.#world.leases?.end(node, key);
        this.turnAway(attempt, OUTCOME.outOfMemory);
        return;
      }
    }
    const serviceNs = nodes.serviceTimeNs(node, op, bytes, attempts.serviceFactor[attempt]!);
    const departNs = nodes.offer(node, nowNs, serviceNs, true);
    if (departNs === QUEUE_FULL) {
      this.turnAway(attempt, OUTCOME.rejected);
      return;
    }
    recorder.busy.add(node, nodes.startNs, departNs, 1);
    if (this.#world.migration !== null)
      this.#world.migration.served(this.#world.membership.full.partitionOf(key), serviceNs);
    attempts.serviceNs[attempt] = serviceNs;
    attempts.waitedNs[attempt] = nodes.startNs - nowNs;
    attempts.waitingAhead[attempt] = nodes.waitingAhead;
    attempts.departNs[attempt] = departNs;
    attempts.atNode[attempt] = 1;
    if (isRead) {
      const staleForNs = replication.isCurrent(node) ? -1 : replication.staleForNs(node, key, nowNs);
      if (staleForNs >= 0) attempts.staleForNs[attempt] = staleForNs;
      if (versions !== null) this.#readVersion(attempt, versions, staleForNs >= 0);
    } else {
      if (op !== OP.incr) {
        expiry?.written(key, departNs, attempts.ttlNs[attempt]!);
        this.gutterLife?.written(node, key, departNs, attempts.ttlNs[attempt]!);
      }
      if (op === OP.delete) contents.remove(node, key);
      else contents.put(node, key, bytes);
      this.#world.leases?.end(node, key);
      replication.write(node, key, op, departNs, serviceNs, bytes);
      if (versions !== null) this.#writeVersion(attempt, versions, departNs);
    }
    if (this.#waits !== null && !isRead && attempts.purpose[attempt] === PURPOSE.request) {
      this.#waits.begin(attempt, node, departNs);
      return;
    }
    const repliesNs = this.answer(attempt, OUTCOME.ok, departNs);
    if (!isRead && attempts.purpose[attempt] === PURPOSE.request && attempts.isWaiting(attempt))
      replication.answered(node, repliesNs, this.endsNs(attempt));
  }

  /** Which write's value the read returns; `lags` when a replica misses the newest. */
  #readVersion(attempt: number, versions: Versions, lags: boolean): void {
    const { attempts, requests, tracking, clock } = this.#world;
    if (attempts.purpose[attempt] !== PURPOSE.request || attempts.state[attempt] !== ATTEMPT.waiting) return;
    const key = attempts.key[attempt]!;
    const shard = attempts.shard[attempt]!;
    let version = versions.newest(key);
    if (shard !== requests.home[attempts.owner[attempt]!]!) {
      version = versions.ofCopy(shard, key);
      const staleForNs =
        lags || attempts.missed[attempt] !== 0 ? -1 : versions.staleForNs(key, version, clock.nowNs);
      if (staleForNs >= 0) attempts.staleForNs[attempt] = staleForNs;
    }
    attempts.version[attempt] = lags ? OUTDATED : version;
    tracking?.read(attempts.client[attempt]!, key);
  }

  #writeVersion(attempt: number, versions: Versions, executedNs: number): void {
    const { attempts, tracking } = this.#world;
    const key = attempts.key[attempt]!;
    const shard = attempts.shard[attempt]!;
    switch (attempts.purpose[attempt]) {
      case PURPOSE.request:
        versions.wrote(key, attempts.version[attempt]!, executedNs);
        break;
      case PURPOSE.copyWrite:
        versions.wroteCopy(shard, key, attempts.version[attempt]!);
        break;
      default:
        if (attempts.op[attempt] === OP.delete) versions.droppedCopy(shard, key);
        else versions.filledCopy(shard, key);
    }
    tracking?.wrote(attempts.node[attempt]!, key, executedNs);
  }

  /** The process answers without doing the work; while it hangs, not even that. */
  turnAway(attempt: number, outcome: Outcome): void {
    const { attempts, nodes, clock } = this.#world;
    this.answer(attempt, outcome, Math.max(clock.nowNs, nodes.hungUntilNs[attempts.node[attempt]!]!));
  }

  #isMiss(attempt: number, node: number, key: number): boolean {
    const { contents, expiry, recorder, clock, attempts } = this.#world;
    if (!contents.holds(node, key)) return true;
    if (this.gutterLife?.isOver(node, key, clock.nowNs)) {
      contents.remove(node, key);
      if (attempts.purpose[attempt] === PURPOSE.request) recorder.counters.expired++;
      return true;
    }
    if (expiry === null || !expiry.expired(key, clock.nowNs)) return false;
    const { leases } = this.#world;
    if (leases?.setup.stale && leases.isOut(node, key, clock.nowNs)) {
      attempts.staleForNs[attempt] = clock.nowNs - expiry.endOf(key);
      return false;
    }
    if (attempts.purpose[attempt] === PURPOSE.request) recorder.counters.expired++;
    if (leases?.setup.stale) return true;
    if (this.#world.houseKeeping !== null && this.#world.nodes.primary[node] === 1)
      this.#world.houseKeeping.expire(node, key);
    return true;
  }

  /** Of those who miss a key, one may have to wait for another. Who misses a copy asks at the key's home. */
  #whoFetches(attempt: number, node: number, key: number): number {
    const { attempts, requests, leases, clock } = this.#world;
    if (leases === null || attempts.purpose[attempt] !== PURPOSE.request) return MISSED.fetch;
    if (attempts.state[attempt] !== ATTEMPT.waiting) return MISSED.fetch;
    if (attempts.shard[attempt] !== requests.home[attempts.owner[attempt]!]) return MISSED.fetch;
    return leases.take(node, key, clock.nowNs) ? MISSED.fetch : MISSED.wait;
  }

  /** From a first failure on, the client must hear of every answer of the shard: none stays on the express lane. */
  #hearOf(client: number, node: number, outcome: Outcome): void {
    if (isFailure(outcome) && !this.troubles.has(client, this.#world.infos[node]!.shard))
      this.express?.clear();
    this.troubles.hear(client, node, outcome);
  }

  /** Somebody counts failures in a row: a failover in clients, or what makes them ask for the topology. */
  get #countsFailures(): boolean {
    return this.failover !== null || this.#world.setup.clients.topologyRefresh.afterFailures > 1;
  }

  /** A request's read was answered. */
  #countRead(attempt: number): void {
    const { recorder, attempts } = this.#world;
    recorder.counters.gets++;
    const staleForNs = attempts.staleForNs[attempt]!;
    if (staleForNs < 0) return;
    recorder.staleRead(staleForNs);
    recorder.outages.staleRead(attempts.shard[attempt]!, staleForNs);
  }

  /** An answer leaves the node at `departNs`; if it comes too late, a timeout comes first. Returns when it comes. */
  answer(attempt: number, outcome: Outcome, departNs: number): number {
    const { attempts, network, queue } = this.#world;
    attempts.outcome[attempt] = outcome;
    const client = attempts.client[attempt]!;
    const leavesNs = this.#leavesNs(attempt, outcome, departNs);
    const repliesNs = network.back(client, attempts.node[attempt]!, leavesNs, attempts.backFactor[attempt]!);
    queue.push(repliesNs, EVENT.reply, attempt);
    if (repliesNs > this.endsNs(attempt)) this.giveUpInTime(attempt);
    return repliesNs;
  }

  /** When the answer, which is ready then, is through the node's network interface. */
  #leavesNs(attempt: number, outcome: Outcome, readyNs: number): number {
    const { attempts, egress } = this.#world;
    if (egress === null || outcome !== OUTCOME.ok) return readyNs;
    const hasValue = attempts.op[attempt] === OP.get && attempts.missed[attempt] === 0;
    const bytes = hasValue ? attempts.valueBytes[attempt]! : 0;
    const leavesNs = egress.send(attempts.node[attempt]!, readyNs, bytes);
    attempts.departNs[attempt] = leavesNs;
    return leavesNs;
  }

  /** The answer will be late: the client gives up before, unless that is settled already. */
  giveUpInTime(attempt: number): void {
    const { attempts } = this.#world;
    if (!attempts.isCarriedOnly(attempt) || !attempts.isWaiting(attempt)) return;
    this.#giveUpAt(attempt, this.endsNs(attempt));
  }

  /** Nobody will answer: only the timeout is left. Without one the client waits for ever. */
  lose(attempt: number): void {
    const { attempts } = this.#world;
    this.#connections?.unacknowledged(attempt);
    if (attempts.isWaiting(attempt) && this.endsNs(attempt) === Infinity) {
      attempts.adrift[attempt] = 1;
      return;
    }
    this.giveUpInTime(attempt);
    attempts.unref(attempt);
  }

  reply(attempt: number): void {
    const { attempts } = this.#world;
    if (attempts.promise[attempt] !== PROMISE.kept) {
      if (attempts.promise[attempt] === PROMISE.broken) attempts.unref(attempt);
      else this.#replyLater(attempt);
      return;
    }
    attempts.atNode[attempt] = 0;
    this.conclude(attempt, attempts.outcome[attempt]! as Outcome);
  }

  /** A reply that a pause moved: it comes so much later, and perhaps too late. */
  #replyLater(attempt: number): void {
    const { attempts, clock, queue } = this.#world;
    const repliesNs = clock.nowNs + attempts.lateNs[attempt]!;
    attempts.promise[attempt] = PROMISE.kept;
    attempts.lateNs[attempt] = 0;
    queue.push(repliesNs, EVENT.reply, attempt);
    if (repliesNs > this.endsNs(attempt)) this.giveUpInTime(attempt);
  }

  /** The first conclusion counts; a reply after the timeout, or a timeout after the reply, only frees. */
  conclude(attempt: number, outcome: Outcome): void {
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
    this.heard(client, node);
    this.#connections?.released(attempt, outcome);
    const sentNs = attempts.sentNs[attempt]!;
    const elapsedNs = clock.nowNs - sentNs;
    const selection = clients.selections[client]!;
    selection.observe?.(node, elapsedNs, outcome);
    if (outcome === OUTCOME.ok) this.#feedBack(attempt, selection, elapsedNs);
    if (this.#countsFailures) this.#hearOf(client, node, outcome);
    if (this.failover !== null) this.failover[client]!.observe(node, outcome);
    if (this.#world.breaker !== null) this.#tellBreaker(client, node, outcome, elapsedNs);
    if (this.topology !== null) this.topology.heard(client, node, outcome);
    if (outcome === OUTCOME.ok) {
      const waitedNs = attempts.waitedNs[attempt]!;
      const serviceNs = attempts.serviceNs[attempt]!;
      if (this.hedging !== null) this.hedging.answered(client, elapsedNs);
      this.#world.probes.served(node, attempts.waitingAhead[attempt]!, waitedNs, serviceNs);
      recorder.answered(node, sentNs, waitedNs, serviceNs, elapsedNs);
    } else this.#distrust(client, node, outcome);
    switch (attempts.purpose[attempt]) {
      case PURPOSE.request:
        if (
          outcome === OUTCOME.ok &&
          attempts.op[attempt] === OP.get &&
          attempts.missed[attempt] !== MISSED.wait
        )
          this.#countRead(attempt);
        this.onRequestSettled(attempt, outcome);
        break;
      case PURPOSE.copyWrite:
        this.onCopySettled(attempts.owner[attempt]!);
        break;
      default: {
        const task = attempts.owner[attempt]!;
        if (task !== NO_TASK) this.#tasks[task]!(outcome);
        else if (attempts.op[attempt] !== OP.get && attempts.redirect[attempt] !== NONE)
          this.#fillElsewhere(attempt, outcome);
      }
    }
  }

  /** A fill follows its redirection, as the request before it. */
  #fillElsewhere(attempt: number, outcome: Outcome): void {
    const { attempts, clients } = this.#world;
    const client = attempts.client[attempt]!;
    const shard = attempts.redirect[attempt]!;
    const next = this.create(PURPOSE.internal, NO_TASK, client, clients.writer(client, shard), shard);
    this.describe(next, attempts.key[attempt]!, attempts.op[attempt]!, attempts.valueBytes[attempt]!);
    attempts.serviceFactor[next] = 1;
    attempts.ttlNs[next] = attempts.ttlNs[attempt]!;
    attempts.asking[next] = outcome === OUTCOME.ask ? 1 : 0;
    this.send(next, 1, 1);
  }

  /** Its request has its answer from elsewhere; the node works on it all the same. */
  disown(attempt: number): void {
    const { attempts } = this.#world;
    attempts.purpose[attempt] = PURPOSE.internal;
    attempts.owner[attempt] = NO_TASK;
  }

  /** What an answer tells of the node: to the selection, and to a hot-key module that asks. */
  #feedBack(attempt: number, selection: Selection, elapsedNs: number): void {
    const { attempts } = this.#world;
    const queue = attempts.waitingAhead[attempt]!;
    selection.feedback?.(attempts.node[attempt]!, elapsedNs, queue, attempts.serviceNs[attempt]!);
    if (this.hotKeys !== null)
      this.hotKeys[attempts.client[attempt]!]?.feedback?.(attempts.shard[attempt]!, queue);
  }

  /** A node that answers, whatever it says, is well; reads avoid one that is not as long as its breaker is open. */
  #tellBreaker(client: number, node: number, outcome: Outcome, elapsedNs: number): void {
    const { breaker, clients, clock, setup } = this.#world;
    const failed =
      outcome === OUTCOME.timeout ||
      outcome === OUTCOME.refused ||
      outcome === OUTCOME.rejected ||
      outcome === OUTCOME.noConnection;
    if (breaker!.observe(client, node, failed, elapsedNs, clock.nowNs))
      clients.suspect(client, node, clock.nowNs + setup.clients.breaker!.openNs);
  }

  /** What every client does with a node that refuses: avoid it for a while. */
  #distrust(client: number, node: number, outcome: Outcome): void {
    const { clients, clock, setup } = this.#world;
    if (outcome === OUTCOME.refused) clients.suspect(client, node, clock.nowNs + setup.clients.reconnectNs);
  }

  /** COLD. The node stands still for so long: its unfinished answers leave so much later. */
  postpone(node: number, byNs: number): void {
    this.express?.clear();
    const { attempts, clock } = this.#world;
    this.#waits?.postpone(node, clock.nowNs, byNs);
    for (let attempt = 0; attempt < attempts.capacity; attempt++) {
      if (attempts.atNode[attempt] === 0 || attempts.node[attempt] !== node) continue;
      if (attempts.departNs[attempt]! <= clock.nowNs) continue;
      attempts.departNs[attempt] = attempts.departNs[attempt]! + byNs;
      attempts.lateNs[attempt] = attempts.lateNs[attempt]! + byNs;
      attempts.promise[attempt] = PROMISE.postponed;
    }
  }

  /** COLD. The network has changed: answers that have not left meet it. */
  reroute(): void {
    const { attempts, clock, network } = this.#world;
    for (let attempt = 0; attempt < attempts.capacity; attempt++) {
      if (attempts.atNode[attempt] === 0 || attempts.departNs[attempt]! <= clock.nowNs) continue;
      const [client, node] = [attempts.client[attempt]!, attempts.node[attempt]!];
      const lateNs = network.detourNs(client, node, attempts.departNs[attempt]!);
      if (lateNs === 0) continue;
      attempts.lateNs[attempt] = attempts.lateNs[attempt]! + lateNs;
      attempts.promise[attempt] = PROMISE.postponed;
    }
  }

  /** COLD. The node died: its unfinished answers never leave. */
  abandon(node: number): void {
    this.express?.clear();
    this.release(node);
    this.#waits?.crashed(node);
    const { attempts, nodes, network, queue, clock } = this.#world;
    const nowNs = clock.nowNs;
    for (const attempt of this.#unfinished(node)) {
      attempts.atNode[attempt] = 0;
      attempts.promise[attempt] = PROMISE.broken;
      if (attempts.state[attempt] !== ATTEMPT.waiting) continue;
      if (nodes.state[node] === NODE_STATE.processDown) {
        attempts.refs[attempt] = attempts.refs[attempt]! + 1;
        queue.push(network.back(attempts.client[attempt]!, node, nowNs, 1), EVENT.reset, attempt);
      } else if (this.#connections !== null && this.endsNs(attempt) === Infinity) {
        attempts.refs[attempt] = attempts.refs[attempt]! + 1;
        attempts.adrift[attempt] = 1;
      } else this.giveUpInTime(attempt);
    }
    this.#connections?.crashed(node);
  }

  /** Attempts at the node whose answers have not left, in the order in which they were sent, wherever they stand in the arena. */
  #unfinished(node: number): number[] {
    const { attempts, clock } = this.#world;
    const found: number[] = [];
    for (let attempt = 0; attempt < attempts.capacity; attempt++) {
      if (attempts.atNode[attempt] === 0 || attempts.node[attempt] !== node) continue;
      if (attempts.departNs[attempt]! > clock.nowNs) found.push(attempt);
    }
    return found.sort((a, b) => attempts.sentNs[a]! - attempts.sentNs[b]!);
  }
}
