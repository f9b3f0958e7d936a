/** Busy time per node and timeline step. Work is known ahead, so it may lie in steps still to come. */
export class BusyTime {
  readonly #stepNs: number;
  readonly steps: number;
  /** [node x step] service time within the step, over all threads */
  readonly busyNs: Float64Array;
  #lastStep = 0;

  constructor(nodeCount: number, steps: number, stepNs: number) {
    this.#stepNs = stepNs;
    this.steps = steps;
    this.busyNs = new Float64Array(nodeCount * steps);
  }

  /** A thread of the node is busy from start to end; `sign` -1 takes it back. */
  add(node: number, startNs: number, endNs: number, sign: 1 | -1): void {
    this.#add(node, startNs, endNs, sign);
  }

  #add(node: number, startNs: number, endNs: number, sign: 1 | -1): void {
    const step = this.stepAt(startNs);
    if (step >= this.steps) return;
    const stepEndNs = (step + 1) * this.#stepNs;
    const cell = node * this.steps + step;
    if (endNs <= stepEndNs) {
      this.busyNs[cell] = this.busyNs[cell]! + sign * (endNs - startNs);
    } else {
      this.busyNs[cell] = this.busyNs[cell]! + sign * (stepEndNs - startNs);
      this.#add(node, stepEndNs, endNs, sign);
    }
  }

  /** Mostly the same as the time before: a comparison is cheaper than a division. */
  stepAt(atNs: number): number {
    const fromNs = this.#lastStep * this.#stepNs;
    if (atNs < fromNs || atNs >= fromNs + this.#stepNs) this.#lastStep = Math.floor(atNs / this.#stepNs);
    return this.#lastStep;
  }

  endOf(step: number): number {
    return (step + 1) * this.#stepNs;
  }

  /** Busy time of the node in the step. */
  at(node: number, step: number): number {
    return this.busyNs[node * this.steps + step]!;
  }

  /** Busy time of the node up to the horizon. */
  total(node: number): number {
    let total = 0;
    for (let step = 0; step < this.steps; step++) total += this.at(node, step);
    return total;
  }
}
