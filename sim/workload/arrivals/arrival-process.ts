/** What every arrival process is to the source that drives it. */
export interface ArrivalProcess {
  /**
   * Fills `out[0 .. count)` with the next arrival times [ns], ascending, not yet rounded; Infinity once nothing
   * arrives any more. `count` is at most BLOCK_SIZE.
   */
  fill(out: Float64Array, count: number): void;
}
