/**
 * What a node does with an attempt that reaches it: serves it, turns it away, or holds it back. When an answer will leave is
 * known at once.
 */
import { ATTEMPT, MISSED, PURPOSE } from './attempts.ts';
import type { Delivery } from './delivery.ts';
import type { GutterLife } from './gutter-life.ts';
import { NODE_STATE, QUEUE_FULL, SERVING } from './nodes.ts';
import { Acknowledgements } from './replication/acknowledgements.ts';
import { NONE, OP, OUTCOME, type Outcome } from './strategy.ts';
import { OUTDATED, type Versions } from './versions.ts';
import { Waits } from './waits.ts';
import type { World } from './world.ts';

export class Service {
  readonly #world: World;
  readonly #delivery: Delivery;
  readonly #readsReplicas: boolean;
  /** Null where primaries do not care who follows them. */
  readonly #acknowledgements: Acknowledgements | null = null;
  /** Null where clients are content with the primary's answer. */
  readonly #waits: Waits | null = null;
  /** Writes that wait at nodes which hand their role over. */
  #held: number[] = [];
  /** Null where no value lives shorter for where it is. */
  gutterLife: GutterLife | null = null;

  constructor(world: World, delivery: Delivery) {
    const { setup } = world;
    this.#world = world;
    this.#delivery = delivery;
    this.#readsReplicas = setup.strategy.selection.module.candidates !== 'primary';
    const { wait } = setup.clients;
    const { minReplicas } = setup.cluster.replication;
    if (wait !== null || minReplicas !== null) this.#acknowledgements = this.#hearReplicas();
    if (wait !== null) this.#waits = new Waits(world, wait, delivery, this.#acknowledgements!);
    world.waits = this.#waits;
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

  /** The attempt reaches its node. */
  arrive(attempt: number): void {
    const { attempts, nodes, clock } = this.#world;
    const node = attempts.node[attempt]!;
    const state = nodes.state[node]!;
    if (this.#world.truth !== null) this.#world.truth.arrived(node);
    if (state !== NODE_STATE.up) {
      if (state === NODE_STATE.processDown) this.#delivery.answer(attempt, OUTCOME.refused, clock.nowNs);
      else this.#delivery.lose(attempt);
      return;
    }
    if (this.#world.connections?.isUnknown(attempt)) {
      this.#delivery.answer(attempt, OUTCOME.refused, clock.nowNs);
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
      ((this.#delivery.retriesAnywhere && this.#world.control !== null) || nodes.wentOver(node)) &&
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
    this.#delivery.giveUpInTime(attempt);
  }

  /** COLD. Writes that were held back at the node are judged as if they came now. */
  release(node: number): void {
    const { attempts, nodes, clock } = this.#world;
    const held = this.#held;
    this.#held = held.filter((attempt) => attempts.node[attempt] !== node);
    for (const attempt of held) {
      if (attempts.node[attempt] !== node) continue;
      if (nodes.state[node] === NODE_STATE.processDown)
        this.#delivery.answer(attempt, OUTCOME.refused, clock.nowNs);
      else if (nodes.state[node] === NODE_STATE.hostDown) this.#delivery.lose(attempt);
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
    const repliesNs = this.#delivery.answer(attempt, OUTCOME.ok, departNs);
    if (!isRead && attempts.purpose[attempt] === PURPOSE.request && attempts.isWaiting(attempt))
      replication.answered(node, repliesNs, this.#delivery.endsNs(attempt));
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
    this.#delivery.answer(
      attempt,
      outcome,
      Math.max(clock.nowNs, nodes.hungUntilNs[attempts.node[attempt]!]!),
    );
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
}
