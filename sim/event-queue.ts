/**
 * The event list: a binary heap on typed arrays, ordered by (time, sequence), so that simultaneous events run
 * in the order in which they were scheduled. An event is one integer: kind in the low 5 bits, index above.
 */
export const EVENT_KIND_BITS = 5;
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

  /** So many of them, one after the other; the first. */
  takeSequences(count: number): number {
    const first = this.#nextSequence;
    this.#nextSequence = first + count;
    return first;
  }

  push(timeNs: number, kind: number, index: number): void {
    this.restore(timeNs, this.#nextSequence++, kind, index);
  }

  /** Schedules with a sequence number that was taken before: as if the event had been here since then. */
  restore(timeNs: number, order: number, kind: number, index: number): void {
    if (this.#size === this.#event.length) this.#grow();
    const time = this.#time;
    const sequence = this.#sequence;
    const event = this.#event;
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      const parentNs = time[parent]!;
      if (parentNs < timeNs || (parentNs === timeNs && sequence[parent]! < order)) break;
      time[hole] = parentNs;
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
