/**
 * Probes: small questions after load that a client's selection sends beside its requests. They are
 * counted and travel with the delay of the network, on connections of their own: on that of the requests an answer
 * would come behind all replies still due. A node that is down or loads its
 * data set does not answer; one that hangs answers when it goes on.
 *
 * A node answers with the attempts it has and with the median time of recent ones that had come to as long a
 * queue, as Prequal's servers do (Wydrowski et al., NSDI 2024). It learns of a time when the answer has reached
 * its client, one network delay later than a server would.
 */
import type { Clock } from './clock.ts';
import { EVENT } from './clock.ts';
import type { EventQueue } from './event-queue.ts';
import type { Recorder } from './metrics/recorder.ts';
import type { Network } from './network.ts';
import { NODE_STATE, type Nodes } from './nodes.ts';
import { widen } from './requests.ts';
import type { Selection } from './strategy.ts';

/** Times remembered per node and length of queue. */
const RECENT = 8;
/** Longer queues count as of this length. */
const LONGEST = 127;

export class Probes {
  readonly #nodes: Nodes;
  readonly #network: Network;
  readonly #queue: EventQueue;
  readonly #clock: Clock;
  readonly #recorder: Recorder;
  readonly #selections: readonly Selection[];
  /** [node x queue x RECENT] ring of times at the node; empty unless the selection hears of probes. */
  readonly #timesNs: Float64Array;
  /** [node x queue] times noted so far */
  readonly #noted: Uint32Array;
  readonly #sorted = new Float64Array(RECENT);
  #client = new Int32Array(0);
  #node = new Int32Array(0);
  #serviceNs = new Float64Array(0);
  #atNode = new Int32Array(0);
  #latencyNs = new Float64Array(0);
  #free = new Int32Array(0);
  #freeCount = 0;

  constructor(
    nodes: Nodes,
    network: Network,
    queue: EventQueue,
    clock: Clock,
    recorder: Recorder,
    selections: readonly Selection[],
  ) {
    this.#nodes = nodes;
    this.#network = network;
    this.#queue = queue;
    this.#clock = clock;
    this.#recorder = recorder;
    this.#selections = selections;
    const queues = selections[0]!.probed === undefined ? 0 : nodes.count * (LONGEST + 1);
    this.#timesNs = new Float64Array(queues * RECENT);
    this.#noted = new Uint32Array(queues);
  }

  send(client: number, node: number, serviceNs: number): void {
    if (this.#freeCount === 0) this.#grow();
    const probe = this.#free[--this.#freeCount]!;
    this.#client[probe] = client;
    this.#node[probe] = node;
    this.#serviceNs[probe] = serviceNs;
    this.#recorder.counters.probes++;
    this.#queue.push(this.#network.aside(client, node, true, this.#clock.nowNs), EVENT.probe, probe);
  }

  /** The probe reaches its node. */
  arrive(probe: number): void {
    const nodes = this.#nodes;
    const { nowNs } = this.#clock;
    const node = this.#node[probe]!;
    if (nodes.state[node] !== NODE_STATE.up || nodes.loadingUntilNs[node]! > nowNs) {
      this.#free[this.#freeCount++] = probe;
      return;
    }
    const waiting = nodes.waiting(node, nowNs);
    const inService = nodes.inService(node, nowNs);
    this.#atNode[probe] = waiting + inService;
    this.#latencyNs[probe] = this.#medianNs(node, inService < nodes.threads ? 0 : waiting + 1);
    let leavesNs = Math.max(nowNs, nodes.hungUntilNs[node]!);
    if (this.#serviceNs[probe]! > 0) {
      leavesNs = nodes.offer(node, nowNs, this.#serviceNs[probe]!, false);
      this.#recorder.busy.add(node, nodes.startNs, leavesNs, 1);
    }
    this.#queue.push(this.#network.aside(this.#client[probe]!, node, false, leavesNs), EVENT.probed, probe);
  }

  /** The answer reaches the client. */
  answered(probe: number): void {
    const selection = this.#selections[this.#client[probe]!]!;
    selection.probed!(this.#node[probe]!, this.#atNode[probe]!, this.#latencyNs[probe]!);
    this.#free[this.#freeCount++] = probe;
  }

  /** HOT. An attempt was served after `waitedNs` behind `waitingAhead` others. */
  served(node: number, waitingAhead: number, waitedNs: number, serviceNs: number): void {
    if (this.#noted.length === 0) return;
    const queue = waitedNs === 0 ? 0 : Math.min(waitingAhead + 1, LONGEST);
    const at = node * (LONGEST + 1) + queue;
    const noted = this.#noted[at]!;
    this.#timesNs[at * RECENT + (noted % RECENT)] = waitedNs + serviceNs;
    this.#noted[at] = noted + 1;
  }

  /** Of the nearest length of queue that the node has times of, a shorter one first; 0 for none. */
  #medianNs(node: number, queue: number): number {
    const first = node * (LONGEST + 1);
    const from = Math.min(queue, LONGEST);
    for (let distance = 0; distance <= LONGEST; distance++) {
      const shorter = from - distance;
      if (shorter >= 0 && this.#noted[first + shorter]! > 0) return this.#medianAt(first + shorter);
      const longer = from + distance;
      if (longer <= LONGEST && this.#noted[first + longer]! > 0) return this.#medianAt(first + longer);
    }
    return 0;
  }

  /** Insertion sort of at most RECENT times. */
  #medianAt(at: number): number {
    const sorted = this.#sorted;
    const count = Math.min(this.#noted[at]!, RECENT);
    for (let i = 0; i < count; i++) {
      const timeNs = this.#timesNs[at * RECENT + i]!;
      let hole = i;
      for (; hole > 0 && sorted[hole - 1]! > timeNs; hole--) sorted[hole] = sorted[hole - 1]!;
      sorted[hole] = timeNs;
    }
    return sorted[count >> 1]!;
  }

  #grow(): void {
    const from = this.#free.length;
    const capacity = Math.max(256, from * 2);
    this.#client = widen(this.#client, new Int32Array(capacity));
    this.#node = widen(this.#node, new Int32Array(capacity));
    this.#serviceNs = widen(this.#serviceNs, new Float64Array(capacity));
    this.#atNode = widen(this.#atNode, new Int32Array(capacity));
    this.#latencyNs = widen(this.#latencyNs, new Float64Array(capacity));
    this.#free = new Int32Array(capacity);
    for (let probe = capacity - 1; probe >= from; probe--) this.#free[this.#freeCount++] = probe;
  }
}
