/**
 * The event list: a binary heap on typed arrays, ordered by (time, sequence), so that simultaneous events run
 * in the order in which they were scheduled. An event is one integer: kind in the low 4 bits, index above.
 */
export const EVENT_KIND_BITS = 4;
export const EVENT_KIND_MASK = (1 << EVENT_KIND_BITS) - 1;

export class EventQueue {
  #time = new Float64Array(1024);
  #sequence = new Float64Array(1024);
  #event = new Int32Array(1024);
  #size = 0;
  #nextSequence = 0;

  get size(): number {
    return this.#size;
  }

  /** Events ever scheduled. */
  get scheduled(): number {
    return this.#nextSequence;
  }

  /** Time of the next event; Infinity when there is none. */
  get nextTimeNs(): number {
    return this.#size > 0 ? this.#time[0]! : Infinity;
  }

  /** Sequence number of the next event. */
  get nextSequence(): number {
    return this.#size > 0 ? this.#sequence[0]! : Infinity;
  }

  /** The sequence number of something that is scheduled elsewhere. */
  takeSequence(): number {
    return this.#nextSequence++;
  }

  /** COLD. What was scheduled elsewhere, with a sequence number from here, takes its place as if it had been here always. */
  restore(timeNs: number, order: number, kind: number, index: number): void {
    if (this.#size === this.#event.length) this.#grow();
    const isLater = (at: number): boolean =>
      this.#time[at]! > timeNs || (this.#time[at] === timeNs && this.#sequence[at]! > order);
    let hole = this.#size++;
    for (let parent = (hole - 1) >> 1; hole > 0 && isLater(parent); parent = (hole - 1) >> 1) {
      this.#time[hole] = this.#time[parent]!;
      this.#sequence[hole] = this.#sequence[parent]!;
      this.#event[hole] = this.#event[parent]!;
      hole = parent;
    }
    this.#time[hole] = timeNs;
    this.#sequence[hole] = order;
    this.#event[hole] = (index << EVENT_KIND_BITS) | kind;
  }

  push(timeNs: number, kind: number, index: number): void {
    if (this.#size === this.#event.length) this.#grow();
    const time = this.#time;
    const sequence = this.#sequence;
    const event = this.#event;
    const order = this.#nextSequence++;
    let hole = this.#size++;
    // The newest sequence is the largest, so only a strictly later parent moves down.
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (time[parent]! <= timeNs) break;
      time[hole] = time[parent]!;
      sequence[hole] = sequence[parent]!;
      event[hole] = event[parent]!;
      hole = parent;
    }
    time[hole] = timeNs;
    sequence[hole] = order;
    event[hole] = (index << EVENT_KIND_BITS) | kind;
  }

  /** Removes and returns the next event; the queue must not be empty. */
  pop(): number {
    const time = this.#time;
    const sequence = this.#sequence;
    const event = this.#event;
    const first = event[0]!;
    const size = --this.#size;
    const lastTime = time[size]!;
    const lastSequence = sequence[size]!;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= size) break;
      const right = child + 1;
      if (
        right < size &&
        (time[right]! < time[child]! ||
          (time[right]! === time[child]! && sequence[right]! < sequence[child]!))
      )
        child = right;
      const childTime = time[child]!;
      if (lastTime < childTime || (lastTime === childTime && lastSequence < sequence[child]!)) break;
      time[hole] = childTime;
      sequence[hole] = sequence[child]!;
      event[hole] = event[child]!;
      hole = child;
    }
    time[hole] = lastTime;
    sequence[hole] = lastSequence;
    event[hole] = event[size]!;
    return first;
  }

  #grow(): void {
    const capacity = this.#event.length * 2;
    const time = new Float64Array(capacity);
    time.set(this.#time);
    const sequence = new Float64Array(capacity);
    sequence.set(this.#sequence);
    const event = new Int32Array(capacity);
    event.set(this.#event);
    this.#time = time;
    this.#sequence = sequence;
    this.#event = event;
  }
}
