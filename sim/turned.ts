/** Copies a full ring, whose first entry is at `head`, to the start of a larger one. */
export function turned<T extends Int32Array | Float64Array>(from: T, head: number, to: T): T {
  to.set(from.subarray(head));
  to.set(from.subarray(0, head), from.length - head);
  return to;
}
