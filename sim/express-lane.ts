/**
 * The express lane: a request that nothing happens to. It goes to the primary of its key, finds the key there, and its
 * answer comes in time; so most do in most runs. Such a request needs no event of its own and no place in the arenas of
 * requests and attempts: its arrival waits in a list in order of time, its service is settled when it arrives, and its
 * answer is counted when somebody looks, which is when a step of the timeline ends.
 *
 * As soon as something does happen (its node is down, full, or lacks the key; its answer is late; a fault strikes while
 * it is under way) it leaves the lane: it gets its place in the arenas, and request-flow.ts and delivery.ts do the rest.
 * Both do the same at the same time in the same order, and take the same sequence numbers, so that a run has the same
 * result with the lane as without it (test/unit/express-lane.test.ts compares all of both).
 *
 * Only for runs in which nobody looks at what the lane does not know: see `fits`. Where reads may go to replicas, selections
 * look at answers and at what is in flight, so there each answer is an event. Requests for a shard that had an outage go the long
 * way: there it matters when each of them ends.
 */
import { Arrivals } from './arrivals.ts';
import { EVENT } from './clock.ts';
import type { Delivery } from './delivery.ts';
import { FLIGHT, FLIGHT_STATE, Flights } from './flights.ts';
import { NODE_STATE, QUEUE_FULL } from './nodes.ts';
import type { RequestFlow } from './request-flow.ts';
import { OP, type Op, OUTCOME } from './strategy.ts';
import type { RequestBlock } from './workload/request-block.ts';
import type { World } from './world.ts';

/** Answers are counted when so many have gathered, at the latest. */
const GATHERED = 1024;

export class ExpressLane {
  readonly #world: World;
  readonly #flow: RequestFlow;
  readonly #delivery: Delivery;
  readonly #timeoutNs: number;
  /** Selections look at answers, or at what is in flight: each answer is an event. */
  readonly #attentive: boolean;
  readonly #arena = new Flights();
  #servedCount = 0;
  readonly #arrivals = new Arrivals(this.#arena);
  /** Served, their answers not yet counted; in no order. */
  #answers = new Int32Array(GATHERED * 2);
  #answerCount = 0;
  #countAt = GATHERED;

  constructor(world: World, flow: RequestFlow, delivery: Delivery) {
    this.#world = world;
    this.#flow = flow;
    this.#delivery = delivery;
    this.#timeoutNs = world.setup.clients.timeoutNs;
    this.#attentive = world.setup.strategy.selection.module.candidates !== 'primary';
  }

  /** Whether nothing in this run looks at what the lane does not know. */
  static fits(world: World, flow: RequestFlow, delivery: Delivery): boolean {
    const { setup } = world;
    const modules = flow.hotKeys === null && !world.clients.holds;
    const clients = flow.coalescing === null && flow.hedging === null && flow.onEnded === null;
    const servers = world.expiry === null && world.houseKeeping === null && world.leases === null;
    const sound = world.network.sound && world.migration === null && world.truth === null;
    const plain = setup.clients.retryBudget === null && world.breaker === null;
    const { earlyRefresh = 0 } = setup.origin ?? {};
    const watched = world.recorder.tenants !== null || delivery.failover !== null || earlyRefresh > 0;
    return modules && clients && servers && sound && plain && !watched;
  }

  /** Requests in the lane. */
  get open(): number {
    return this.#arrivals.count + this.#answerCount + this.#servedCount;
  }

  /** When the next request reaches its node; Infinity for none. */
  get nextTimeNs(): number {
    return this.#arrivals.nextTimeNs;
  }

  /** Whether the next request reaches its node before the next event: at the same moment, what was scheduled first. */
  get isNext(): boolean {
    const { queue } = this.#world;
    const timeNs = this.#arrivals.nextTimeNs;
    if (timeNs !== queue.nextTimeNs) return timeNs < queue.nextTimeNs;
    return this.#arrivals.nextSequence < queue.nextSequence;
  }

  /** HOT. Takes the `i`-th request of the block in; false when it must go the long way from the start. */
  accept(block: RequestBlock, i: number): boolean {
    const { membership, clients, recorder, network, clock, queue } = this.#world;
    const client = block.client[i]!;
    const table = membership.tables[client]!;
    if (table !== membership.full || block.keysLeft[i]! > 0 || this.#flow.isJoining) return false;
    const partition = block.partition[i]!;
    const shard = table.owners[partition * table.depth]!;
    if (recorder.outages.concern(shard)) return false;
    const key = block.key[i]!;
    const op = block.op[i]! as Op;
    const isRead = op === OP.get;
    const node = isRead
      ? clients.reader(client, table, partition, shard, key, op)
      : clients.writer(client, shard);
    if (this.#attentive) this.#delivery.waitFor(client, node);
    const nowNs = clock.nowNs;
    const { counters } = recorder;
    counters.offered++;
    counters.attempts++;
    const flight = this.#arena.take();
    const at = flight * FLIGHT.stride;
    const flights = this.#arena.numbers;
    const arrivesNs = network.out(client, node, nowNs, block.outFactor[i]!);
    flights[at + FLIGHT.timeNs] = arrivesNs;
    flights[at + FLIGHT.sentNs] = nowNs;
    flights[at + FLIGHT.ordinal] = this.#flow.nextOrdinal();
    flights[at + FLIGHT.serviceFactor] = block.serviceFactor[i]!;
    flights[at + FLIGHT.backFactor] = block.backFactor[i]!;
    flights[at + FLIGHT.key] = key;
    flights[at + FLIGHT.client] = client;
    flights[at + FLIGHT.node] = node;
    flights[at + FLIGHT.shard] = shard;
    flights[at + FLIGHT.valueBytes] = block.valueBytes[i]!;
    flights[at + FLIGHT.op] = op;
    if (arrivesNs > nowNs + this.#timeoutNs) this.#comesLate(flight, arrivesNs);
    else {
      flights[at + FLIGHT.sequence] = queue.takeSequence();
      this.#arrivals.add(flight);
    }
    return true;
  }

  /** The client will have given up when it arrives. */
  #comesLate(flight: number, arrivesNs: number): void {
    const attempt = this.#leave(flight);
    this.#world.queue.push(arrivesNs, EVENT.arrive, attempt);
    this.#delivery.giveUpInTime(attempt);
  }

  /** HOT. The next request reaches its node now. */
  arrive(): void {
    const { nodes, contents, clock, recorder } = this.#world;
    const flight = this.#arrivals.take();
    const at = flight * FLIGHT.stride;
    const flights = this.#arena.numbers;
    const node = flights[at + FLIGHT.node]! | 0;
    const key = flights[at + FLIGHT.key]! | 0;
    const isRead = flights[at + FLIGHT.op] === OP.get;
    const open =
      nodes.state[node] === NODE_STATE.up &&
      nodes.loadingUntilNs[node]! <= clock.nowNs &&
      nodes.serving[node] === 1 &&
      (isRead
        ? contents.holds(node, key) && (nodes.primary[node] === 1 || this.#isFresh(node, key))
        : nodes.primary[node] === 1 && nodes.writesPaused[node] === 0);
    if (!open) {
      this.#delivery.arrive(this.#leave(flight));
      return;
    }
    nodes.attempts[node] = nodes.attempts[node]! + 1;
    recorder.reached(node, key);
    this.#serve(flight, at, node, key, isRead);
  }

  /** A replica may answer, and knows the newest write. */
  #isFresh(node: number, key: number): boolean {
    return this.#attentive && !this.#world.replication.isStale(node, key, this.#world.clock.nowNs);
  }

  #serve(flight: number, at: number, node: number, key: number, isRead: boolean): void {
    const { nodes, contents, clock, recorder, network, queue, replication } = this.#world;
    const flights = this.#arena.numbers;
    const op = flights[at + FLIGHT.op]! | 0;
    const bytes = flights[at + FLIGHT.valueBytes]! | 0;
    const serviceNs = nodes.serviceTimeNs(node, op, bytes, flights[at + FLIGHT.serviceFactor]!);
    const departNs = nodes.offer(node, clock.nowNs, serviceNs, true);
    if (departNs === QUEUE_FULL) {
      this.#delivery.turnAway(this.#leave(flight), OUTCOME.rejected);
      return;
    }
    recorder.busy.add(node, nodes.startNs, departNs, 1);
    flights[at + FLIGHT.serviceNs] = serviceNs;
    flights[at + FLIGHT.waitedNs] = nodes.startNs - clock.nowNs;
    flights[at + FLIGHT.departNs] = departNs;
    flights[at + FLIGHT.waitingAhead] = nodes.waitingAhead;
    if (!isRead) {
      if (op === OP.delete) contents.remove(node, key);
      else contents.put(node, key, bytes);
      replication.write(node, key, op, departNs, serviceNs, bytes);
    }
    const repliesNs = network.back(
      flights[at + FLIGHT.client]! | 0,
      node,
      departNs,
      flights[at + FLIGHT.backFactor]!,
    );
    if (repliesNs > flights[at + FLIGHT.sentNs]! + this.#timeoutNs) {
      this.#delivery.answer(this.#leaveServed(flight), OUTCOME.ok, departNs);
      return;
    }
    flights[at + FLIGHT.timeNs] = repliesNs;
    if (this.#attentive) {
      this.#arena.state[flight] = FLIGHT_STATE.served;
      this.#servedCount++;
      queue.push(repliesNs, EVENT.answered, flight);
      return;
    }
    flights[at + FLIGHT.sequence] = queue.takeSequence();
    if (this.#answerCount === this.#countAt) this.settle(clock.nowNs);
    this.#answers[this.#answerCount++] = flight;
  }

  /** HOT. Counts the answers that clients have by `untilNs`. */
  settle(untilNs: number): void {
    const flights = this.#arena.numbers;
    const answers = this.#answers;
    const count = this.#answerCount;
    let left = 0;
    for (let i = 0; i < count; i++) {
      const flight = answers[i]!;
      const at = flight * FLIGHT.stride;
      if (flights[at + FLIGHT.timeNs]! > untilNs) answers[left++] = flight;
      else {
        this.#count(at);
        this.#arena.release(flight);
      }
    }
    this.#answerCount = left;
    this.#countAt = Math.max(GATHERED, 2 * left);
    if (this.#countAt > answers.length) {
      this.#answers = new Int32Array(this.#countAt * 2);
      this.#answers.set(answers);
    }
  }

  /** HOT. The client hears from the node, and its selection too. */
  answered(flight: number): void {
    const { clients, probes } = this.#world;
    const at = flight * FLIGHT.stride;
    const flights = this.#arena.numbers;
    if (this.#arena.state[flight] === FLIGHT_STATE.left) {
      this.#arena.release(flight);
      this.#delivery.reply(this.#arena.attempt[flight]!);
      return;
    }
    const client = flights[at + FLIGHT.client]! | 0;
    const node = flights[at + FLIGHT.node]! | 0;
    const ahead = flights[at + FLIGHT.waitingAhead]!;
    const serviceNs = flights[at + FLIGHT.serviceNs]!;
    const elapsedNs = flights[at + FLIGHT.timeNs]! - flights[at + FLIGHT.sentNs]!;
    this.#delivery.heard(client, node);
    const selection = clients.selections[client]!;
    selection.observe?.(node, elapsedNs, OUTCOME.ok);
    selection.feedback?.(node, elapsedNs, ahead, serviceNs);
    probes.served(node, ahead, flights[at + FLIGHT.waitedNs]!, serviceNs);
    this.#count(at);
    this.#servedCount--;
    this.#arena.release(flight);
  }

  #count(at: number): void {
    const { recorder, contents } = this.#world;
    const flights = this.#arena.numbers;
    const node = flights[at + FLIGHT.node]! | 0;
    const sentNs = flights[at + FLIGHT.sentNs]!;
    const repliesNs = flights[at + FLIGHT.timeNs]!;
    recorder.answered(
      node,
      sentNs,
      flights[at + FLIGHT.waitedNs]!,
      flights[at + FLIGHT.serviceNs]!,
      repliesNs - sentNs,
    );
    const op = flights[at + FLIGHT.op];
    if (op === OP.get) recorder.counters.gets++;
    else if (op !== OP.delete) contents.acknowledge(flights[at + FLIGHT.key]! | 0);
    recorder.completed(flights[at + FLIGHT.ordinal]!, node, sentNs, repliesNs);
  }

  /** COLD. Something happens now that may touch any request: what is still under way leaves the lane. */
  clear(): void {
    this.settle(this.#world.clock.nowNs - 1);
    while (this.#arrivals.count > 0) {
      const flight = this.#arrivals.take();
      this.#schedule(flight, EVENT.arrive, this.#leave(flight));
    }
    for (const flight of this.#answers.slice(0, this.#answerCount))
      this.#schedule(flight, EVENT.reply, this.#leaveServed(flight));
    const { state, attempt: attempts } = this.#arena;
    for (let flight = 0; flight < state.length; flight++) {
      if (state[flight] !== FLIGHT_STATE.served) continue;
      const attempt = this.#arena.leave(flight, this.#world, this.#delivery, this.#attentive);
      this.#arena.serve(flight, attempt, this.#world);
      attempts[flight] = attempt;
      state[flight] = FLIGHT_STATE.left;
    }
    this.#servedCount = 0;
    this.#answerCount = 0;
  }

  #schedule(flight: number, kind: number, attempt: number): void {
    const at = flight * FLIGHT.stride;
    this.#world.queue.restore(
      this.#arena.numbers[at + FLIGHT.timeNs]!,
      this.#arena.numbers[at + FLIGHT.sequence]!,
      kind,
      attempt,
    );
  }

  /** Gives its place up; returns its attempt. */
  #leave(flight: number): number {
    const attempt = this.#arena.leave(flight, this.#world, this.#delivery, this.#attentive);
    this.#arena.release(flight);
    return attempt;
  }

  /** The same of one that its node has served. */
  #leaveServed(flight: number): number {
    const attempt = this.#leave(flight);
    this.#arena.serve(flight, attempt, this.#world);
    return attempt;
  }
}
