/** Simulated time, and callbacks at a time: the cold half of the event list. */
import type { EventQueue } from './event-queue.ts';
import type { Nanos } from './strategy.ts';

/** Event kinds, in the low bits of an event. */
export const EVENT = {
  /** An attempt reaches its node. */
  arrive: 0,
  /** A reply reaches its client. */
  reply: 1,
  /** A client gives up on an attempt. */
  timeout: 2,
  /** A request's next attempt is due. */
  retry: 3,
  /** The origin answered. */
  origin: 4,
  /** A callback: faults, protocols, refreshes. */
  timer: 6,
  /** A client learns that a connection with an attempt on it was reset. */
  reset: 7,
  /** A user of a closed loop has thought enough. */
  wake: 8,
  /** A client learns that a key it read was written. */
  invalidate: 9,
  /** A client has looked a value up in its own memory. */
  lookedUp: 10,
  /** A probe reaches its node. */
  probe: 11,
  /** A probe's answer reaches its client. */
  probed: 12,
  /** A read's answer is late: time for a hedge. */
  hedge: 13,
  /** An attempt that its client held back may go. */
  held: 14,
  /** The answer to a request on the express lane reaches its client. */
  answered: 15,
  /** A replica's acknowledgement reaches its primary, or its turn there. */
  acknowledged: 16,
} as const;

/** No house-keeping or protocol does anything a million times a second. */
const SHORTEST_PERIOD_NS = 1e3;

export class Clock {
  nowNs: Nanos = 0;
  readonly #queue: EventQueue;
  readonly #callbacks: (() => void)[] = [];
  readonly #free: number[] = [];

  constructor(queue: EventQueue) {
    this.#queue = queue;
  }

  /** COLD. Runs `callback` at `atNs`, not before now. */
  at(atNs: Nanos, callback: () => void): void {
    // Modules of others count, and NaN would put the list of events out of order.
    if (Number.isNaN(atNs)) throw new RangeError('a time or delay is not a number');
    this.#queue.push(Math.max(Math.round(atNs), this.nowNs), EVENT.timer, this.#keep(callback));
  }

  /** COLD. The same, in the place among what happens at that time that was taken before. */
  atPlace(atNs: Nanos, sequence: number, callback: () => void): void {
    this.#queue.restore(atNs, sequence, EVENT.timer, this.#keep(callback));
  }

  /** What the event will name it by. */
  #keep(callback: () => void): number {
    const index = this.#free.pop() ?? this.#callbacks.length;
    this.#callbacks[index] = callback;
    return index;
  }

  /** COLD. Runs `callback` after `delayNs`. */
  after(delayNs: Nanos, callback: () => void): void {
    this.at(this.nowNs + delayNs, callback);
  }

  /** COLD. Runs `callback` every `periodNs`, first after one period. */
  every(periodNs: Nanos, callback: () => void): void {
    if (periodNs < SHORTEST_PERIOD_NS)
      throw new RangeError(`a period of ${periodNs} ns would leave no time for anything else`);
    this.after(periodNs, () => {
      callback();
      this.every(periodNs, callback);
    });
  }

  /** The timer event `index` is due. */
  fire(index: number): void {
    const callback = this.#callbacks[index]!;
    this.#free.push(index);
    callback();
  }
}
