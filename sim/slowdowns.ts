/** Slowdowns of the same node, or of the origin, multiply while they overlap. */
export class Slowdowns {
  /** By whom they concern, then by fault. */
  readonly #factors = new Map<string, Map<string, number>>();

  /** The fault's factor is this from now on; returns the product of all. */
  set(whom: string, fault: string, factor: number): number {
    const factors = this.#factors.get(whom) ?? new Map<string, number>();
    this.#factors.set(whom, factors);
    if (factor === 1) factors.delete(fault);
    else factors.set(fault, factor);
    return [...factors.values()].reduce((product, one) => product * one, 1);
  }
}
