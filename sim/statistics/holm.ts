/**
 * Holm's step-down correction: S. Holm, A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian
 * J. of Statistics 6 (1979). Of a family of comparisons, the chance that any true "no difference" is rejected
 * stays at alpha, however they depend on each other, and never with less power than Bonferroni.
 */

/** Adjusted p-values, in the order given: reject where one is at most alpha. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Array<number>(pValues.length);
  let floor = 0;
  order.forEach((index, step) => {
    const p = pValues[index]!;
    if (!(p >= 0 && p <= 1)) throw new RangeError(`a p-value lies in [0, 1], got ${p}`);
    floor = Math.max(floor, Math.min(1, (pValues.length - step) * p));
    adjusted[index] = floor;
  });
  return adjusted;
}
