/**
 * The express lane: a request that nothing happens to. It finds its key on the node it is sent to, or nobody else has it, and its
 * answer comes in time; so most do in most runs. Such a request needs no event of its own and no place in the arenas of
 * requests and attempts: it stays a row of the block it came in. Its arrival waits in a list in order of time, its service is
 * settled when it arrives, and its answer is counted when somebody looks, with many others, which is when a step of the
 * timeline ends.
 *
 * As soon as something does happen (its node is down, full, or lacks a key that the origin has; its answer is late; a fault
 * strikes while it is under way) it leaves the lane: it gets its place in the arenas, and request-flow.ts and delivery.ts do the rest.
 * Both do the same at the same time in the same order, and take the same sequence numbers, so that a run has the same
 * result with the lane as without it (test/unit/express-lane.test.ts compares all of both).
 *
 * Only for runs in which nobody looks at what the lane does not know: see `fits`. How much is done for an answer depends
 * on what the selection watches: nothing; in-flight counts of its candidates, which are brought up to date before it looks;
 * or everything, and then each answer is an event.
 */
import { Answers } from './answers.ts';
import { Arrivals } from './arrivals.ts';
import { CalmStretch } from './calm-stretch.ts';
import { EVENT } from './clock.ts';
import { CountedAhead } from './counted-ahead.ts';
import type { Delivery } from './delivery.ts';
import type { EventQueue } from './event-queue.ts';
import { FLIGHT_STATE, Flights } from './flights.ts';
import { LinkAnswers } from './link-answers.ts';
import { NODE_STATE, QUEUE_FULL } from './nodes.ts';
import type { RequestFlow } from './request-flow.ts';
import type { Service } from './service.ts';
import { type ClientId, NONE, type NodeId, OP, type Op, OUTCOME } from './strategy.ts';
import type { RequestBlock } from './workload/request-block.ts';
import { nextEventNs, ownerNow, safeUntilNs, type World } from './world.ts';

export class ExpressLane {
  readonly #world: World;
  readonly #flow: RequestFlow;
  readonly #delivery: Delivery;
  readonly #service: Service;
  readonly #timeoutNs: number;
  readonly #readsReplicas: boolean;
  /** Who misses a key has more to do. */
  readonly #asksOrigin: boolean;
  /** Who reads a key may ask nodes of several shards. */
  readonly #asksOthers: boolean;
  /** Each answer is an event. */
  readonly #watchful: boolean;
  /** Null unless in-flight counts of candidates are watched. */
  readonly #links: LinkAnswers | null;
  readonly #flights = new Flights();
  readonly #arrivals = new Arrivals(this.#flights);
  readonly #answers: Answers;
  /** Null where nobody needs to know. */
  readonly #ahead: CountedAhead | null;
  /** Null where there are none. */
  readonly #calm: CalmStretch | null;
  #block: RequestBlock | null = null;
  #servedCount = 0;

  constructor(world: World, flow: RequestFlow, delivery: Delivery, service: Service) {
    const { module } = world.setup.strategy.selection;
    const watches = module.candidates === 'primary' ? 'nothing' : (module.watches ?? 'everything');
    this.#world = world;
    this.#flow = flow;
    this.#delivery = delivery;
    this.#service = service;
    this.#timeoutNs = world.setup.clients.timeoutNs;
    this.#readsReplicas = module.candidates !== 'primary';
    this.#asksOrigin = world.origin !== null;
    this.#asksOthers = module.candidates === 'preference';
    this.#watchful = watches === 'everything';
    this.#links = watches === 'candidates' ? new LinkAnswers(world, delivery) : null;
    this.#answers = new Answers(world, this.#flights);
    const severalAnswer = module.candidates !== 'primary' && delivery.experience.mindsAnswers;
    this.#ahead = severalAnswer && watches === 'nothing' ? new CountedAhead() : null;
    const around = [world, this, flow, delivery, this.#flights, this.#arrivals, this.#answers] as const;
    this.#calm = CalmStretch.fits(world) ? new CalmStretch(...around, this.#ahead) : null;
    world.clients.beforeSelect = this.#links;
  }

  /** Something has happened that requests may notice. */
  disturbed(): void {
    this.#calm?.disturbed();
  }

  /** HOT. Takes in many rows at a time, if nothing happens now, from `from` on; the first row not taken. */
  acceptMany(from: number, count: number): number {
    if (this.#calm === null) return from;
    const block = this.#block!;
    if (this.#flow.isJoining) return from;
    return this.#calm.run(block, from, count, this.#calm.untilNs(block.atNs[from]!));
  }

  /** Whether nothing in this run looks at what the lane does not know. */
  static fits(world: World, flow: RequestFlow, delivery: Delivery, service: Service): boolean {
    const { setup } = world;
    const { experience } = delivery;
    const answers =
      (flow.copies?.answersLocally ?? false) || experience.hotKeys !== null || world.tracking !== null;
    const modules = !answers && !world.clients.holds;
    const clients = flow.endings.coalescing === null && flow.hedges === null && flow.endings.onEnded === null;
    const servers = world.expiry === null && world.houseKeeping === null && world.leases === null;
    const sound =
      world.network.sound && world.egress === null && world.migration === null && world.truth === null;
    const { retryBudget, pool, deadlineNs } = setup.clients;
    const plain = retryBudget === null && pool === null && deadlineNs === Infinity && world.breaker === null;
    const { earlyRefresh = 0 } = setup.origin ?? {};
    const failover = experience.failover !== null && setup.strategy.failover!.module.watches !== 'failures';
    const watched = world.recorder.tenants !== null || failover || earlyRefresh > 0;
    const asynchronous = setup.clients.wait === null && setup.cluster.replication.minReplicas === null;
    const looked = setup.triggers.length > 0 || service.gutterLife !== null;
    return asynchronous && !looked && modules && clients && servers && sound && plain && !watched;
  }

  /** Requests in the lane. */
  get open(): number {
    const done = this.#world.recorder.completions.count;
    return this.#arrivals.count + this.#answers.count + this.#servedCount + done;
  }

  /** When the next request reaches its node; Infinity for none. */
  get nextTimeNs(): number {
    return this.#arrivals.nextTimeNs;
  }

  /** Whether the next request reaches its node before the next event: at the same moment, what was scheduled first. */
  get isNext(): boolean {
    const { queue, replication } = this.#world;
    const timeNs = this.#arrivals.nextTimeNs;
    return (
      timeNs < Infinity && this.#comesBefore(timeNs, queue) && this.#comesBefore(timeNs, replication.due)
    );
  }

  #comesBefore(timeNs: number, queue: EventQueue): boolean {
    if (timeNs !== queue.nextTimeNs) return timeNs < queue.nextTimeNs;
    return this.#arrivals.nextSequence < queue.nextSequence;
  }

  /** COLD. A block to be filled with the next requests. */
  nextBlock(): RequestBlock {
    this.#block = this.#flights.nextBlock();
    return this.#block;
  }

  /** COLD. The block has so many. */
  filled(count: number): void {
    this.#flights.filled(count);
  }

  /**
   * HOT. Takes the `i`-th request of the block in; false when it must go the long way from the start.
   * @param untilNs nothing that is not scheduled yet happens before or at that time
   */
  accept(i: number, untilNs: number): boolean {
    const { membership, clients, recorder, network, clock, queue } = this.#world;
    const { counters, outages } = recorder;
    const block = this.#block!;
    if (block.keysLeft[i]! > 0 || this.#flow.isJoining) return false;
    const client = block.client[i]!;
    const op = block.op[i]! as Op;
    const { full } = membership;
    const table = membership.tables[client]!;
    const partition = table === full ? block.partition[i]! : table.partitionOf(block.key[i]!);
    const shard = table.owners[partition * table.depth]!;
    const { troubles } = this.#delivery.experience;
    if (this.#asksOthers ? troubles.count > 0 : troubles.has(client, shard)) return false;
    const { copies } = this.#flow;
    if (copies !== null) {
      // Writes and copies have versions, which the lane does not know.
      if (op !== OP.get) return false;
      copies.observe(client, block.key[i]!, op);
      const readFrom = copies.readFrom(client, block.key[i]!, shard);
      if (readFrom !== shard) {
        this.#flow.accept(block, i, readFrom);
        return true;
      }
    }
    if (!outages.none) outages.asked(ownerNow(this.#world, block.partition[i]!), op === OP.get, client);
    const node =
      op === OP.get
        ? clients.reader(client, table, partition, shard, block.key[i]!, op)
        : clients.writer(client, shard);
    if (this.#watchful || this.#links !== null) this.#delivery.waitFor(client, node);
    const nowNs = clock.nowNs;
    this.#flow.nextOrdinal();
    counters.offered++;
    counters.attempts++;
    const flights = this.#flights;
    const row = flights.base + i;
    const arrivesNs = network.out(client, node, nowNs, block.outFactor[i]!);
    flights.take(row, 1);
    flights.node[row] = node;
    flights.shard[row] = shard;
    flights.arrivesNs[row] = arrivesNs;
    if (table !== full || op === OP.delete) this.#calm?.notBefore(arrivesNs);
    if (arrivesNs > nowNs + this.#timeoutNs) this.comesLate(row, arrivesNs);
    else {
      flights.sequence[row] = queue.takeSequence();
      const eventNs = nextEventNs(this.#world);
      const isNext = this.#arrivals.count === 0 && arrivesNs <= untilNs && arrivesNs < eventNs;
      if (!isNext) this.#arrivals.add(row);
      else {
        clock.nowNs = arrivesNs;
        this.#arrive(row, arrivesNs);
      }
    }
    return true;
  }

  /** The client will have given up when it arrives. */
  comesLate(row: number, arrivesNs: number): void {
    const attempt = this.#leave(row);
    this.#world.queue.push(arrivesNs, EVENT.arrive, attempt);
    this.#delivery.giveUpInTime(attempt);
  }

  /** Its node has served it, but the client will have given up when the answer comes. */
  answersLate(row: number, departNs: number): void {
    this.#delivery.answer(this.#leaveServed(row), OUTCOME.ok, departNs);
  }

  /** HOT. All who reach their nodes by `untilNs`, as long as it is calm: false when it is not. */
  arriveMany(untilNs: number): boolean {
    return this.#calm?.arrive(this.#world.clock.nowNs, untilNs) ?? false;
  }

  /** HOT. The next request reaches its node now. */
  arrive(): void {
    this.#arrive(this.#arrivals.take(), this.#world.clock.nowNs);
  }

  #arrive(row: number, nowNs: number): void {
    const { nodes, contents, recorder } = this.#world;
    const flights = this.#flights;
    const node = flights.node[row]!;
    const key = flights.requests.key[row]!;
    const isRead = flights.requests.op[row] === OP.get;
    const missed = isRead && !contents.holds(node, key);
    const open =
      nodes.state[node] === NODE_STATE.up &&
      nodes.loadingUntilNs[node]! <= nowNs &&
      nodes.serving[node] === 1 &&
      !nodes.wentOver(node) &&
      (isRead
        ? !(missed && this.#asksOrigin) && (nodes.primary[node] === 1 || this.#isFresh(node, key, nowNs))
        : nodes.primary[node] === 1 && nodes.writesPaused[node] === 0);
    if (!open) {
      this.#service.arrive(this.#leave(row));
      return;
    }
    nodes.attempts[node] = nodes.attempts[node]! + 1;
    recorder.reached(node, key);
    this.#serve(row, node, key, nowNs, missed);
  }

  /** A replica may answer, and knows the newest write. */
  #isFresh(node: number, key: number, nowNs: number): boolean {
    return this.#readsReplicas && this.#world.replication.staleForNs(node, key, nowNs) < 0;
  }

  #serve(row: number, node: number, key: number, nowNs: number, missed: boolean): void {
    const { nodes, contents, recorder, network, queue, replication } = this.#world;
    const flights = this.#flights;
    const { requests } = flights;
    const op = requests.op[row]!;
    const bytes = missed ? 0 : requests.valueBytes[row]!;
    const serviceNs = nodes.serviceTimeNs(node, op, bytes, requests.serviceFactor[row]!);
    const departNs = nodes.offer(node, nowNs, serviceNs, true);
    if (departNs === QUEUE_FULL) {
      this.#service.turnAway(this.#leave(row), OUTCOME.rejected);
      return;
    }
    const { startNs } = nodes;
    recorder.busy.add(node, startNs, departNs, 1);
    flights.serviceNs[row] = serviceNs;
    flights.waitedNs[row] = startNs - nowNs;
    flights.waitingAhead[row] = nodes.waitingAhead;
    flights.missed[row] = missed ? 1 : 0;
    if (op !== OP.get) {
      if (op === OP.delete) {
        contents.remove(node, key);
        this.disturbed();
      } else contents.put(node, key, bytes);
      replication.write(node, key, op, departNs, serviceNs, bytes);
    }
    const client = requests.client[row]!;
    const repliesNs = network.back(client, node, departNs, requests.backFactor[row]!);
    const deadlineNs = requests.atNs[row]! + this.#timeoutNs;
    if (op !== OP.get) replication.answered(node, repliesNs, deadlineNs);
    if (repliesNs > deadlineNs) {
      this.answersLate(row, departNs);
      return;
    }
    flights.repliesNs[row] = repliesNs;
    if (this.#watchful) {
      flights.state[row] = FLIGHT_STATE.served;
      this.#servedCount++;
      queue.push(repliesNs, EVENT.answered, row);
      return;
    }
    // A read whose answer is there before anything happens.
    const isDone = op === OP.get && repliesNs < safeUntilNs(this.#world) && !this.#answers.isNews(row);
    const sequence = queue.takeSequence();
    flights.sequence[row] = sequence;
    this.#links?.add(client, node, repliesNs, isDone ? sequence : NONE);
    if (isDone) this.#ahead?.add(client, node, repliesNs, sequence, nowNs);
    else {
      this.#answers.add(row, nowNs);
      return;
    }
    recorder.counters.gets++;
    if (missed) recorder.counters.misses++;
    recorder.complete(flights, row);
    flights.release(row);
  }

  /** Counts the answers that clients have by `untilNs`. */
  settle(untilNs: number): void {
    this.#world.recorder.countCompletions();
    this.#answers.settle(untilNs);
  }

  /** Outages hear of the answers that clients have by `untilNs`. */
  tell(untilNs: number): void {
    this.#answers.tell(untilNs);
  }

  /** HOT. The client hears from the node, and its selection too. */
  answered(row: number): void {
    const flights = this.#flights;
    if (flights.state[row] === FLIGHT_STATE.left) {
      flights.state[row] = FLIGHT_STATE.underWay;
      flights.release(row);
      this.#delivery.reply(flights.attempt[row]!);
      return;
    }
    const { clients, probes, clock } = this.#world;
    const client = flights.requests.client[row]!;
    const node = flights.node[row]!;
    const ahead = flights.waitingAhead[row]!;
    const serviceNs = flights.serviceNs[row]!;
    const elapsedNs = clock.nowNs - flights.requests.atNs[row]!;
    this.#delivery.heard(client, node);
    const selection = clients.selections[client]!;
    selection.observe?.(node, elapsedNs, OUTCOME.ok);
    selection.feedback?.(node, elapsedNs, ahead, serviceNs);
    probes.served(node, ahead, flights.waitedNs[row]!, serviceNs);
    flights.state[row] = FLIGHT_STATE.underWay;
    this.#servedCount--;
    this.#answers.add(row, clock.nowNs);
  }

  /** COLD. Something happens now that may touch any request: what is still under way leaves the lane. */
  clear(): void {
    this.settle(this.#world.clock.nowNs - 1);
    const { arrivesNs, repliesNs, sequence, state, attempt: attempts } = this.#flights;
    while (this.#arrivals.count > 0) {
      const row = this.#arrivals.take();
      this.#world.queue.restore(arrivesNs[row]!, sequence[row]!, EVENT.arrive, this.#leave(row));
    }
    for (const row of this.#answers.clear())
      this.#world.queue.restore(repliesNs[row]!, sequence[row]!, EVENT.reply, this.#leaveServed(row));
    const { nowNs } = this.#world.clock;
    const hear = this.#hearLater.bind(this);
    this.#links?.clear(nowNs - 1, hear);
    this.#ahead?.clear(nowNs, hear);
    for (let row = 0; row < state.length; row++) {
      if (state[row] !== FLIGHT_STATE.served) continue;
      const attempt = this.#flights.leave(row, this.#world, this.#delivery, true);
      this.#flights.serve(row, attempt, this.#world);
      attempts[row] = attempt;
      state[row] = FLIGHT_STATE.left;
    }
    this.#servedCount = 0;
  }

  /** Its answer was counted already. */
  #hearLater(client: ClientId, node: NodeId, atNs: number, sequence: number): void {
    this.#world.clock.atPlace(atNs, sequence, () => {
      if (this.#links !== null) this.#delivery.heard(client, node);
      this.#delivery.experience.answered(client, node);
    });
  }

  /** Gives its row up; returns its attempt. */
  #leave(row: number): number {
    const counted = this.#watchful || this.#links !== null;
    const attempt = this.#flights.leave(row, this.#world, this.#delivery, counted);
    this.#flights.release(row);
    return attempt;
  }

  /** The same of one that its node has served. */
  #leaveServed(row: number): number {
    const attempt = this.#leave(row);
    this.#flights.serve(row, attempt, this.#world);
    return attempt;
  }
}
