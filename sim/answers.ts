/** Answers on the express lane that are not counted yet: in no order, counted many at a time. */
import { EVENT_KIND_BITS, EventQueue } from './event-queue.ts';
import type { Flights } from './flights.ts';
import { OP, type ShardId } from './strategy.ts';
import { ownerNow, type World } from './world.ts';

/** Answers are counted when so many have gathered, at the latest: they stay in the nearest cache. */
const GATHERED = 1024;

export class Answers {
  readonly #world: World;
  readonly #flights: Flights;
  #rows = new Int32Array(GATHERED * 2);
  #due = new Int32Array(GATHERED * 2);
  #count = 0;
  #countAt = GATHERED;
  /** Those that outages must hear of, in order of time. */
  readonly #news = new EventQueue();

  constructor(world: World, flights: Flights) {
    this.#world = world;
    this.#flights = flights;
  }

  get count(): number {
    return this.#count;
  }

  /** HOT. The answer to the row's request is under way. */
  add(row: number, nowNs: number): void {
    if (this.#count >= this.#countAt) this.settle(nowNs);
    this.#rows[this.#count++] = row;
    const { outages } = this.#world.recorder;
    if (!outages.none) this.#note(row);
  }

  /** HOT. The same for these, which reached their nodes by `nowNs`. */
  addRows(rows: Int32Array, count: number, nowNs: number): void {
    if (this.#count + count > this.#countAt) this.settle(nowNs);
    if (this.#count + count > this.#rows.length) this.#growTo(this.#count + count);
    const gathered = this.#rows;
    const from = this.#count;
    for (let i = 0; i < count; i++) gathered[from + i] = rows[i]!;
    this.#count = from + count;
    const { outages } = this.#world.recorder;
    if (!outages.none) for (let i = 0; i < count; i++) this.#note(rows[i]!);
  }

  #note(row: number): void {
    if (this.isNews(row)) this.#news.push(this.#flights.repliesNs[row]!, 0, row);
  }

  /** HOT. An outage of its shard must hear when the row is answered. */
  isNews(row: number): boolean {
    const { outages } = this.#world.recorder;
    return !outages.none && outages.concern(this.#ownerOf(row));
  }

  #growTo(count: number): void {
    const rows = new Int32Array(count * 2);
    rows.set(this.#rows);
    this.#rows = rows;
    this.#due = new Int32Array(count * 2);
  }

  #ownerOf(row: number): ShardId {
    return ownerNow(this.#world, this.#flights.requests.partition[row]!);
  }

  /** Outages hear of the answers that clients have by `untilNs`, before they hear of anything later. */
  tell(untilNs: number): void {
    const { outages } = this.#world.recorder;
    const { requests, repliesNs } = this.#flights;
    while (this.#news.nextTimeNs <= untilNs) {
      const row = this.#news.pop() >> EVENT_KIND_BITS;
      const isRead = requests.op[row] === OP.get;
      outages.ended(this.#ownerOf(row), isRead, true, repliesNs[row]!, requests.client[row]!);
    }
  }

  /** HOT. Counts the answers that clients have by `untilNs`. */
  settle(untilNs: number): void {
    this.tell(untilNs);
    const { repliesNs } = this.#flights;
    const rows = this.#rows;
    const due = this.#due;
    let left = 0;
    let dueCount = 0;
    for (let i = 0; i < this.#count; i++) {
      const row = rows[i]!;
      if (repliesNs[row]! > untilNs) rows[left++] = row;
      else due[dueCount++] = row;
    }
    this.#count = left;
    this.#countAt = Math.max(GATHERED, 2 * left);
    if (this.#countAt > rows.length) this.#growTo(this.#countAt);
    if (dueCount > 0) this.#settleRows(due, dueCount);
  }

  #settleRows(due: Int32Array, count: number): void {
    const { recorder } = this.#world;
    const flights = this.#flights;
    this.#acknowledge(due, count);
    for (let i = 0; i < count; i++) recorder.complete(flights, due[i]!);
    recorder.countCompletions();
    flights.releaseRows(due, count);
  }

  /** Writes have reached their clients, and reads are counted. */
  #acknowledge(due: Int32Array, count: number): void {
    const { contents, recorder } = this.#world;
    const { repliesNs, requests, missed } = this.#flights;
    const { op, key } = requests;
    let gets = 0;
    let misses = 0;
    for (let i = 0; i < count; i++) {
      const row = due[i]!;
      if (op[row] === OP.get) {
        gets++;
        misses += missed[row]!;
      } else if (op[row] !== OP.delete) contents.acknowledge(key[row]!, repliesNs[row]!);
    }
    recorder.counters.gets += gets;
    recorder.counters.misses += misses;
  }

  /** COLD. What is left is no longer there. */
  clear(): Int32Array {
    const rows = this.#rows.slice(0, this.#count);
    this.#count = 0;
    while (this.#news.size > 0) this.#news.pop();
    return rows;
  }
}
