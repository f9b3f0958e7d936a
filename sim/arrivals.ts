/** Flights on their way to their nodes, in order of time: sent later, of the same time later. */
import { FLIGHT, type Flights } from './flights.ts';

export class Arrivals {
  readonly #flights: Flights;
  #order = new Int32Array(1024);
  #first = 0;
  #end = 0;

  constructor(flights: Flights) {
    this.#flights = flights;
  }

  get count(): number {
    return this.#end - this.#first;
  }

  /** Infinity for none. */
  get nextTimeNs(): number {
    return this.#first < this.#end ? this.#next(FLIGHT.timeNs) : Infinity;
  }

  /** Infinity for none. */
  get nextSequence(): number {
    return this.#first < this.#end ? this.#next(FLIGHT.sequence) : Infinity;
  }

  #next(number: number): number {
    return this.#flights.numbers[this.#order[this.#first]! * FLIGHT.stride + number]!;
  }

  /** HOT. The flight was sent last. Delays are alike, so it seldom passes many. */
  add(flight: number): void {
    if (this.#end === this.#order.length) this.#makeRoom();
    const order = this.#order;
    const { numbers } = this.#flights;
    const timeNs = numbers[flight * FLIGHT.stride + FLIGHT.timeNs]!;
    let hole = this.#end++;
    while (hole > this.#first && numbers[order[hole - 1]! * FLIGHT.stride + FLIGHT.timeNs]! > timeNs) {
      order[hole] = order[hole - 1]!;
      hole--;
    }
    order[hole] = flight;
  }

  /** HOT. The next one; there must be one. */
  take(): number {
    return this.#order[this.#first++]!;
  }

  #makeRoom(): void {
    const waiting = this.#order.subarray(this.#first, this.#end);
    if (waiting.length > this.#order.length / 2) this.#order = new Int32Array(this.#order.length * 2);
    this.#order.set(waiting);
    this.#first = 0;
    this.#end = waiting.length;
  }
}
