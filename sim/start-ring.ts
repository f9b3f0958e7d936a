/** Start times of waiting work, ascending; a growable ring. */
export class StartRing {
  #start = new Float64Array(64);
  #head = 0;
  #count = 0;

  /** Forgets what has started by now; returns how many still wait. */
  settle(nowNs: number): number {
    const mask = this.#start.length - 1;
    while (this.#count > 0 && this.#start[this.#head]! <= nowNs) {
      this.#head = (this.#head + 1) & mask;
      this.#count--;
    }
    return this.#count;
  }

  push(startNs: number): void {
    if (this.#count === this.#start.length) this.#grow();
    this.#start[(this.#head + this.#count) & (this.#start.length - 1)] = startNs;
    this.#count++;
  }

  clear(): void {
    this.#count = 0;
  }

  /** What has not started by now starts so much later. */
  postpone(nowNs: number, byNs: number): void {
    this.settle(nowNs);
    for (let i = 0; i < this.#count; i++) {
      const at = (this.#head + i) & (this.#start.length - 1);
      this.#start[at] = this.#start[at]! + byNs;
    }
  }

  #grow(): void {
    const grown = new Float64Array(this.#start.length * 2);
    const mask = this.#start.length - 1;
    for (let i = 0; i < this.#count; i++) grown[i] = this.#start[(this.#head + i) & mask]!;
    this.#start = grown;
    this.#head = 0;
  }
}
