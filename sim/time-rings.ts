/** Times to come, of work that waits for its start or answers on their way: an ascending ring for each of several queues. */
export class TimeRings {
  /** [queue x capacity] */
  times: Float64Array;
  /** [queue] where the first one stands and where the next one will, counted on and on. */
  readonly head: Int32Array;
  readonly tail: Int32Array;
  /** Capacity less one: a power of two. */
  mask = 63;

  constructor(queues: number) {
    this.times = new Float64Array(queues * (this.mask + 1));
    this.head = new Int32Array(queues);
    this.tail = new Int32Array(queues);
  }

  /** Forgets what has come by now; returns how many are left. */
  settle(queue: number, nowNs: number): number {
    const from = queue * (this.mask + 1);
    const tail = this.tail[queue]!;
    let head = this.head[queue]!;
    while (head !== tail && this.times[from + (head & this.mask)]! <= nowNs) head = (head + 1) | 0;
    this.head[queue] = head;
    return (tail - head) | 0;
  }

  push(queue: number, timeNs: number, nowNs: number): void {
    const tail = this.tail[queue]!;
    if (((tail - this.head[queue]!) | 0) > this.mask && 2 * this.settle(queue, nowNs) > this.mask)
      this.#grow();
    this.times[queue * (this.mask + 1) + (tail & this.mask)] = timeNs;
    this.tail[queue] = tail + 1;
  }

  /** COLD. Makes room for so many more in each queue. */
  haveRoomFor(count: number, nowNs: number): void {
    for (let queue = 0; queue < this.head.length; queue++) {
      const used = (this.tail[queue]! - this.head[queue]!) | 0;
      if (used + count > this.mask) while (2 * (this.settle(queue, nowNs) + count) > this.mask) this.#grow();
    }
  }

  #grow(): void {
    const { times, mask } = this;
    this.mask = 2 * mask + 1;
    this.times = new Float64Array(2 * times.length);
    for (let each = 0; each < this.head.length; each++) {
      for (let at = this.head[each]!; at !== this.tail[each]; at = (at + 1) | 0)
        this.times[each * (this.mask + 1) + (at & this.mask)] = times[each * (mask + 1) + (at & mask)]!;
    }
  }

  clear(queue: number): void {
    this.head[queue] = this.tail[queue]!;
  }

  /** COLD. What has not come by now comes so much later. */
  postpone(queue: number, nowNs: number, byNs: number): void {
    this.settle(queue, nowNs);
    const from = queue * (this.mask + 1);
    for (let at = this.head[queue]!; at !== this.tail[queue]; at = (at + 1) | 0)
      this.times[from + (at & this.mask)] = this.times[from + (at & this.mask)]! + byNs;
  }
}
