/** Multi-gets: how many keys a get asks for. */

/** @param weights [n - 1] relative weight of gets of n keys */
export function meanKeysPerGet(weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.reduce((sum, weight, i) => sum + weight * (i + 1), 0) / total;
}

export function meanSquaredKeysPerGet(weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.reduce((sum, weight, i) => sum + weight * (i + 1) ** 2, 0) / total;
}
