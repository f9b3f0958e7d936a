/**
 * Calm stretches: times in which whatever comes is served, so that no request tells a client anything that changes where
 * the next one goes. Then requests need not be played one after the other in order of time: many are routed at a time,
 * and served at a time, column by column. The border is here: as long as a stretch is not calm, the express lane plays its
 * requests one by one, with the same result.
 *
 * It is calm where selections watch nothing, nobody is on the long way, all clients agree on who is primary, and those
 * nodes are up and have all of their keys; where reads go to replicas, no write is on its way to one. Nothing is under way that
 * deletes a key, or was sent by a table of fewer shards. A stretch ends at the next event, and before an answer could be late.
 */
import type { Answers } from './answers.ts';
import type { Arrivals } from './arrivals.ts';
import { CalmService } from './calm-service.ts';
import type { CountedAhead } from './counted-ahead.ts';
import type { Delivery } from './delivery.ts';
import type { ExpressLane } from './express-lane.ts';
import type { Flights } from './flights.ts';
import { NODE_STATE } from './nodes.ts';
import type { RequestFlow } from './request-flow.ts';
import type { Workload } from './setup.ts';
import { type NodeId, OP } from './strategy.ts';
import type { RequestBlock } from './workload/request-block.ts';
import { nextEventNs, safeUntilNs, type World } from './world.ts';

/** Beliefs are looked at when something has changed. More of them than this are not, before so many requests came as it takes. */
const FEW_BELIEFS = 1 << 12;
/** A look takes about 2 ns, and saves a request some hundreds. */
const LOOKS_PER_REQUEST = 8;

export class CalmStretch {
  readonly #world: World;
  readonly #lane: ExpressLane;
  readonly #flow: RequestFlow;
  readonly #delivery: Delivery;
  readonly #flights: Flights;
  readonly #arrivals: Arrivals;
  readonly #answers: Answers;
  readonly #timeoutNs: number;
  readonly #readsReplicas: boolean;
  /** Nothing is ever deleted, nor asked for together. */
  readonly #allPlain: boolean;
  /** Writes reach replicas by events. */
  readonly #writesSchedule: boolean;
  readonly #service: CalmService;
  readonly #rows: Int32Array;
  /** As long as nothing has happened since it was looked at. */
  #isCalm = false;
  #surveyed = false;
  /** Requests between surveys, and how many there must have been before the next. */
  readonly #requestsBetween: number;
  #surveyFrom = 0;
  /** Until then something is under way that a calm node cannot just serve. */
  #strayUntilNs = -Infinity;

  constructor(
    world: World,
    lane: ExpressLane,
    flow: RequestFlow,
    delivery: Delivery,
    flights: Flights,
    arrivals: Arrivals,
    answers: Answers,
    ahead: CountedAhead | null,
  ) {
    const { setup } = world;
    this.#world = world;
    this.#lane = lane;
    this.#flow = flow;
    this.#delivery = delivery;
    this.#flights = flights;
    this.#arrivals = arrivals;
    this.#answers = answers;
    this.#service = new CalmService(world, flights, ahead);
    this.#rows = new Int32Array(this.#service.capacity);
    this.#timeoutNs = setup.clients.timeoutNs;
    this.#readsReplicas = setup.strategy.selection.module.candidates !== 'primary';
    this.#writesSchedule = this.#readsReplicas && setup.cluster.replicas > 0;
    this.#allPlain = isPlain(setup.workload);
    const beliefs = world.clients.count * setup.cluster.shards;
    this.#requestsBetween = beliefs > FEW_BELIEFS ? Math.ceil(beliefs / LOOKS_PER_REQUEST) : 0;
  }

  /** Whether a run can have calm stretches at all. */
  static fits({ setup }: World): boolean {
    if (setup.strategy.hotKeys !== null) return false;
    const { selection } = setup.strategy;
    const { node } = setup.cluster;
    const blind =
      selection.module.candidates === 'primary' ||
      (selection.module.candidates === 'shard' && selection.module.watches === 'nothing');
    return blind && node.threads === 1 && node.shedding === null;
  }

  /** A read may miss a write that a replica has not heard of yet. */
  get #someLag(): boolean {
    return this.#readsReplicas && !this.#world.replication.isInStep;
  }

  /** Something has happened that may end the calm, or bring it. */
  disturbed(): void {
    this.#surveyed = false;
  }

  /** Then a request reaches its node that deletes a key, or was placed otherwise than all. */
  notBefore(strayNs: number): void {
    this.#strayUntilNs = Math.max(this.#strayUntilNs, strayNs);
  }

  /** Until when the stretch that begins at `fromNs` lasts; -Infinity when it is not calm. */
  untilNs(fromNs: number): number {
    const { requests, recorder } = this.#world;
    const { waitingAttempts, experience } = this.#delivery;
    if (requests.open > 0 || waitingAttempts > 0 || experience.troubles.count > 0 || this.#someLag)
      return -Infinity;
    if (fromNs <= this.#strayUntilNs) return -Infinity;
    if (!this.#surveyed) {
      const { offered } = recorder.counters;
      if (offered < this.#surveyFrom) return -Infinity;
      this.#isCalm = this.#survey(fromNs);
      this.#surveyed = true;
      this.#surveyFrom = offered + this.#requestsBetween;
    }
    if (!this.#isCalm) return -Infinity;
    return Math.min(this.#eventNs, recorder.stepEndNs, fromNs + this.#timeoutNs - this.#arrivals.longestNs);
  }

  /** The next event that requests may notice. What replicas hear of is nothing to them unless they read from replicas. */
  get #eventNs(): number {
    return this.#readsReplicas ? nextEventNs(this.#world) : this.#world.queue.nextTimeNs;
  }

  /** COLD. */
  #survey(nowNs: number): boolean {
    const { membership, clients, setup, infos } = this.#world;
    if (this.#world.nodes.anyWentOver || membership.tables.some((table) => table !== membership.full))
      return false;
    for (let shard = 0; shard < setup.cluster.shards; shard++) {
      const primary = clients.writer(0, shard);
      for (let client = 1; client < clients.count; client++)
        if (clients.writer(client, shard) !== primary) return false;
      if (this.#world.nodes.primary[primary] === 0 || !this.#serves(primary, nowNs)) return false;
    }
    return !this.#readsReplicas || infos.every(({ id }) => this.#serves(id, nowNs));
  }

  #serves(node: NodeId, nowNs: number): boolean {
    const { nodes, contents } = this.#world;
    return (
      nodes.state[node] === NODE_STATE.up &&
      nodes.loadingUntilNs[node]! <= nowNs &&
      nodes.serving[node] === 1 &&
      nodes.writesPaused[node] === 0 &&
      contents.lacking[node] === 0
    );
  }

  /**
   * HOT. Takes in the rows of the block that come before `untilNs`, from `from` on, and serves what reaches its node by the
   * time of the last one. The first row not taken.
   */
  run(block: RequestBlock, from: number, count: number, untilNs: number): number {
    const { nodes, recorder, clock } = this.#world;
    if (!(block.atNs[from]! < untilNs)) return from;
    if (!nodes.haveRoomFor(this.#arrivals.count + count - from, clock.nowNs)) return from;
    recorder.countCompletions(); // of the time before
    const end = this.#end(block, from, count, untilNs);
    const { nowNs } = clock;
    const to = this.#send(
      block,
      from,
      this.#readsReplicas ? this.#choose(block, from, end) : this.#route(block, from, end),
    );
    clock.nowNs = nowNs; // who is yet to be served comes before them
    if (to === from) return from;
    recorder.counters.offered += to - from;
    recorder.counters.attempts += to - from;
    this.#flow.skipOrdinals(to - from);
    clock.nowNs = Math.max(clock.nowNs, this.#serve(block.atNs[to - 1]!));
    return to;
  }

  /** HOT. Who reaches its node by `untilNs` is served, as long as it is calm; false when nobody was. */
  arrive(nowNs: number, untilNs: number): boolean {
    const calmUntilNs = this.untilNs(nowNs);
    if (!(nowNs < calmUntilNs)) return false;
    const { recorder, clock, nodes } = this.#world;
    if (!nodes.haveRoomFor(this.#arrivals.count, nowNs)) return false;
    recorder.countCompletions(); // of the time before
    const { count } = this.#arrivals;
    clock.nowNs = Math.max(nowNs, this.#serve(Math.min(untilNs, calmUntilNs - 1)));
    return this.#arrivals.count < count;
  }

  /** HOT. The first row that is not for the stretch: too late for it, or more than a plain read or write. */
  #end({ atNs, op, keysLeft }: RequestBlock, from: number, count: number, untilNs: number): number {
    if (this.#allPlain && atNs[count - 1]! < untilNs) return count;
    for (let i = from; i < count; i++)
      if (atNs[i]! >= untilNs || op[i] === OP.delete || keysLeft[i]! > 0) return i;
    return count;
  }

  /** HOT. Each goes to its primary, and is under way; the row after the last, which is the first that will be late. */
  #route({ client: clientOf, partition }: RequestBlock, from: number, to: number): number {
    const { membership, clients, network } = this.#world;
    const { base, node: nodeOf, shard: shardOf } = this.#flights;
    const { owners, depth } = membership.full;
    for (let i = from; i < to; i++) {
      const shard = owners[partition[i]! * depth]!;
      nodeOf[base + i] = clients.writer(clientOf[i]!, shard);
      shardOf[base + i] = shard;
    }
    return network.outRows(this.#flights, base + from, base + to, this.#timeoutNs) - base;
  }

  /** HOT. The same where selections choose: one by one, as a selection must not be asked for what is sent later, each at its time. */
  #choose(block: RequestBlock, from: number, to: number): number {
    const { membership, clients, network, clock } = this.#world;
    const { base, node: nodeOf, shard: shardOf, arrivesNs } = this.#flights;
    const { atNs, key, op, client: clientOf, partition, outFactor } = block;
    const { full } = membership;
    const { owners, depth } = full;
    const timeoutNs = this.#timeoutNs;
    for (let i = from; i < to; i++) {
      clock.nowNs = atNs[i]!;
      const client = clientOf[i]!;
      const shard = owners[partition[i]! * depth]!;
      const node =
        op[i] === OP.get
          ? clients.reader(client, full, partition[i]!, shard, key[i]!, OP.get)
          : clients.writer(client, shard);
      const reachesNs = network.out(client, node, atNs[i]!, outFactor[i]!);
      nodeOf[base + i] = node;
      shardOf[base + i] = shard;
      arrivesNs[base + i] = reachesNs;
      if (reachesNs > atNs[i]! + timeoutNs) return i + 1;
    }
    return to;
  }

  #tellOutages({ op, client }: RequestBlock, from: number, to: number): void {
    const { outages } = this.#world.recorder;
    const { base, shard } = this.#flights;
    for (let i = from; i < to; i++) outages.asked(shard[base + i]!, op[i] === OP.get, client[i]!);
  }

  /** HOT. They are under way: in time, but for the last perhaps. */
  #send(block: RequestBlock, from: number, to: number): number {
    if (to === from) return from;
    const { queue, recorder } = this.#world;
    const { base, arrivesNs } = this.#flights;
    const first = base + from;
    const end = base + to;
    this.#flights.take(first, end - first);
    if (!recorder.outages.none) this.#tellOutages(block, from, to);
    const isLate = arrivesNs[end - 1]! > block.atNs[to - 1]! + this.#timeoutNs;
    const inTime = isLate ? end - 1 : end;
    this.#arrivals.addRows(first, inTime, queue.takeSequences(inTime - first));
    if (isLate) {
      this.#world.clock.nowNs = block.atNs[to - 1]!;
      this.#lane.comesLate(end - 1, arrivesNs[end - 1]!);
    }
    return to;
  }

  /**
   * HOT. Whoever reaches its node by `untilNs` is served. A write may schedule an event: what comes after that is left. The
   * time up to which all are served.
   */
  #serve(untilNs: number): number {
    const { queue } = this.#world;
    const rows = this.#rows;
    const { arrivesNs } = this.#flights;
    for (;;) {
      const limitNs = Math.min(untilNs, this.#eventNs - 1);
      const count = this.#arrivals.takeMany(limitNs, rows, this.#writesSchedule);
      if (count === 0) return limitNs;
      const kept = this.#service.serve(rows, count, safeUntilNs(this.#world));
      queue.takeSequences(count - kept);
      const lastNs = arrivesNs[rows[count - 1]!]!;
      if (kept > 0) this.#keep(this.#service.kept, kept, lastNs);
      this.#flights.releaseRows(rows, count);
      if (this.#someLag) return lastNs;
    }
  }

  /** HOT. Their answers are still to come. */
  #keep(rows: Int32Array, count: number, lastNs: number): void {
    for (let i = 0; i < count; i++) this.#flights.take(rows[i]!, 1);
    this.#write(rows, count);
    this.#answers.addRows(rows, this.#inTime(rows, count), lastNs);
  }

  #write(rows: Int32Array, count: number): void {
    const { contents, replication } = this.#world;
    const { requests, node: nodeOf, arrivesNs, waitedNs, serviceNs, repliesNs } = this.#flights;
    const { atNs, op, key, valueBytes } = requests;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      if (op[row] === OP.get) continue;
      const node = nodeOf[row]!;
      const departNs = arrivesNs[row]! + waitedNs[row]! + serviceNs[row]!;
      contents.put(node, key[row]!, valueBytes[row]!);
      replication.write(node, key[row]!, op[row]!, departNs, serviceNs[row]!, valueBytes[row]!);
      replication.answered(node, repliesNs[row]!, atNs[row]! + this.#timeoutNs);
    }
  }

  /** Leaves out those whose answers will be late; how many are left. */
  #inTime(rows: Int32Array, count: number): number {
    const { queue, clock } = this.#world;
    const { requests, arrivesNs, waitedNs, serviceNs, repliesNs, sequence } = this.#flights;
    const { atNs } = requests;
    const timeoutNs = this.#timeoutNs;
    let left = 0;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      if (repliesNs[row]! <= atNs[row]! + timeoutNs) {
        sequence[row] = queue.takeSequence();
        rows[left++] = row;
      } else {
        clock.nowNs = arrivesNs[row]!;
        this.#lane.answersLate(row, arrivesNs[row]! + waitedNs[row]! + serviceNs[row]!);
      }
    }
    return left;
  }
}

function isPlain(workload: Workload): boolean {
  return (
    workload.kind === 'synthetic' && workload.operations[OP.delete] === 0 && workload.keysPerGet.length === 1
  );
}
