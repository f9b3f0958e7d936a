/** How a rate changes with time, as a factor on the mean or base rate. */
export interface RateCurve {
  factorAt(atNs: number): number;
  /**
   * Moves on in time until `areaNs` more lies under the curve and returns that moment [ns]; Infinity when the
   * factor stays 0. Exact: a unit Poisson process through this is Poisson at the curve's rate (E. Cinlar,
   * "Introduction to Stochastic Processes", 1975, theorem 4.7.4).
   */
  advance(areaNs: number): number;
  /** Moves to that moment, without counting what lies under the curve until then. */
  seek(atNs: number): void;
}
