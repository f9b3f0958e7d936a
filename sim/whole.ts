/**
 * HOT. The nearest whole number, of a number that is not negative. `Math.round` is compiled to a branch on the fraction, which
 * no processor can predict: five nanoseconds instead of one.
 */
export function whole(value: number): number {
  return Math.floor(value + 0.5);
}
