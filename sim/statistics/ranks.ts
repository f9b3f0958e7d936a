/** Ranks of a sample: 1 for the smallest, ties share the mean of their ranks (midranks). */

export interface Ranking {
  /** In the order of the values. */
  readonly ranks: Float64Array;
  /** Sizes of the groups of equal values, singles included. */
  readonly tieSizes: readonly number[];
}

export function ranksOf(values: ArrayLike<number>): Ranking {
  const order = Array.from(values, (_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Float64Array(order.length);
  const tieSizes: number[] = [];
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && values[order[to]!] === values[order[from]!]) to++;
    for (let place = from; place < to; place++) ranks[order[place]!] = (from + 1 + to) / 2;
    tieSizes.push(to - from);
    from = to;
  }
  return { ranks, tieSizes };
}
