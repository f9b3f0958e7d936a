/**
 * What conditions look at, while the run goes on. Only what some condition asks for is measured, by wrapping the
 * recorder from outside, so a run without conditions pays nothing. Counts are kept look by look, over the last WINDOW_NS.
 */
import { BusyTime } from '../metrics/busy-time.ts';
import { Histogram } from '../metrics/histogram.ts';
import type { NodeId } from '../strategy.ts';
import { openRequests, type World } from '../world.ts';
import { type Condition, type ConditionMetricName, LOOK_NS, WINDOW_NS } from './condition.ts';

const LOOKS = WINDOW_NS / LOOK_NS;

const COUNTED = ['completed', 'failed', 'gets', 'misses'] as const;
type Counted = Readonly<Record<(typeof COUNTED)[number], number>>;

export class Readings {
  readonly #world: World;
  /** Null where no condition asks for it. */
  readonly #busy: BusyTime | null;
  /** Since the last look. */
  #current = new Histogram();
  /** Between the looks of the window before. */
  readonly #responses: Histogram[] = [];
  /** At the looks of the last window, the newest last, and before it. */
  readonly #counted: Counted[] = [];
  #looks = 0;

  constructor(world: World, conditions: readonly Condition[]) {
    this.#world = world;
    const asked = (name: ConditionMetricName): boolean => conditions.some(({ metric }) => metric === name);
    const looks = Math.ceil(world.setup.durationNs / LOOK_NS);
    this.#busy = asked('utilization')
      ? this.#watchBusy(new BusyTime(world.infos.length, looks, LOOK_NS))
      : null;
    if (asked('p99')) this.#watchResponses();
    this.#counted.push(this.#count());
  }

  #watchBusy(fine: BusyTime): BusyTime {
    const { busy } = this.#world.recorder;
    const add = busy.add.bind(busy);
    busy.add = (node, startNs, endNs, sign) => {
      fine.add(node, startNs, endNs, sign);
      add(node, startNs, endNs, sign);
    };
    return fine;
  }

  #watchResponses(): void {
    const { recorder } = this.#world;
    const completed = recorder.completed.bind(recorder);
    recorder.completed = (ordinal, node, arrivedNs, nowNs) => {
      this.#current.record(nowNs - arrivedNs);
      completed(ordinal, node, arrivedNs, nowNs);
    };
  }

  /** A look begins: the window moves on. */
  advance(): void {
    this.#looks++;
    this.#counted.push(this.#count());
    if (this.#counted.length > LOOKS + 1) this.#counted.shift();
    this.#responses.push(this.#current);
    this.#current = this.#responses.length > LOOKS ? this.#responses.shift()! : new Histogram();
    this.#current.clear();
  }

  /** Of the nodes together, where the metric is of nodes; NaN without a value. */
  read(metric: ConditionMetricName, nodes: readonly NodeId[]): number {
    const { nodes: cluster, contents, clock } = this.#world;
    switch (metric) {
      case 'utilization':
        return mean(nodes, (node) => this.#utilization(node));
      case 'queue':
        return mean(nodes, (node) => cluster.waiting(node, clock.nowNs));
      case 'memory':
        return mean(nodes, (node) => contents.memory!.usedBytes(node) / contents.memory!.setup.limitBytes);
      case 'failedShare': {
        const failed = this.#since('failed');
        return failed / (failed + this.#since('completed'));
      }
      case 'p99':
        return this.#p99Ms();
      case 'hitRatio':
        return 1 - this.#since('misses') / this.#since('gets');
      case 'inFlight':
        return openRequests(this.#world);
    }
  }

  #utilization(node: NodeId): number {
    const from = Math.max(0, this.#looks - LOOKS);
    let busyNs = 0;
    for (let look = from; look < this.#looks; look++) busyNs += this.#busy!.at(node, look);
    return busyNs / ((this.#looks - from) * LOOK_NS * this.#world.nodes.threads);
  }

  #p99Ms(): number {
    const window = new Histogram();
    for (const responses of this.#responses) window.add(responses);
    return window.quantile(0.99, this.#since('failed')) / 1e6;
  }

  #since(name: keyof Counted): number {
    return this.#counted.at(-1)![name] - this.#counted[0]![name];
  }

  #count(): Counted {
    const { completed, failed, gets, misses } = this.#world.recorder.counters;
    return { completed, failed, gets, misses };
  }
}

function mean(nodes: readonly NodeId[], of: (node: NodeId) => number): number {
  return nodes.reduce((sum, node) => sum + of(node), 0) / nodes.length;
}
