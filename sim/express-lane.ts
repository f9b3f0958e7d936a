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
import { PURPOSE } from './attempts.ts';
import { EVENT } from './clock.ts';
import type { Delivery } from './delivery.ts';
import { NODE_STATE, QUEUE_FULL } from './nodes.ts';
import type { RequestFlow } from './request-flow.ts';
import { widen } from './requests.ts';
import { NONE, OP, type Op, OUTCOME } from './strategy.ts';
import type { RequestBlock } from './workload/request-block.ts';
import type { World } from './world.ts';

/** A request under way: numbers side by side in one array, as each is written and read together with the others. */
const STRIDE = 16;
const TIME = 0;
const SEQUENCE = 1;
const SENT = 2;
const ORDINAL = 3;
const SERVICE_FACTOR = 4;
const BACK_FACTOR = 5;
const KEY = 6;
/** Waiting at the node when it came. */
const AHEAD = 7;
const CLIENT = 8;
const NODE = 9;
const SHARD = 10;
const VALUE_BYTES = 11;
const OPERATION = 12;
const WAITED = 13;
const SERVICE = 14;
const DEPART = 15;

const UNDER_WAY = 0;
const SERVED = 1;
/** In the arenas, while the event of its answer still names the flight. */
const LEFT = 2;

/** Answers are counted when so many have gathered, at the latest. */
const GATHERED = 1024;

export class ExpressLane {
  readonly #world: World;
  readonly #flow: RequestFlow;
  readonly #delivery: Delivery;
  readonly #timeoutNs: number;
  /** Selections look at answers, or at what is in flight: each answer is an event. */
  readonly #attentive: boolean;
  readonly #serviceNs: readonly number[];
  readonly #servicePerKiBNs: number;
  #flights = new Float64Array(0);
  /** [flight] UNDER_WAY, SERVED or LEFT; of use only to an attentive lane. */
  #state = new Uint8Array(0);
  /** [flight] its attempt, once it has left */
  #attempt = new Int32Array(0);
  #servedCount = 0;
  #free = new Int32Array(0);
  #freeCount = 0;
  /** On their way to their nodes, in order of time; from `#first` on. */
  #arrivals = new Int32Array(1024);
  #first = 0;
  #end = 0;
  /** Served, their answers not yet counted; in no order. */
  #answers = new Int32Array(GATHERED * 2);
  #answerCount = 0;
  #countAt = GATHERED;

  constructor(world: World, flow: RequestFlow, delivery: Delivery) {
    const { node } = world.setup.cluster;
    this.#world = world;
    this.#flow = flow;
    this.#delivery = delivery;
    this.#timeoutNs = world.setup.clients.timeoutNs;
    this.#attentive = world.setup.strategy.selection.module.candidates !== 'primary';
    this.#serviceNs = node.serviceNs;
    this.#servicePerKiBNs = node.servicePerKiBNs;
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
    return this.#end - this.#first + this.#answerCount + this.#servedCount;
  }

  /** When the next request reaches its node; Infinity for none. */
  get nextTimeNs(): number {
    return this.#first < this.#end ? this.#flights[this.#arrivals[this.#first]! * STRIDE + TIME]! : Infinity;
  }

  /** Whether the next request reaches its node before the next event: at the same moment, what was scheduled first. */
  get isNext(): boolean {
    const { queue } = this.#world;
    if (this.#first === this.#end) return false;
    const at = this.#arrivals[this.#first]! * STRIDE;
    const timeNs = this.#flights[at + TIME]!;
    const otherNs = queue.nextTimeNs;
    return timeNs < otherNs || (timeNs === otherNs && this.#flights[at + SEQUENCE]! < queue.nextSequence);
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
    const flight = this.#take();
    const at = flight * STRIDE;
    const flights = this.#flights;
    const arrivesNs = network.out(client, node, nowNs, block.outFactor[i]!);
    flights[at + TIME] = arrivesNs;
    flights[at + SENT] = nowNs;
    flights[at + ORDINAL] = this.#flow.nextOrdinal();
    flights[at + SERVICE_FACTOR] = block.serviceFactor[i]!;
    flights[at + BACK_FACTOR] = block.backFactor[i]!;
    flights[at + KEY] = key;
    flights[at + CLIENT] = client;
    flights[at + NODE] = node;
    flights[at + SHARD] = shard;
    flights[at + VALUE_BYTES] = block.valueBytes[i]!;
    flights[at + OPERATION] = op;
    if (arrivesNs > nowNs + this.#timeoutNs) this.#comesLate(flight, arrivesNs);
    else {
      flights[at + SEQUENCE] = queue.takeSequence();
      this.#insert(flight, arrivesNs);
    }
    return true;
  }

  /** The client will have given up when it arrives. */
  #comesLate(flight: number, arrivesNs: number): void {
    const attempt = this.#leave(flight);
    this.#world.queue.push(arrivesNs, EVENT.arrive, attempt);
    this.#delivery.giveUpInTime(attempt);
  }

  /** HOT. Sent last, so among those of the same time it comes last. Delays are alike: it seldom passes many. */
  #insert(flight: number, arrivesNs: number): void {
    if (this.#end === this.#arrivals.length) this.#makeRoom();
    const arrivals = this.#arrivals;
    const flights = this.#flights;
    const first = this.#first;
    let hole = this.#end++;
    while (hole > first && flights[arrivals[hole - 1]! * STRIDE + TIME]! > arrivesNs) {
      arrivals[hole] = arrivals[hole - 1]!;
      hole--;
    }
    arrivals[hole] = flight;
  }

  #makeRoom(): void {
    const waiting = this.#arrivals.subarray(this.#first, this.#end);
    const full = waiting.length > this.#arrivals.length / 2;
    const to = full ? new Int32Array(this.#arrivals.length * 2) : this.#arrivals;
    to.set(waiting);
    this.#arrivals = to;
    this.#end -= this.#first;
    this.#first = 0;
  }

  /** HOT. The next request reaches its node now. */
  arrive(): void {
    const { nodes, contents, clock, recorder } = this.#world;
    const flight = this.#arrivals[this.#first++]!;
    const at = flight * STRIDE;
    const flights = this.#flights;
    const node = flights[at + NODE]! | 0;
    const key = flights[at + KEY]! | 0;
    const isRead = flights[at + OPERATION] === OP.get;
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
    const flights = this.#flights;
    const op = flights[at + OPERATION]! | 0;
    const bytes = flights[at + VALUE_BYTES]! | 0;
    const meanNs = this.#serviceNs[op]! + (this.#servicePerKiBNs * bytes) / 1024;
    const serviceNs = Math.round(meanNs * flights[at + SERVICE_FACTOR]! * nodes.slowness[node]!);
    const departNs = nodes.offer(node, clock.nowNs, serviceNs, true);
    if (departNs === QUEUE_FULL) {
      this.#delivery.turnAway(this.#leave(flight), OUTCOME.rejected);
      return;
    }
    recorder.busy.add(node, nodes.startNs, departNs, 1);
    flights[at + SERVICE] = serviceNs;
    flights[at + WAITED] = nodes.startNs - clock.nowNs;
    flights[at + DEPART] = departNs;
    flights[at + AHEAD] = nodes.waitingAhead;
    if (!isRead) {
      if (op === OP.delete) contents.remove(node, key);
      else contents.put(node, key, bytes);
      replication.write(node, key, op, departNs, serviceNs, bytes);
    }
    const repliesNs = network.back(flights[at + CLIENT]! | 0, node, departNs, flights[at + BACK_FACTOR]!);
    if (repliesNs > flights[at + SENT]! + this.#timeoutNs) {
      this.#delivery.answer(this.#leaveServed(flight), OUTCOME.ok, departNs);
      return;
    }
    flights[at + TIME] = repliesNs;
    if (this.#attentive) {
      this.#state[flight] = SERVED;
      this.#servedCount++;
      queue.push(repliesNs, EVENT.answered, flight);
      return;
    }
    flights[at + SEQUENCE] = queue.takeSequence();
    if (this.#answerCount === this.#countAt) this.settle(clock.nowNs);
    this.#answers[this.#answerCount++] = flight;
  }

  /** HOT. Counts the answers that clients have by `untilNs`. */
  settle(untilNs: number): void {
    const flights = this.#flights;
    const answers = this.#answers;
    const count = this.#answerCount;
    let left = 0;
    for (let i = 0; i < count; i++) {
      const flight = answers[i]!;
      const at = flight * STRIDE;
      if (flights[at + TIME]! > untilNs) answers[left++] = flight;
      else {
        this.#count(at);
        this.#release(flight);
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
    const at = flight * STRIDE;
    const flights = this.#flights;
    if (this.#state[flight] === LEFT) {
      this.#release(flight);
      this.#delivery.reply(this.#attempt[flight]!);
      return;
    }
    const client = flights[at + CLIENT]! | 0;
    const node = flights[at + NODE]! | 0;
    const ahead = flights[at + AHEAD]!;
    const serviceNs = flights[at + SERVICE]!;
    const elapsedNs = flights[at + TIME]! - flights[at + SENT]!;
    this.#delivery.heard(client, node);
    const selection = clients.selections[client]!;
    selection.observe?.(node, elapsedNs, OUTCOME.ok);
    selection.feedback?.(node, elapsedNs, ahead, serviceNs);
    probes.served(node, ahead, flights[at + WAITED]!, serviceNs);
    this.#count(at);
    this.#servedCount--;
    this.#release(flight);
  }

  #release(flight: number): void {
    this.#state[flight] = UNDER_WAY;
    this.#free[this.#freeCount++] = flight;
  }

  #count(at: number): void {
    const { recorder, contents } = this.#world;
    const flights = this.#flights;
    const node = flights[at + NODE]! | 0;
    const sentNs = flights[at + SENT]!;
    const repliesNs = flights[at + TIME]!;
    recorder.answered(node, sentNs, flights[at + WAITED]!, flights[at + SERVICE]!, repliesNs - sentNs);
    const op = flights[at + OPERATION];
    if (op === OP.get) recorder.counters.gets++;
    else if (op !== OP.delete) contents.acknowledge(flights[at + KEY]! | 0);
    recorder.completed(flights[at + ORDINAL]!, node, sentNs, repliesNs);
  }

  /** COLD. Something happens now that may touch any request: what is still under way leaves the lane. */
  clear(): void {
    this.settle(this.#world.clock.nowNs - 1);
    for (const flight of this.#arrivals.slice(this.#first, this.#end))
      this.#schedule(flight, EVENT.arrive, this.#leave(flight));
    for (const flight of this.#answers.slice(0, this.#answerCount))
      this.#schedule(flight, EVENT.reply, this.#leaveServed(flight));
    for (let flight = 0; flight < this.#state.length; flight++) {
      if (this.#state[flight] !== SERVED) continue;
      this.#attempt[flight] = this.#fillArenas(flight);
      this.#served(flight, this.#attempt[flight]!);
      this.#state[flight] = LEFT;
    }
    this.#servedCount = 0;
    this.#first = 0;
    this.#end = 0;
    this.#answerCount = 0;
  }

  #schedule(flight: number, kind: number, attempt: number): void {
    const at = flight * STRIDE;
    this.#world.queue.restore(this.#flights[at + TIME]!, this.#flights[at + SEQUENCE]!, kind, attempt);
  }

  #leave(flight: number): number {
    this.#release(flight);
    return this.#fillArenas(flight);
  }

  /** The same of one that its node has served. */
  #leaveServed(flight: number): number {
    const attempt = this.#leave(flight);
    this.#served(flight, attempt);
    return attempt;
  }

  /** The request gets its place in the arenas, and so does its only attempt, which is on its way. */
  #fillArenas(flight: number): number {
    const { requests, attempts, membership } = this.#world;
    const flights = this.#flights;
    const at = flight * STRIDE;
    const request = requests.take();
    requests.ordinal[request] = flights[at + ORDINAL]!;
    requests.arrivedNs[request] = flights[at + SENT]!;
    requests.key[request] = flights[at + KEY]!;
    requests.partition[request] = membership.full.partitionOf(requests.key[request]!);
    requests.op[request] = flights[at + OPERATION]!;
    requests.valueBytes[request] = flights[at + VALUE_BYTES]!;
    requests.client[request] = flights[at + CLIENT]!;
    requests.serviceFactor[request] = flights[at + SERVICE_FACTOR]!;
    requests.backFactor[request] = flights[at + BACK_FACTOR]!;
    requests.home[request] = flights[at + SHARD]!;
    requests.multiGet[request] = NONE;
    requests.ttlNs[request] = 0;
    requests.pending[request] = 1;
    requests.tries[request] = 1;
    const client = requests.client[request]!;
    const node = flights[at + NODE]!;
    const attempt = this.#delivery.create(PURPOSE.request, request, client, node, requests.home[request]!);
    this.#delivery.describe(
      attempt,
      requests.key[request]!,
      requests.op[request]!,
      requests.valueBytes[request]!,
    );
    attempts.serviceFactor[attempt] = flights[at + SERVICE_FACTOR]!;
    attempts.backFactor[attempt] = flights[at + BACK_FACTOR]!;
    attempts.ttlNs[attempt] = 0;
    attempts.sentNs[attempt] = flights[at + SENT]!;
    if (!this.#attentive) this.#delivery.waitFor(client, node);
    return attempt;
  }

  #served(flight: number, attempt: number): void {
    const { attempts } = this.#world;
    const flights = this.#flights;
    const at = flight * STRIDE;
    attempts.serviceNs[attempt] = flights[at + SERVICE]!;
    attempts.waitedNs[attempt] = flights[at + WAITED]!;
    attempts.departNs[attempt] = flights[at + DEPART]!;
    attempts.waitingAhead[attempt] = flights[at + AHEAD]!;
    attempts.atNode[attempt] = 1;
    attempts.outcome[attempt] = OUTCOME.ok;
  }

  #take(): number {
    if (this.#freeCount === 0) this.#grow();
    return this.#free[--this.#freeCount]!;
  }

  #grow(): void {
    const from = this.#free.length;
    const capacity = Math.max(4096, 2 * from);
    const flights = new Float64Array(capacity * STRIDE);
    flights.set(this.#flights);
    this.#flights = flights;
    this.#state = widen(this.#state, new Uint8Array(capacity));
    this.#attempt = widen(this.#attempt, new Int32Array(capacity));
    this.#free = new Int32Array(capacity);
    for (let flight = capacity - 1; flight >= from; flight--) this.#free[this.#freeCount++] = flight;
  }
}
