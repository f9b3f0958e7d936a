/**
 * Requests that completed, each with its first attempt, gathered until there are enough to be counted together: few enough
 * to stay in the nearest cache, and column by column, one metric after the other.
 */
import type { Flights } from '../flights.ts';

const CAPACITY = 256;

export class Completions {
  readonly capacity = CAPACITY;
  readonly ordinal = new Float64Array(CAPACITY);
  readonly node = new Int32Array(CAPACITY);
  readonly arrivedNs = new Float64Array(CAPACITY);
  readonly waitedNs = new Float64Array(CAPACITY);
  readonly serviceNs = new Float64Array(CAPACITY);
  readonly elapsedNs = new Float64Array(CAPACITY);
  count = 0;

  /** HOT. The request in this row of the express lane; there must be room. */
  add(flights: Flights, row: number): void {
    const sentNs = flights.requests.atNs[row]!;
    const i = this.count++;
    this.ordinal[i] = flights.ordinalOf(row);
    this.node[i] = flights.node[row]!;
    this.arrivedNs[i] = sentNs;
    this.waitedNs[i] = flights.waitedNs[row]!;
    this.serviceNs[i] = flights.serviceNs[row]!;
    this.elapsedNs[i] = flights.repliesNs[row]! - sentNs;
  }

  /** HOT. How many took longer. */
  slowerThan(limitNs: number): number {
    let slow = 0;
    for (let i = 0; i < this.count; i++) if (this.elapsedNs[i]! > limitNs) slow++;
    return slow;
  }

  /** Leaves out those that came before: in a run's warm-up. */
  dropBefore(atNs: number): void {
    const { ordinal, node, arrivedNs, waitedNs, serviceNs, elapsedNs } = this;
    let left = 0;
    for (let i = 0; i < this.count; i++) {
      if (arrivedNs[i]! < atNs) continue;
      for (const column of [ordinal, node, arrivedNs, waitedNs, serviceNs, elapsedNs])
        column[left] = column[i]!;
      left++;
    }
    this.count = left;
  }
}
