/**
 * Flights on their way to their nodes, in order of time: sent later, of the same time later. Delays are alike, so a new
 * one seldom passes many and finds its place from the end; one that would pass more than a few waits in a heap.
 */
import { EVENT_KIND_BITS, EventQueue } from './event-queue.ts';
import type { Flights } from './flights.ts';
import { OP } from './strategy.ts';

/** Passing one takes a nanosecond, a heap some dozens. */
const MAX_PASSED = 32;

export class Arrivals {
  readonly #flights: Flights;
  #rows = new Int32Array(1024);
  #first = 0;
  #end = 0;
  readonly #others = new EventQueue();
  /** When the next one arrives; Infinity for none. */
  nextTimeNs = Infinity;
  /** How long any has been under way at most. */
  longestNs = 0;

  constructor(flights: Flights) {
    this.#flights = flights;
  }

  get count(): number {
    return this.#end - this.#first + this.#others.size;
  }

  /** Infinity for none. */
  get nextSequence(): number {
    if (this.count === 0) return Infinity;
    return this.#isListNext ? this.#flights.sequence[this.#rows[this.#first]!]! : this.#others.nextSequence;
  }

  get #isListNext(): boolean {
    if (this.#others.size === 0) return true;
    if (this.#first === this.#end) return false;
    const { arrivesNs, sequence } = this.#flights;
    const row = this.#rows[this.#first]!;
    if (arrivesNs[row] !== this.#others.nextTimeNs) return arrivesNs[row]! < this.#others.nextTimeNs;
    return sequence[row]! < this.#others.nextSequence;
  }

  /** HOT. The flight was sent last. */
  add(row: number): void {
    if (this.#end === this.#rows.length) this.#makeRoom(1);
    const rows = this.#rows;
    const { arrivesNs, requests } = this.#flights;
    const timeNs = arrivesNs[row]!;
    this.longestNs = Math.max(this.longestNs, timeNs - requests.atNs[row]!);
    if (timeNs < this.nextTimeNs) this.nextTimeNs = timeNs;
    const last = Math.max(this.#first, this.#end - MAX_PASSED);
    let place = this.#end;
    while (place > last && arrivesNs[rows[place - 1]!]! > timeNs) place--;
    if (place === last && place > this.#first && arrivesNs[rows[place - 1]!]! > timeNs) {
      this.#others.restore(timeNs, this.#flights.sequence[row]!, 0, row);
      return;
    }
    for (let at = this.#end; at > place; at--) rows[at] = rows[at - 1]!;
    rows[place] = row;
    this.#end++;
  }

  /** HOT. Those from `first` on were sent last, in this order, and are numbered so. */
  addRows(first: number, end: number, firstSequence: number): void {
    if (this.#end + end - first > this.#rows.length) this.#makeRoom(end - first);
    const { arrivesNs, sequence, requests } = this.#flights;
    const { atNs } = requests;
    let longestNs = this.longestNs;
    for (let row = first; row < end; row++) {
      sequence[row] = firstSequence + row - first;
      longestNs = Math.max(longestNs, arrivesNs[row]! - atNs[row]!);
    }
    this.longestNs = longestNs;
    const rows = this.#rows;
    let row = first;
    let place = this.#end;
    let lastNs = place > this.#first ? arrivesNs[rows[place - 1]!]! : -Infinity;
    for (; row < end && arrivesNs[row]! >= lastNs; row++) {
      lastNs = arrivesNs[row]!;
      rows[place++] = row;
    }
    this.#end = place;
    if (row > first) this.nextTimeNs = Math.min(this.nextTimeNs, arrivesNs[first]!);
    for (; row < end; row++) this.add(row);
  }

  /** HOT. The next one; there must be one. */
  take(): number {
    const row = this.#isListNext ? this.#rows[this.#first++]! : this.#others.pop() >> EVENT_KIND_BITS;
    const listNs = this.#first < this.#end ? this.#flights.arrivesNs[this.#rows[this.#first]!]! : Infinity;
    this.nextTimeNs = Math.min(listNs, this.#others.nextTimeNs);
    return row;
  }

  /** HOT. Those that arrive by `untilNs`, in order, as many as `into` takes; how many. None after a write where that is asked for. */
  takeMany(untilNs: number, into: Int32Array, stopAfterWrite: boolean): number {
    const { op } = this.#flights.requests;
    let count = 0;
    if (this.#others.size > 0) {
      while (this.nextTimeNs <= untilNs && count < into.length) {
        into[count++] = this.take();
        if (stopAfterWrite && op[into[count - 1]!] !== OP.get) break;
      }
      return count;
    }
    const { arrivesNs } = this.#flights;
    const rows = this.#rows;
    const end = Math.min(this.#end, this.#first + into.length);
    let at = this.#first;
    while (at < end && arrivesNs[rows[at]!]! <= untilNs) {
      into[count++] = rows[at++]!;
      if (stopAfterWrite && op[into[count - 1]!] !== OP.get) break;
    }
    this.#first = at;
    this.nextTimeNs = at < this.#end ? arrivesNs[rows[at]!]! : Infinity;
    return count;
  }

  #makeRoom(count: number): void {
    const waiting = this.#rows.subarray(this.#first, this.#end);
    const needed = 2 * (waiting.length + count);
    if (needed > this.#rows.length) this.#rows = new Int32Array(2 * needed);
    this.#rows.set(waiting);
    this.#first = 0;
    this.#end = waiting.length;
  }
}
