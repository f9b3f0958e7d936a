/**
 * HOT. What becomes of requests that reach their nodes in a calm stretch, from there to the answer: each is served first come
 * first served, its answer leaves, and is counted at once if nothing that may look at it happens before it is there. The
 * same as `Nodes.offer`, `Network.back`, `Recorder.reached` and the rest one by one, for nodes of one thread that have room
 * and a sound network with ordered replies.
 *
 * A few hundred rows go from loop to loop in columns that stay in the nearest cache. Each loop is small on purpose: V8 moves
 * the checks of the arrays' types out of loops of up to about 1,000 nodes of its graph; in one loop over all of it they took
 * half of the time.
 */
import type { CountedAhead } from './counted-ahead.ts';
import type { Flights } from './flights.ts';
import type { Completions } from './metrics/completions.ts';
import { OP } from './strategy.ts';
import { whole } from './whole.ts';
import type { World } from './world.ts';

export class CalmService {
  readonly #world: World;
  readonly #flights: Flights;
  /** Null where nobody needs to know of answers that were counted ahead. */
  readonly #ahead: CountedAhead | null;
  readonly #timeoutNs: number;
  /** [i] of the rows at hand, at first of all of them */
  readonly #done: Completions;
  /** Rows whose answers are still to come, or that change something: they are writes. */
  readonly kept: Int32Array;
  /** Places whose work ends in a later step of the timeline. */
  readonly #beyond: Int32Array;
  readonly #meanNs: Float64Array;
  readonly #perKiBNs: number;
  readonly #nodeCount: number;

  constructor(world: World, flights: Flights, ahead: CountedAhead | null) {
    const { setup, recorder, infos } = world;
    this.#world = world;
    this.#flights = flights;
    this.#ahead = ahead;
    this.#timeoutNs = setup.clients.timeoutNs;
    this.#done = recorder.completions;
    this.kept = new Int32Array(this.capacity);
    this.#beyond = new Int32Array(this.capacity);
    this.#meanNs = Float64Array.from(setup.cluster.node.serviceNs);
    this.#perKiBNs = setup.cluster.node.servicePerKiBNs / 1024;
    this.#nodeCount = infos.length;
  }

  /** How many rows it takes at a time. */
  get capacity(): number {
    return this.#done.capacity;
  }

  /**
   * Serves the rows, which arrive in this order; reads whose answers are there before `safeUntilNs`, and in time, are done.
   * @returns how many rows it kept
   */
  serve(rows: Int32Array, count: number, safeUntilNs: number): number {
    const { recorder, nodes } = this.#world;
    nodes.queues.haveRoomFor(count, this.#flights.arrivesNs[rows[0]!]!);
    if (nodes.rowWatch === null) this.#work(rows, 0, count);
    else this.#workWatched(rows, count);
    this.#log(rows, count);
    this.#addBusyTime(rows, count);
    const done = this.#answer(rows, count, safeUntilNs);
    recorder.counters.gets += done;
    recorder.completions.count = done;
    recorder.countCompletions();
    return count - done;
  }

  /** When each starts, and how long it takes. */
  #work(rows: Int32Array, first: number, end: number): void {
    const { requests, node: nodeOf, arrivesNs } = this.#flights;
    const { op, valueBytes, serviceFactor } = requests;
    const { attempts, offeredNs, maxQueue, slowness, freeAtNs, queues } = this.#world.nodes;
    const { head, tail, times, mask } = queues;
    const { node: toNode, waitedNs, serviceNs } = this.#done;
    const meanNs = this.#meanNs;
    const perKiBNs = this.#perKiBNs;
    for (let i = first; i < end; i++) {
      const row = rows[i]!;
      const node = nodeOf[row]!;
      const nowNs = arrivesNs[row]!;
      const meanWorkNs = meanNs[op[row]!]! + perKiBNs * valueBytes[row]!;
      const workNs = whole(meanWorkNs * serviceFactor[row]! * slowness[node]!);
      const freeNs = freeAtNs[node]!;
      const startNs = Math.max(freeNs, nowNs);
      if (freeNs > nowNs) {
        const at = tail[node]!;
        const from = node * (mask + 1);
        // Who else waits is not counted. One more than ever do now, if as many as ever did are still there.
        const most = maxQueue[node]!;
        const stillThere = ((at - head[node]!) | 0) >= most && times[from + ((at - most) & mask)]! > nowNs;
        if (most === 0 || stillThere) maxQueue[node] = most + 1;
        times[from + (at & mask)] = startNs;
        tail[node] = at + 1;
      }
      freeAtNs[node] = startNs + workNs;
      attempts[node] = attempts[node]! + 1;
      offeredNs[node] = offeredNs[node]! + workNs;
      toNode[i] = node;
      waitedNs[i] = startNs - nowNs;
      serviceNs[i] = workNs;
    }
  }

  /** One by one, as somebody looks on. */
  #workWatched(rows: Int32Array, count: number): void {
    const { node, waitedNs, serviceNs } = this.#done;
    const { arrivesNs, node: nodeOf } = this.#flights;
    const watch = this.#world.nodes.rowWatch!;
    for (let i = 0; i < count; i++) {
      const nowNs = arrivesNs[rows[i]!]!;
      watch.arrives(nodeOf[rows[i]!]!, nowNs);
      this.#work(rows, i, i + 1);
      watch.accepted(node[i]!, nowNs, nowNs + waitedNs[i]!, serviceNs[i]!);
    }
  }

  #log(rows: Int32Array, count: number): void {
    const { log, stepAttempts } = this.#world.recorder.hotspots;
    const { key } = this.#flights.requests;
    const { node: nodeOf } = this.#done;
    const at = log.makeRoom(count);
    const { node: logNode, key: logKey } = log;
    const room = Math.min(count, logNode.length - at);
    for (let i = 0; i < room; i++) {
      logNode[at + i] = nodeOf[i]!;
      logKey[at + i] = key[rows[i]!]!;
    }
    for (let i = 0; i < count; i++) stepAttempts[nodeOf[i]!] = stepAttempts[nodeOf[i]!]! + 1;
  }

  #addBusyTime(rows: Int32Array, count: number): void {
    const { busy } = this.#world.recorder;
    const { busyNs, steps } = busy;
    const { arrivesNs } = this.#flights;
    const { node, waitedNs, serviceNs } = this.#done;
    const beyond = this.#beyond;
    const step = busy.stepAt(arrivesNs[rows[0]!]!);
    const stepEndNs = busy.endOf(step);
    let beyondCount = 0;
    for (let i = 0; i < count; i++) {
      const startNs = arrivesNs[rows[i]!]! + waitedNs[i]!;
      const endNs = startNs + serviceNs[i]!;
      const cell = node[i]! * steps + step;
      busyNs[cell] = busyNs[cell]! + Math.max(0, Math.min(endNs, stepEndNs) - startNs);
      if (endNs > stepEndNs) beyond[beyondCount++] = i;
    }
    for (let j = 0; j < beyondCount; j++) {
      const i = beyond[j]!;
      const startNs = arrivesNs[rows[i]!]! + waitedNs[i]!;
      busy.add(node[i]!, Math.max(startNs, stepEndNs), startNs + serviceNs[i]!, 1);
    }
  }

  /** Who has an answer before then moves to the front, the others are kept; how many have. */
  #answer(rows: Int32Array, count: number, safeUntilNs: number): number {
    const { queue, network } = this.#world;
    const { delayNs, lastBackNs } = network;
    const flights = this.#flights;
    const { requests, arrivesNs, shard } = flights;
    const { atNs, op, client, backFactor } = requests;
    const { outages } = this.#world.recorder;
    const { ordinal, node: nodeOf, arrivedNs, waitedNs, serviceNs, elapsedNs } = this.#done;
    const nodeCount = this.#nodeCount;
    const timeoutNs = this.#timeoutNs;
    const kept = this.kept;
    const ahead = this.#ahead;
    const firstSequence = queue.scheduled;
    let safeNs = safeUntilNs;
    let done = 0;
    for (let i = 0; i < count; i++) {
      const row = rows[i]!;
      const node = nodeOf[i]!;
      const link = client[row]! * nodeCount + node;
      const departNs = arrivesNs[row]! + waitedNs[i]! + serviceNs[i]!;
      const backNs = Math.max(departNs + whole(delayNs[link]! * backFactor[row]!), lastBackNs[link]!);
      const tookNs = backNs - atNs[row]!;
      lastBackNs[link] = backNs;
      // Whoever waits for this one gives up then, which whoever comes behind it may notice.
      if (tookNs > timeoutNs) safeNs = Math.min(safeNs, atNs[row]! + timeoutNs);
      const isDone = backNs < safeNs && tookNs <= timeoutNs && op[row] === OP.get;
      if (isDone && (outages.none || !outages.concern(shard[row]!))) {
        ahead?.add(client[row]!, node, backNs, firstSequence + done, arrivesNs[row]!);
        ordinal[done] = flights.ordinalOf(row);
        nodeOf[done] = node;
        arrivedNs[done] = atNs[row]!;
        waitedNs[done] = waitedNs[i]!;
        serviceNs[done] = serviceNs[i]!;
        elapsedNs[done] = tookNs;
        done++;
      } else {
        flights.waitedNs[row] = waitedNs[i]!;
        flights.serviceNs[row] = serviceNs[i]!;
        flights.repliesNs[row] = backNs;
        flights.missed[row] = 0;
        kept[i - done] = row;
      }
    }
    return done;
  }
}
