/**
 * A run of which every time is kept: histograms round, and queue lengths are not in a result. The recorder is
 * wrapped from outside, as `replay` does, so the run is the very same.
 */
import type { RunResult } from '../../result.ts';
import { run } from '../../run.ts';
import type { Setup } from '../../setup.ts';
import { momentsOf } from '../../statistics/moments.ts';
import { ascending, quantileOf } from '../../statistics/quantile.ts';
import { UNIT_NS } from './ground.ts';

/** A growing column of numbers. */
class Column {
  #values = new Float64Array(4096);
  length = 0;

  push(value: number): void {
    if (this.length === this.#values.length)
      this.#values = new Float64Array(this.#values.buffer.transfer(16 * this.length));
    this.#values[this.length++] = value;
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.length);
  }
}

/** What all cases read off a run; times in units. */
export class Watched {
  readonly result: RunResult;
  readonly setup: Setup;
  readonly #waits: Column;
  readonly #sojourns: Column;
  /** [node] arrivals and departures of whom it served, in order. */
  readonly #arrivals: readonly Column[];
  readonly #departures: readonly Column[];
  readonly #sorted = new Map<Column, Float64Array>();

  constructor(setup: Setup, seed: number, perNode = false) {
    const nodes = setup.cluster.shards * (1 + setup.cluster.replicas);
    const waits = new Column();
    const sojourns = new Column();
    const columns = () => Array.from({ length: perNode ? nodes : 0 }, () => new Column());
    const arrivals = columns();
    const departures = columns();
    this.setup = setup;
    this.result = run(setup, seed, {
      watch({ recorder }) {
        const answered = recorder.answered.bind(recorder);
        recorder.answered = (node, sentNs, waitedNs, serviceNs, elapsedNs) => {
          answered(node, sentNs, waitedNs, serviceNs, elapsedNs);
          if (sentNs >= setup.warmUpNs) waits.push(waitedNs / UNIT_NS);
          if (!perNode) return;
          arrivals[node]!.push(sentNs);
          departures[node]!.push(sentNs + waitedNs + serviceNs);
        };
        const completed = recorder.completed.bind(recorder);
        recorder.completed = (ordinal, node, arrivedNs, nowNs) => {
          completed(ordinal, node, arrivedNs, nowNs);
          if (arrivedNs >= setup.warmUpNs) sojourns.push((nowNs - arrivedNs) / UNIT_NS);
        };
      },
    });
    this.#waits = waits;
    this.#sojourns = sojourns;
    this.#arrivals = arrivals;
    this.#departures = departures;
  }

  get n(): number {
    return this.#sojourns.length;
  }

  /** In order of answers. */
  get waits(): Float64Array {
    return this.#waits.values;
  }

  /** Of completed requests, in the order they ended. */
  get sojourns(): Float64Array {
    return this.#sojourns.values;
  }

  get windowUnits(): number {
    return (this.setup.durationNs - this.setup.warmUpNs) / UNIT_NS;
  }

  /** By its name in the cases; undefined for one that a run does not tell. */
  metric(name: string): number | undefined {
    const waits = this.#waits;
    const sojourns = this.#sojourns;
    const quantile = /^p(\d+)(?:_(wait|sojourn))?$/.exec(name);
    if (quantile !== null)
      return quantileOf(this.#inOrder(quantile[2] === 'wait' ? waits : sojourns), Number(`0.${quantile[1]}`));
    switch (name) {
      case 'mean_wait':
      case 'mean_wait_accepted':
        return momentsOf(waits.values).mean;
      case 'mean_sojourn':
      case 'mean_response':
      case 'mean':
        return momentsOf(sojourns.values).mean;
      case 'var_sojourn':
      case 'variance':
        return momentsOf(sojourns.values).variance;
      case 'second_moment_wait': {
        const { mean, variance } = momentsOf(waits.values);
        return variance + mean * mean;
      }
      case 'prob_wait':
        return share(waits.values);
      case 'mean_wait_given_wait':
        return momentsOf(waits.values).mean / share(waits.values);
      case 'mean_number_in_queue':
        return sum(waits.values) / this.windowUnits;
      case 'mean_number_in_system':
        return sum(sojourns.values) / this.windowUnits;
      case 'throughput':
        return sojourns.length / this.windowUnits;
    }
    return undefined;
  }

  #inOrder(column: Column): Float64Array {
    let sorted = this.#sorted.get(column);
    if (sorted === undefined) {
      sorted = ascending(column.values);
      this.#sorted.set(column, sorted);
    }
    return sorted;
  }

  /** [k] share of nodes and time with at least k requests at a node, k = 0 .. 32; FCFS by one thread. */
  queueTail(): Float64Array {
    const tail = new Float64Array(33);
    this.#levels((level, heldNs) => {
      for (let k = 0; k <= Math.min(level, 32); k++) tail[k] = tail[k]! + heldNs;
    });
    const { warmUpNs, durationNs } = this.setup;
    return tail.map((heldNs) => heldNs / (this.#arrivals.length * (durationNs - warmUpNs)));
  }

  /** Little's law along this path: requests there over time against their times there, each cut at both ends. */
  littleResidual(): number {
    const { warmUpNs, durationNs } = this.setup;
    let overTime = 0;
    this.#levels((level, heldNs) => {
      overTime += level * heldNs;
    });
    let overRequests = 0;
    this.#arrivals.forEach((column, node) => {
      const departures = this.#departures[node]!.values;
      column.values.forEach((arrival, i) => {
        overRequests += Math.max(0, Math.min(departures[i]!, durationNs) - Math.max(arrival, warmUpNs));
      });
    });
    return (overTime - overRequests) / overTime;
  }

  /** Each level of each node, and for how long within the window. */
  #levels(visit: (level: number, heldNs: number) => void): void {
    const { warmUpNs, durationNs } = this.setup;
    this.#arrivals.forEach((column, node) => {
      const arrivals = column.values;
      const departures = this.#departures[node]!.values;
      let [arrival, departure, level, sinceNs] = [0, 0, 0, 0];
      const until = (toNs: number): void => {
        const heldNs = Math.min(toNs, durationNs) - Math.max(sinceNs, warmUpNs);
        if (heldNs > 0) visit(level, heldNs);
        sinceNs = toNs;
      };
      while (departure < departures.length) {
        const joins = arrival < arrivals.length && arrivals[arrival]! <= departures[departure]!;
        until(joins ? arrivals[arrival]! : departures[departure]!);
        if (joins) arrival++;
        else departure++;
        level += joins ? 1 : -1;
      }
      until(durationNs);
    });
  }
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** Of values above 0. */
function share(values: Float64Array): number {
  let positive = 0;
  for (const value of values) if (value > 0) positive++;
  return positive / values.length;
}
